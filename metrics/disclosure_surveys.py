"""The board's counts of surveys: small ones hidden, others rounded, and more hidden until nothing can be subtracted.

Everything a wave tells is a set of sums: respondents are each question's answers, valid ones are the points of its
scale, favourable ones some of those, the options of a choice of several at least as many as chose, and every breakdown
of who answered adds up to the respondents. Bounds are passed along these sums until nothing narrows; a hidden count
must keep as many possible values as in metrics/disclosure.py. Bases and favourable answers are told exactly as the KPI
over the question tells them, so neither gives the other away; what more must be hidden is the answers. Figures by group
are not told: of some two hundred people most are small.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from etl.tables import SEVERAL
from metrics.disclosure_policy import Policy
from metrics.surveys import LEAST_BASE, WAVE, Frames

_ALL = float("inf")
_NAMES = ("survey_waves", "survey_questions", "survey_answers", "survey_profile")
Key = tuple[str, ...]
Shown = dict[Key, float]


@dataclass
class Sums:
    """Counts of one wave by name, how each is treated, and which are the sum of which."""

    exact: dict[Key, float] = field(default_factory=dict)
    treatment: dict[Key, str] = field(default_factory=dict)
    sums: list[tuple[Key, list[Key]]] = field(default_factory=list)

    def bounds(self, policy: Policy) -> dict[Key, tuple[float, float]]:
        """Return the least and the most each count can be, by what is told of all."""
        held = {key: self._told(key, policy) for key in self.exact}
        narrowed = True
        while narrowed:
            narrowed = False
            for whole, parts in self.sums:
                low, high = sum(held[p][0] for p in parts), sum(held[p][1] for p in parts)
                narrowed |= _narrow(held, whole, low, high)
                for part in parts:
                    rest_low, rest_high = low - held[part][0], sum(held[p][1] for p in parts if p != part)
                    narrowed |= _narrow(held, part, held[whole][0] - rest_high, held[whole][1] - rest_low)
                    low, high = sum(held[p][0] for p in parts), sum(held[p][1] for p in parts)
        return held

    def _told(self, key: Key, policy: Policy) -> tuple[float, float]:
        if self.treatment[key] == "untold":
            return 0, _ALL
        if self.treatment[key] == "secondary":
            return 1, _ALL  # a zero is shown
        return policy.told(self.exact[key])


def _narrow(held: dict[Key, tuple[float, float]], key: Key, low: float, high: float) -> bool:
    old = held[key]
    held[key] = (max(old[0], low), min(old[1], high))
    return held[key] != old


def hide(sums: Sums, policy: Policy, may_hide: Callable[[Key], bool]) -> None:
    """Hide the smallest told count beside every hidden one that can be narrowed too far, until none can.

    `may_hide` says which counts may be hidden for others' sake.
    """
    while True:
        bounds = sums.bounds(policy)
        tight = [
            key for key, (low, high) in bounds.items()
            if sums.treatment[key] in ("primary", "secondary") and high - low + 1 < policy.possible_values
        ]  # fmt: skip
        choices = [key for key in {k: None for t in tight for k in _near(sums, t)} if may_hide(key)]
        choices = [key for key in choices if sums.treatment[key] == "rounded"]
        if not choices:
            return
        sums.treatment[min(choices, key=lambda key: (sums.exact[key], key))] = "secondary"


def _near(sums: Sums, key: Key) -> list[Key]:
    """Return the counts of the same question or breakdown."""
    return [other for other in sums.exact if other[:2] == key[:2] and other != key and sums.exact[other] > 0]


def board_counts(frames: Frames, policy: Policy) -> Frames:
    """Return the counts of surveys as the board may see them, with `flag` where one is hidden; no figures by group."""
    held = {name: frames[name].reset_index(drop=True) for name in _NAMES}
    shown: Shown = {}
    for wave, row in held["survey_waves"].groupby(WAVE, sort=False):
        sums = _sums_of({name: held[name].merge(row[WAVE], on=WAVE) for name in _NAMES}, policy)
        hide(sums, policy, lambda key: key[0] in ("answer", "group"))
        for key, how in sums.treatment.items():
            told = how == "rounded"
            shown[tuple(map(str, wave)) + key] = _rounded(sums.exact[key], policy) if told else float("nan")
    return {
        "survey_waves": _with(held["survey_waves"], shown, "respondents", "all"),
        "survey_questions": _questions(held["survey_questions"], shown),
        "survey_answers": _with(held["survey_answers"], shown, "respondents", "answer", ["question", "answer"]),
        "survey_groups": frames["survey_groups"].iloc[:0],
        "survey_profile": _with(held["survey_profile"], shown, "respondents", "group", ["breakdown", "group"]),
    }


def _sums_of(own: Frames, policy: Policy) -> Sums:
    """Return the counts of one wave with their first treatment, and what adds up to what."""
    sums = Sums()

    def add(key: Key, count: float, how: str | None = None) -> Key:
        sums.exact[key] = float(count)
        hidden = 0 < count <= policy.highest_hidden
        sums.treatment[key] = how or ("primary" if hidden else "rounded")
        return key

    everyone = add(("all",), float(own["survey_waves"]["respondents"].iloc[0]))
    for row in own["survey_questions"].to_dict("records"):
        name, base, good = str(row["question"]), float(row["base"]), float(row["favourable"])
        answers = own["survey_answers"][own["survey_answers"]["question"] == name]
        several = row["scale"] == SEVERAL
        few = base < LEAST_BASE  # then no count of an answer is told
        valid = add(("base", name), base)
        cells: dict[str, list[Key]] = {"good": [], "other": [], "out": []}
        for cell in answers.to_dict("records"):
            kind = "out" if not cell["is_valid"] else "good" if cell["favourable"] is True else "other"
            key = add(("answer", name, str(cell["answer"])), float(cell["respondents"]), "untold" if few else None)
            cells[kind].append(key)
        sums.sums.append((everyone, [valid, *cells["out"]]))
        if several:
            # Options overlap, and together they are at least those who chose.
            chosen = [*cells["good"], *cells["other"]]
            made = sum(sums.exact[option] for option in chosen)
            if made >= base:  # less where some were shown the options and chose none
                choices, again = add(("choices", name), made, "untold"), add(("again", name), made - base, "untold")
                sums.sums += [(choices, chosen), (choices, [valid, again])]
            continue
        rest = base - good
        hidden = 0 < rest <= policy.highest_hidden
        told = "untold" if few else "secondary" if hidden and good > policy.highest_hidden else None
        favourable = add(("good", name), good, told)
        others = add(("rest", name), rest, "untold" if few or not hidden else "primary")
        sums.sums += [(valid, [favourable, others]), (favourable, cells["good"]), (others, cells["other"])]
    for breakdown, rows in own["survey_profile"].groupby("breakdown"):
        groups = [
            add(("group", str(breakdown), str(group)), float(count))
            for group, count in zip(rows["group"], rows["respondents"], strict=True)
        ]
        sums.sums.append((everyone, groups))
    return sums


def _rounded(count: float, policy: Policy) -> float:
    return float(policy.rounded(pd.Series([count])).iloc[0])


def _shown(rows: pd.DataFrame, shown: Shown, kind: str, columns: list[str]) -> pd.Series:
    """Return what is shown of the counts of a kind that these columns name; missing where one is hidden."""
    keys = rows[[*WAVE, *columns]].astype("str").itertuples(index=False)
    told = [shown.get((*key[: len(WAVE)], kind, *key[len(WAVE) :]), float("nan")) for key in keys]
    return pd.Series(told, index=rows.index, dtype="float64").astype("Float64")


def _with(rows: pd.DataFrame, shown: Shown, column: str, kind: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Return rows with a column of counts as they are shown, and a flag where one is hidden."""
    told = _shown(rows, shown, kind, columns or [])
    flag = pd.Series(None, index=rows.index, dtype="str").mask(told.isna(), "suppressed")
    return rows.assign(**{column: told, "flag": flag})


def _questions(rows: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """Return questions with their shown base and favourable answers; a base under ten says so, as a KPI does."""
    made = _with(rows, shown, "base", "base", ["question"])
    good = _shown(rows, shown, "good", ["question"])
    few = (rows["base"] < LEAST_BASE) & (rows["base"] > 0) & made["base"].notna()
    hidden = made["flag"].isna() & (rows["scale"] != SEVERAL) & ~few & good.isna() & (rows["base"] > 0)
    return made.assign(favourable=good, flag=made["flag"].mask(few, "small_base").mask(hidden, "suppressed"))
