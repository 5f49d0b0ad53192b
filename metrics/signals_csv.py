"""The control chart of any CSV series: reads `date,value` strictly as text and answers in plain, JSON-able words.

Further columns are left alone, but for `rebase` (marks or reasons) and `target` (the target of that date). A fault is
told with file, row as Excel numbers it, and column; never with what the cell holds.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from etl.errors import UsageError
from metrics.signal_calendar import Rebase, Step, rebases_without_effect, step_of
from metrics.signal_limits import SHORT_BELOW
from metrics.signal_rules import RULES, Better, RuleSet, good_direction, label, rule_set
from metrics.signal_words import rebase_sentence, sentences
from metrics.signals import Reading, control_chart, read_chart

NO_REASON = "none was recorded"

_DATE_FORMATS = ("%Y-%m-%d", "%Y-%m", "%d/%m/%Y", "%Y/%m/%d", "%b %Y", "%B %Y", "%b-%y")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BLANK = {"", "na", "n/a", "nan", "null", "none"}  # as R, pandas and people write a value that is not there
_MARKS_NO = {"", "0", "0.0", "false", "f", "no", "n", "na", "n/a", "nan", "null", "none"}
_MARKS_YES = {"1", "1.0", "true", "t", "yes", "y", "x", "rebase"}
_ROWS_NAMED = 5

_FAULTS = {
    "date": ("no date we can read", "Write 2024-05-31, 2024-05 or 31/05/2024"),
    "repeated": ("the same date as another row", "Keep one row per date"),
    "number": ("not a number", "Write 1063 or 36.5, and leave the cell empty where there is no figure"),
    "cells": ("more cells than the first row", "Put text or numbers with commas in quotation marks"),
}


@dataclass
class _Series:
    """What was read: one place per row, and faults as (kind, column) with their rows."""

    dates: list[date] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    targets: list[float] = field(default_factory=list)
    rebases: list[Rebase] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    faults: dict[tuple[str, str], list[int]] = field(default_factory=dict)


def signals_of_csv(
    path: Path | str,
    rules: str = "mdc-2023",
    better: Better = "higher",
    target: float | None = None,
    *,
    fix_after: int | None = None,
    screens_ranges: bool | None = None,
) -> dict[str, object]:
    """Return limits, signals, variation, assurance and sentences of a `date,value` file, ready for JSON.

    Rows may come in any order. An empty value and an absent date of the calendar are both gaps. A constant `target`
    takes the place of a `target` column. Raises UsageError: the file cannot be read, breaks a rule (all faults at
    once), or an option is not one of those there are.
    """
    chosen, place = rule_set(rules), Path(path)
    good_direction(better)
    if target is not None and not math.isfinite(target):
        raise UsageError("The target must be a finite number.")
    series = _read(place)
    frame = pd.DataFrame(
        {"date": pd.to_datetime(series.dates), "value": series.values, "target": series.targets}
    ).sort_values("date", ignore_index=True)
    step = step_of(sorted(series.dates))
    points = control_chart(
        frame,
        better,
        chosen,
        target=target,
        rebases=series.rebases,
        step=step,
        fix_after=fix_after,
        screens_ranges=screens_ranges,
    )
    reading = read_chart(points, better, chosen)
    return _answer(place.name, points, reading, step, chosen, series.rebases)


def _answer(
    name: str, points: pd.DataFrame, reading: Reading, step: Step, rules: RuleSet, rebases: list[Rebase]
) -> dict[str, object]:
    idle = rebases_without_effect(points, rebases)
    told = [(rebase, None if rebase in idle else _takes_effect(points, rebase)) for rebase in rebases]
    notes = [rebase_sentence(rebase, effect, step) for rebase, effect in told]
    if not step.regular:
        notes.append("The dates follow no regular step, so an absent date cannot be told from one that was never due.")
    return {
        "file": name,
        "rules": rules.name,
        "rules_source": rules.source,
        "better": reading.better,
        "target": reading.target,
        "step": step.word,
        "points_used": reading.points,
        "mean": reading.mean,
        "median": reading.median,
        "lower": reading.lower,
        "upper": reading.upper,
        "basis": reading.basis,
        "latest": _iso(reading.on),
        "variation": reading.variation,
        "assurance": reading.assurance,
        "assurance_reason": reading.assurance_reason,
        "groups": [_group(part) for _, part in points.groupby("group", sort=True)],
        "points": [_point(row, rules) for row in points.to_dict("records")],
        "gaps": [_iso(gap) for gap in reading.gaps],
        "earlier": [{key: _plain(value) for key, value in asdict(stretch).items()} for stretch in reading.earlier],
        "rebases": [
            {"asked": _iso(rebase.on), "takes_effect": _iso(effect), "reason": rebase.reason} for rebase, effect in told
        ],
        "sentences": sentences(reading, step),
        "notes": notes,
    }


def _takes_effect(points: pd.DataFrame, rebase: Rebase) -> date:
    known = points.loc[points["value"].notna(), "date"]
    found: pd.Timestamp = known[known >= pd.Timestamp(rebase.on)].iloc[0]
    return found.date()


def _group(part: pd.DataFrame) -> dict[str, object]:
    first = part.iloc[0]
    names = ("group", "points", "mean", "median", "lower", "upper", "near_lower", "near_upper", "basis")
    spell = {"from": _plain(first["date"]), "to": _plain(part["date"].iloc[-1])}
    return spell | {name: _plain(first[name]) for name in names} | {"short": bool(first["points"] < SHORT_BELOW)}


def _point(row: dict[object, object], rules: RuleSet) -> dict[str, object]:
    names = ("date", "value", "group", "mean", "lower", "upper", "target", "signal", "kind", "direction", "meaning")
    every = [label(rule, int(str(row[rule])), rules) for rule in RULES if row[rule]]
    answer = {name: _plain(row[name]) for name in (*names, "assurance")}
    return answer | {"all_signals": every, "conflict": bool(row["conflict"])}


def _plain(value: object) -> object:
    """Return a JSON value: dates as ISO text, missing as None, whole numbers of numpy as int."""
    if value is None or value is pd.NaT or pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, (date, pd.Timestamp)):
        return _iso(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    return value.item()  # type: ignore[attr-defined]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.strftime("%Y-%m-%d")


def _read(place: Path) -> _Series:
    """Return the rows of the file. Raises UsageError with all faults, grouped and counted."""
    rows = _records(place)
    heading = [cell.strip().lower() for cell in next(rows, (0, []))[1]]
    for name in ("date", "value", "rebase", "target"):
        if heading.count(name) > 1 or (name in ("date", "value") and name not in heading):
            found = "more than one column" if name in heading else "no column"
            raise UsageError(f'{place.name}, row 1: {found} "{name}". The first row must name each column once.')
    series = _Series()
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            too_many = any(cell.strip() for cell in cells[len(heading) :])
            _take_row(series, number, dict(zip(heading, cells, strict=False)), too_many)
    for row in _repeated(series):
        series.faults.setdefault(("repeated", "date"), []).append(row)
    if series.faults:
        raise UsageError(_told(place.name, series.faults))
    if not series.dates:
        raise UsageError(f"{place.name} has no row with a date. Write one row per date below the headings.")
    return series


def _records(place: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells), the heading row being 1 as in Excel; comma, semicolon or tab, as the first row has it."""
    try:
        text = place.read_bytes().decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        yield from enumerate(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)), start=1)
    except OSError as error:
        raise UsageError(f"{place.name} cannot be opened. Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{place.name} is not plain CSV. Save it as CSV UTF-8.") from error


