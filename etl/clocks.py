"""From typed columns to clocks: when each started, when and why it stopped, and which rows cannot be true."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.columns import OTHER
from etl.dates import DateColumn
from etl.extract import Extract
from etl.finding import Finding
from etl.pathways import Clock, Stop

YES = "yes"
_SAYS_SEEN = re.compile(r"attended|seen", re.IGNORECASE)  # such a heading says itself that its dates count


@dataclass(frozen=True)
class Ticking:
    """One clock over all lines: `applies` says which feed it."""

    name: str
    applies: pd.Series
    started: pd.Series
    stopped: pd.Series
    reason: pd.Series
    excepted: pd.Series
    round: bool = False
    start: str | None = None


def clocks(
    extract: Extract, dates: Mapping[str, DateColumn], codes: Mapping[str, pd.Series], taken: date
) -> list[Ticking]:
    """Return every clock of the source; lines whose dates contradict each other or the snapshot are held."""
    fed = {name: clock for name, clock in extract.layout.clocks.items() if all(map(extract.has, clock.needs))}
    ticking = [_clock(extract, clock.feeds or name, clock, dates, codes) for name, clock in fed.items()]
    every = {clock.feeds or name for name, clock in extract.layout.clocks.items()}
    if left_out := sorted(every - {one.name for one in ticking}):
        problem = f"the file lacks the columns for {' and '.join(left_out)}; those clocks get no rows"
        extract.result.findings.append(Finding("CLOCK_NOT_SUPPLIED", "note", problem))
    for one in ticking:
        _hold_contradictions(extract, one, taken)
    _hold_closed_without_date(extract, ticking, codes)
    for key in dict.fromkeys(one.start for one in ticking):
        unknown = pd.Series(False, index=extract.index)
        for one in (one for one in ticking if one.start == key):
            unknown |= one.applies & one.started.isna()
        extract.say(
            unknown, key, "START_UNKNOWN", "query", "no clock start is given; the child counts with an unknown wait",
            "Ask the sender for the date.",
        )  # fmt: skip
    return ticking


def meets(extract: Extract, codes: Mapping[str, pd.Series], when: Mapping[str, Sequence[str]]) -> pd.Series:
    """Return which lines carry one of the words in each code column; a column the file lacks is no condition."""
    met = pd.Series(True, index=extract.index)
    for key, words in when.items():
        if key in codes:
            met &= codes[key].isin(list(words))
    return met


def _clock(
    extract: Extract, name: str, clock: Clock, dates: Mapping[str, DateColumn], codes: Mapping[str, pd.Series]
) -> Ticking:
    started = pd.Series(pd.NaT, index=extract.index, dtype="datetime64[s]")
    for key in clock.start:
        if key in dates:
            counts = meets(extract, codes, clock.start_when.get(key, {}))
            started = started.where(started.notna() | ~counts, dates[key].values)
    applies = meets(extract, codes, clock.when)
    if clock.needs_start:
        applies &= started.notna()
    stopped = pd.Series(pd.NaT, index=extract.index, dtype="datetime64[s]")
    reason = pd.Series(pd.NA, index=extract.index, dtype="str")
    for stop in clock.stops:
        if stop.date not in dates or (stop.date in clock.start and not stop.when.keys() <= codes.keys()):
            continue  # a stop without a date of its own rests on its codes, so they must be there
        on = dates[stop.date].values.where(_counts(extract, stop, dates, codes, clock.start))
        if stop.after_start:
            on = on.mask(on < started)
        sooner = on.notna() & (stopped.isna() | (on < stopped))
        stopped, reason = stopped.mask(sooner, on), reason.mask(sooner, _reason(extract, stop, codes))
    if clock.needs_stop:
        applies &= stopped.notna()
    excepted = pd.Series(False, index=extract.index)
    if clock.excepted and clock.excepted in codes:
        excepted = codes[clock.excepted].isin([YES])
    return Ticking(
        name, applies, started, stopped, reason, excepted, clock.round, next(filter(extract.has, clock.start), None)
    )


def _counts(
    extract: Extract,
    stop: Stop,
    dates: Mapping[str, DateColumn],
    codes: Mapping[str, pd.Series],
    starts: Sequence[str],
) -> pd.Series:
    """Return which lines' dates count: an appointment is no contact until the codes beside it say it was attended."""
    for key in stop.when:
        if key in codes and stop.date not in starts:
            open_word = codes[key].isna() | codes[key].isin(stop.asks)
            extract.say(
                dates[stop.date].values.notna() & open_word, key, "STOP_UNCONFIRMED", "query",
                f'nothing says if the date under "{extract.heading(stop.date)}" counts; the child is still waiting',
                "Ask the sender to fill in the column for every date.",
            )  # fmt: skip
        elif key not in codes and stop.date not in starts and not _SAYS_SEEN.search(extract.heading(stop.date)):
            extract.say(
                dates[stop.date].values.notna(), stop.date, "STOP_UNCHECKED", "query",
                f'no column "{extract.heading(key)}" says which of these dates count, so each of them ends a wait',
                "Ask the sender for that column: a missed or cancelled appointment ends no wait.",
            )  # fmt: skip
    return meets(extract, codes, stop.when)


def _reason(extract: Extract, stop: Stop, codes: Mapping[str, pd.Series]) -> pd.Series:
    if stop.reason_from in codes:
        return codes[str(stop.reason_from)].replace(OTHER, "other").fillna("other")
    return pd.Series(stop.reason or "other", index=extract.index, dtype="str")


def _hold_contradictions(extract: Extract, clock: Ticking, taken: date) -> None:
    day = pd.Timestamp(taken)
    start = clock.start
    extract.hold(
        clock.applies & (clock.started > day), start, "DATE_IN_FUTURE",
        "the start lies after the day the list was taken", "Correct the date, or the snapshot date.",
    )  # fmt: skip
    extract.hold(
        clock.applies & (clock.stopped > day), None, "DATE_IN_FUTURE",
        "the stop lies after the day the list was taken", "Leave out what has not happened yet, or correct the date.",
    )  # fmt: skip
    extract.hold(
        clock.applies & (clock.stopped < clock.started), start, "STOP_BEFORE_START",
        f"the clock {clock.name} stops before it starts", "Correct whichever date is wrong.",
    )  # fmt: skip


def _hold_closed_without_date(extract: Extract, ticking: Sequence[Ticking], codes: Mapping[str, pd.Series]) -> None:
    stopped = pd.Series(False, index=extract.index)
    for one in ticking:
        stopped |= one.stopped.notna()
    for key, words in extract.layout.closed_when.items():
        if key in codes:
            extract.hold(
                codes[key].isin(list(words)) & ~stopped, key, "CLOSED_WITHOUT_DATE",
                "the row says the wait has ended, and no date says when", "Fill in the date it ended.",
            )  # fmt: skip
