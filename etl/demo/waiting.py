"""The waiting lists of the demonstration: which there are, from when, what they are made of, and in which shape."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from etl.demo.bands import INVENTED, Lists, month_ends, speech_and_language_lists
from etl.demo.children import drawn, nhs_numbers, with_children
from etl.demo.journeys import Flow, journeys_of_flow, journeys_of_lists
from etl.demo.lists import adults, community_services, mental_health_services, on_list, speech_and_language

LAST = "2025-10"  # the last month with a published list of the trust
# The first list of a series also shows who left in the twelve months before, so those can be rebuilt from it.
_FIRST_SLT, _FIRST_ND = "2024-01", "2024-04"
_REBUILT = pd.DateOffset(months=12)
_TREATED_LATER = 0.4  # share whose therapy does not start at the first contact
_NEEDS = {
    "SLCN": 0.45, "Speech sounds": 0.25, "DLD": 0.12, "Social communication": 0.1, "Stammering": 0.05, "Voice": 0.03,
}  # fmt: skip
_UNKNOWN = 0.004  # share of referrals without the day they were received

Shape = Callable[[pd.DataFrame, date, np.random.Generator], pd.DataFrame]


@dataclass(frozen=True)
class Extract:
    """One list at one month end: its series, its rows as text, and which record its counts follow."""

    series: str
    end: date
    table: pd.DataFrame
    basis: str


@dataclass(frozen=True)
class _Neurodevelopmental:
    """A list of autism and ADHD referrals; no count of it is published, so all of it is invented."""

    shape: Shape
    flow: Flow
    ages: tuple[float, float]
    diagnoses: dict[str, float]
    first_number: int = 0


_ND = {
    "nd_5_18_mpft": _Neurodevelopmental(
        mental_health_services, Flow("2018-06", (35, 70), (66, 80)), (5, 17.4),
        {"autism": 0.38, "adhd": 0.37, "both": 0.25}, 100_000,
    ),
    "nd_0_5_shropcom": _Neurodevelopmental(
        community_services, Flow("2021-06", (18, 26), (20, 31)), (1.5, 4.5), {"autism": 0.7, "": 0.3},
    ),
    "nd_18_plus_mpft": _Neurodevelopmental(
        adults, Flow("2018-06", (8, 18), (55, 75), removed=0.12), (18, 25), {"autism": 0.3, "adhd": 0.5, "both": 0.2},
    ),
}  # fmt: skip
_LARGE = "nd_5_18_mpft"


def waiting_lists(seed: int, children: int | None) -> Iterator[Extract]:
    """Yield every list in loading order; the same seed gives the same lists.

    With `children`, the lists of neurodevelopmental referrals, which follow no published figure, give way to one: the
    last list of ages 5 to 18, with so many rows.
    """
    yield from _speech_and_language(np.random.default_rng([seed, 0]))
    if children is not None:
        yield _large(children, np.random.default_rng([seed, 1]))
        return
    for place, (series, kind) in enumerate(_ND.items(), start=1):
        rng = np.random.default_rng([seed, place])
        journeys = _journeys(kind, rng)
        for number, end in enumerate(month_ends(_FIRST_ND, LAST)):
            rows = on_list(journeys, end, _since(end, first=number == 0))
            yield Extract(series, end, kind.shape(rows, end, rng), INVENTED)


def _speech_and_language(rng: np.random.Generator) -> Iterator[Extract]:
    lists = speech_and_language_lists(rng)
    journeys = with_children(journeys_of_lists(lists, rng), (1.5, 11), rng)
    count = len(journeys)
    gap = rng.integers(0, 90, count) * (rng.random(count) < _TREATED_LATER)
    treated = journeys["stopped"] + pd.to_timedelta(gap, unit="D")
    journeys = journeys.assign(
        later=treated.where(journeys["reason"] == "completed"),
        need=drawn(_NEEDS, count, rng),
        priority=drawn({"routine": 0.9, "urgent": 0.1}, count, rng),
    )
    for end, basis in _from(lists, _FIRST_SLT):
        rows = on_list(journeys, end, _since(end, first=f"{end:%Y-%m}" == _FIRST_SLT))
        yield Extract("slt_shropcom", end, speech_and_language(rows, end, rng), basis)


def _from(lists: Lists, first: str) -> Iterator[tuple[date, str]]:
    return ((end, basis) for end, basis in zip(lists.ends, lists.basis, strict=True) if f"{end:%Y-%m}" >= first)


def _since(end: date, *, first: bool) -> date:
    month = pd.Timestamp(end).replace(day=1)
    return (month - _REBUILT if first else month).date()


def _journeys(kind: _Neurodevelopmental, rng: np.random.Generator, children: int | None = None) -> pd.DataFrame:
    journeys = with_children(journeys_of_flow(kind.flow, LAST, rng, children), kind.ages, rng)
    count = len(journeys)
    told = journeys["stopped"] + pd.to_timedelta(rng.integers(14, 150, count), unit="D")
    return journeys.assign(
        later=told.where(journeys["reason"] == "completed"),
        diagnosis=drawn(kind.diagnoses, count, rng),
        unknown=rng.random(count) < _UNKNOWN,
        nhs_number=nhs_numbers(kind.first_number, count),
    )


def _large(children: int, rng: np.random.Generator) -> Extract:
    """Return the last list of ages 5 to 18 with this many rows: as many referrals as it takes, the oldest left out."""
    kind, [end] = _ND[_LARGE], month_ends(LAST, LAST)
    since = _since(end, first=True)
    shown = len(on_list(_journeys(kind, np.random.default_rng(0), 10_000), end, since)) / 10_000
    journeys = _journeys(kind, rng, int(children / shown * 1.05) + 100)
    rows = on_list(journeys, end, since).tail(children - 1).reset_index(drop=True)
    return Extract(_LARGE, end, kind.shape(rows, end, rng), INVENTED)