def _take_row(series: _Series, row: int, cells: dict[str, str], too_many: bool) -> None:
    day, value, aim = _date(cells.get("date", "")), _number(cells.get("value", "")), _number(cells.get("target", ""))
    checks = (
        ("cells", "value", too_many),
        ("date", "date", day is None),
        ("number", "value", value is None),
        ("number", "target", aim is None),
    )
    for kind, column, faulty in checks:
        if faulty:
            series.faults.setdefault((kind, column), []).append(row)
    if day is None:
        return
    series.dates.append(day)
    series.rows.append(row)
    series.values.append(math.nan if value is None else value)
    series.targets.append(math.nan if aim is None else aim)
    mark = cells.get("rebase", "").strip()
    if mark.lower() not in _MARKS_NO:
        series.rebases.append(Rebase(day, NO_REASON if mark.lower() in _MARKS_YES else mark))


def _date(text: str) -> date | None:
    plain = _MIDNIGHT.sub("", text.strip())
    for form in _DATE_FORMATS:
        try:
            found = datetime.strptime(plain, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        return found if 1900 <= found.year < 2200 else None
    return None


def _number(text: str) -> float | None:
    """Return the number, NaN for an empty cell, None for anything else."""
    plain = text.strip()
    if plain.lower() in _BLANK:
        return math.nan
    found = float(plain) if _NUMBER.fullmatch(plain) else math.inf
    return found if math.isfinite(found) else None


def _repeated(series: _Series) -> list[int]:
    times = Counter(series.dates)
    return [row for day, row in zip(series.dates, series.rows, strict=True) if times[day] > 1]


def _told(name: str, faults: dict[tuple[str, str], list[int]]) -> str:
    told = []
    for (kind, column), rows in faults.items():
        fault, remedy = _FAULTS[kind]
        named = ", ".join(map(str, rows[:_ROWS_NAMED])) + (" …" if len(rows) > _ROWS_NAMED else "")
        which = f"row {named}" if len(rows) == 1 else f"{len(rows)} rows ({named})"
        told.append(f'{name}, {which}, column "{column}": {fault}. {remedy}.')
    return "\n".join(told)
