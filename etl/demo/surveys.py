"""Invented survey answers in the layouts of two tools: the baseline in two header rows, the follow-up as Forms has it.

Questions are those of the shipped plan's waves; who answers and what they say is drawn. Nobody is meant.
"""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from etl.surveys import Profile, Question, Wave
from etl.tables import SEVERAL
from etl.waves import load_waves

_RESPONDENTS = {
    ("parents_and_carers", "2023"): 214,
    ("parents_and_carers", "2024"): 209,
    ("children_and_young_people", "2023"): 63,
    ("children_and_young_people", "2024"): 71,
    ("professionals", "2023"): 48,
    ("professionals", "2024"): 55,
    ("setting_staff", "2023"): 33,
    ("setting_staff", "2024"): 27,  # a small base, for it to be seen
}
_CHANGE = (0.0, 0.18, 0.06, -0.02, 0.14, 0.02, -0.16)  # in the share of good answers, question after question
_BLANK, _UNKNOWN = 0.05, 0.06
_COMMENTS = (
    "Thank you for asking us.",
    "We waited a long time.",
    "Our school has been very kind.",
    "More evening groups.",
)
WHAT = "Survey answers, invented throughout, to questions worded for the demonstration."


def write_surveys(folder: Path, plan: Path, seed: int) -> list[tuple[Path, str]]:
    """Write an export for every wave of the plan that the demonstration knows, and return paths and months."""
    made = []
    for name, source in load_waves(plan).items():
        wave = source.survey
        assert wave
        count = _RESPONDENTS.get((wave.respondents, wave.wave))
        if count is None:
            continue
        rng = np.random.default_rng([seed, 11, *wave.respondents.encode(), int(wave.wave)])
        baseline = wave.wave == min(w for who, w in _RESPONDENTS if who == wave.respondents)
        path = folder / f"demonstration_survey_{name}{'.csv' if baseline else '.xlsx'}"
        rows = list(_answers(wave, count, 0 if baseline else 1, rng))
        (_two_rows if baseline else _forms)(path, wave, rows, rng)
        made.append((path, f"{wave.fieldwork.last:%Y-%m}"))
    return made


def _answers(wave: Wave, count: int, change: int, rng: np.random.Generator) -> Iterator[list[list[str]]]:
    """Yield one respondent's choices by question: one word each, several for a choice of several, none for a blank."""
    good = {
        key: float(np.clip(0.30 + 0.03 * (n % 5) + change * _CHANGE[n % len(_CHANGE)], 0.05, 0.9))
        for n, key in enumerate(wave.questions)
    }
    for _ in range(count):
        told = [_answer(wave, question, good[key], rng) for key, question in wave.questions.items()]
        yield told + [_group(asked, rng) for asked in wave.profile.values()]


def _answer(wave: Wave, question: Question, good: float, rng: np.random.Generator) -> list[str]:
    if rng.random() < _BLANK:
        return []
    if question.scale == SEVERAL:
        return [option for n, option in enumerate(question.options) if rng.random() < 0.55 - 0.08 * n]
    if rng.random() < _UNKNOWN:
        return ["Don't know"]
    points = wave.known_scales[question.scale]
    favourable = [at for at in range(1, len(points.points) + 1) if points.favourable(at, reverse=question.reversed)]
    others = [at for at in range(1, len(points.points) + 1) if at not in favourable]
    place = int(rng.choice(favourable if rng.random() < good else others))
    return [points.points[place - 1].capitalize()]


def _group(asked: Profile, rng: np.random.Generator) -> list[str]:
    return [] if rng.random() < _BLANK else [str(rng.choice(list(asked.values)))]


def _times(wave: Wave, count: int, rng: np.random.Generator) -> list[tuple[datetime, datetime]]:
    first, last = wave.fieldwork.first, wave.fieldwork.last
    begins = datetime(first.year, first.month, first.day, 7)
    minutes = np.sort(rng.integers(0, (last - first).days * 24 * 60, count))
    starts = [begins + timedelta(minutes=int(m)) for m in minutes]
    return [(start, start + timedelta(minutes=int(rng.integers(4, 15)))) for start in starts]


def _two_rows(path: Path, wave: Wave, rows: list[list[list[str]]], rng: np.random.Generator) -> None:
    """Write a raw export with two header rows: the question, and beneath it Response or the option."""
    asked = list(wave.asked.values())
    tool = ["UserID", "UserNo", "Name", "Email", "IP Address", "Unique ID", "Started", "Ended", "Tracking"]
    above, beneath = list(tool), [""] * len(tool)
    for one in asked:
        options = one.options if isinstance(one, Question) and one.scale == SEVERAL else ["Response"]
        above += [one.heading, *[""] * (len(options) - 1)]
        beneath += options
    above, beneath = [*above, "Is there anything else you want to tell us?"], [*beneath, "Open-Ended Response"]
    times = _times(wave, len(rows), rng)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([above, beneath])
        for number, (row, (start, end)) in enumerate(zip(rows, times, strict=True), 1):
            line = [
                f"9{number:07}",
                str(number),
                "",
                "",
                "",
                "",
                f"{start:%d/%m/%Y %H:%M}",
                f"{end:%d/%m/%Y %H:%M}",
                "",
            ]
            for one, chosen in zip(asked, row, strict=True):
                several = isinstance(one, Question) and one.scale == SEVERAL
                line += [o if o in chosen else "" for o in one.options] if several else ["".join(chosen)]  # type: ignore[attr-defined]
            writer.writerow([*line, str(rng.choice(_COMMENTS)) if number % 9 == 0 else ""])


def _forms(path: Path, wave: Wave, rows: list[list[list[str]]], rng: np.random.Generator) -> None:
    """Write the workbook Microsoft Forms gives: one header row, choices of several joined by semicolons."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    headings = [asked.heading for asked in wave.asked.values()]
    tool = ["ID", "Start time", "Completion time", "Email", "Name"]
    sheet.append([*tool, *headings, "Is there anything else you want to tell us?"])
    several = [isinstance(asked, Question) and asked.scale == SEVERAL for asked in wave.asked.values()]
    for number, (row, (start, end)) in enumerate(zip(rows, _times(wave, len(rows), rng), strict=True), 1):
        cells = [
            "".join(f"{o};" for o in chosen) if s else "".join(chosen) for s, chosen in zip(several, row, strict=True)
        ]
        comment = str(rng.choice(_COMMENTS)) if number % 9 == 0 else ""
        sheet.append([number, start, end, "anonymous", "", *cells, comment])
    book.save(path)
