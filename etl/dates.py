"""Text to dates: ISO, day first, month in words, Excel serials. The order is decided per column, never per cell.

Each distinct text is looked at once, so a million cells cost what their few thousand different dates cost. A column
whose order is month first, contradictory or open is refused, never guessed.
"""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.clean import each_once, trimmed
from etl.finding import Finding
from etl.pathways import Dates

_SEPARATOR = r"[-/. ]"
_TAIL = r"[T ] ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)? ?(?:[AaPp][Mm])? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?$")
_YEAR_FIRST = rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}}|[A-Za-z]{{3,9}}){_SEPARATOR}(?P<day>\d{{1,2}})"
_COMPACT = r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
_NUMBERS = rf"(?P<day>\d{{1,2}}){_SEPARATOR}(?P<month>\d{{1,2}}){_SEPARATOR}(?P<year>\d{{4}}|\d{{2}})"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
_WORDS = _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/., ]*(?P<month>[a-z]{3,9})[-/., ]*(?P<year>\d{4}|\d{2})"
_WORD_FIRST = _WEEKDAY + r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"
_SERIAL = r"(?P<serial>[2-6]\d{4})(?:\.\d+)?"  # 20000 is 1954, 69999 is 2091
_MONTHS = {calendar.month_abbr[number].lower(): number for number in range(1, 13)}
_EPOCH_1900 = np.datetime64("1899-12-30")  # so that serial 61 is 1 March 1900: Excel counts a 29 February 1900
_1904_LATER = 1462
# With the day at random, that many different dates without one after the 12th have a chance below 1 in 10,000.
_ENOUGH = 10
_SLIP = 0.005  # share of dates in the other order that are typing errors, held one by one, and not another order

UTC = "times are in UTC, an hour behind summer time; the date in London is taken"
UTC_REMEDY = "Check one date with the sender, or ask for dates without times."

Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class DateColumn:
    """A column read as dates; all series share the cells' index. `faults` refuse the file.

    `month_first` holds the dates as they would be month first, where nothing in the column decides the order;
    `day_first_shown` says that a date in it does, such as 25/04/2024.
    """

    values: pd.Series
    unreadable: pd.Series
    placeholder: pd.Series
    utc: pd.Series
    faults: list[Finding] = field(default_factory=list)
    month_first: pd.Series | None = None
    day_first_shown: bool = False


def read_dates(
    cells: pd.Series, rules: Dates, place: tuple[str, str], *, epoch_1904: bool = False, not_after: date | None = None
) -> DateColumn:
    """Return the cells as dates without times, in London.

    `place` is sheet and heading for the findings. `not_after` is a day that none of the dates can lie behind, used
    only to find out that a column was written month first.
    """
    codes, distinct = pd.factorize(cells)
    again, distinct = pd.factorize(trimmed(pd.Series(distinct, dtype="str")))
    codes, texts = again[codes], pd.Series(distinct, dtype="str")
    counts = np.bincount(codes, minlength=len(texts))
    has_time = texts.str.contains(_TAIL, regex=True).to_numpy(dtype=bool)
    parts = each_once(texts.str.replace(_TAIL, "", regex=True), lambda unique: _parts(unique, rules, epoch_1904))
    order = _order(parts, counts, place, not_after)
    days = _days(parts, month_first=False)
    moved, utc = _to_london(days, texts, has_time)
    placeholders = np.isin(days, np.array(rules.placeholders, dtype="datetime64[D]"))
    moved[placeholders] = np.datetime64("NaT")
    filled = (texts != "").to_numpy()

    def spread(values: npt.NDArray[Any]) -> pd.Series:
        return pd.Series(values[codes], index=cells.index)

    return DateColumn(
        spread(moved.astype("datetime64[s]")),
        spread(filled & np.isnat(days)),
        spread(placeholders),
        spread(utc),
        [order] if isinstance(order, Finding) else [],
        spread(_days(parts, month_first=True).astype("datetime64[s]")) if order is None else None,
        order is True and bool((parts["ordered"] & (parts["day"] > 12)).any()),
    )


def _parts(texts: pd.Series, rules: Dates, epoch_1904: bool) -> pd.DataFrame:
    """Return year, month, day (NaN where unreadable) and whether the order of day and month has to be known."""
    parts = pd.DataFrame(np.nan, index=texts.index, columns=["year", "month", "day"])
    ordered = pd.Series(False, index=texts.index)
    for pattern in (_YEAR_FIRST, _NUMBERS, _WORDS, _COMPACT, _WORD_FIRST):
        rest = texts[parts["year"].isna()].str.lower()
        found = rest.str.extract(f"^{pattern.replace('A-Za-z', 'a-z')}$")[["year", "month", "day"]]
        found = found[found["year"].notna()]
        if len(found):
            month = found["month"].where(~found["month"].str.contains("[a-z]"), found["month"].map(_month_number))
            year = found["year"].where(found["year"].str.len() == 4, found["year"].map(_full_year(rules)))
            numbers = pd.DataFrame({"year": year, "month": month, "day": found["day"]}).apply(pd.to_numeric)
            parts.loc[found.index] = numbers.astype("float64")
            ordered[found.index] |= pattern == _NUMBERS
    serials = pd.to_numeric(texts.str.extract(f"^{_SERIAL}$")["serial"])
    hit = serials.notna()
    if hit.any():
        later = _1904_LATER if epoch_1904 else 0
        stamps = pd.DatetimeIndex(_EPOCH_1900 + (serials[hit].astype("int64") + later).to_numpy().astype("m8[D]"))
        parts[hit] = np.column_stack([stamps.year, stamps.month, stamps.day]).astype("float64")
    return parts.assign(ordered=ordered)


def _month_number(word: object) -> float:
    """Return the number of a month's name in full, its first three letters, or "sept"; NaN for any other word."""
    if not isinstance(word, str) or word[:3] not in _MONTHS:
        return float("nan")
    number = _MONTHS[word[:3]]
    full = calendar.month_name[number].lower()
    return number if word in (word[:3], full, "sept") else float("nan")


def _full_year(rules: Dates) -> Any:
    first = rules.two_digit_years_from

    def year(text: object) -> float:
        if first is None or not isinstance(text, str) or len(text) != 2:
            return float("nan")
        return first + (int(text) - first) % 100

    return year


def _days(parts: pd.DataFrame, *, month_first: bool) -> Days:
    """Return days; NaT where a part is missing or the day does not exist in its month."""
    swap = parts["ordered"].to_numpy(dtype=bool) & month_first
    month = np.where(swap, parts["day"], parts["month"])
    day = np.where(swap, parts["month"], parts["day"])
    year = parts["year"].to_numpy()
    known = ~np.isnan(year) & ~np.isnan(month) & ~np.isnan(day) & (month >= 1) & (month <= 12) & (day >= 1)
    days = np.full(len(parts), np.datetime64("NaT"), dtype="datetime64[D]")
    months = ((year[known] - 1970) * 12 + month[known] - 1).astype("int64").astype("datetime64[M]")
    found = months.astype("datetime64[D]") + (day[known] - 1).astype("int64")
    found[found.astype("datetime64[M]") != months] = np.datetime64("NaT")
    days[known] = found
    return days


def _order(parts: pd.DataFrame, counts: Any, place: tuple[str, str], not_after: date | None) -> Finding | bool | None:
    """Return True where the order is day first, a finding where the file is to be refused, None where it is open."""
    ordered = parts["ordered"].to_numpy(dtype=bool)
    first, second = parts["day"].to_numpy(), parts["month"].to_numpy()
    day_first, month_first = ordered & (first > 12), ordered & (second > 12)
    n_day, n_month = int(counts[day_first].sum()), int(counts[month_first].sum())
    if n_month and (n_day < _ENOUGH or n_month > max(1, _SLIP * n_day)):
        return _refusal("DATE_ORDER_MIXED" if n_day else "DATE_ORDER_US", place)
    if n_day:
        year_first = ~ordered & ~np.isnan(first)
        # Excel under American settings turns 05/04/2024 into a date (4 May) and leaves 25/04/2024 as text.
        turned = year_first.sum() >= _ENOUGH and (first[year_first] <= 12).all() and not (ordered & ~day_first).any()
        return _refusal("DATE_ORDER_MIXED", place) if turned else True
    if not (ordered & (first != second)).any():
        return True
    if n_month == 0 and not_after is not None:
        limit = np.datetime64(not_after)
        as_day, as_month = (_days(parts[ordered], month_first=swap) for swap in (False, True))
        if (as_day > limit).any() and not (as_month > limit).any():
            return _refusal("DATE_ORDER_US", place)
    if (ordered & (first != second)).sum() >= _ENOUGH and not (first[ordered] == 1).all():
        return _refusal("DATE_ORDER_AMBIGUOUS", place)
    return None


_REFUSALS = {
    "DATE_ORDER_MIXED": "some dates are written day first and some month first",
    "DATE_ORDER_US": "the dates are written month first, as in the United States",
    "DATE_ORDER_AMBIGUOUS": "no date has a day after the 12th, so it cannot be told which number is the month",
}


def _refusal(rule: str, place: tuple[str, str]) -> Finding:
    remedy = "Export the column as YYYY-MM-DD, or as DD/MM/YYYY throughout."
    return Finding(rule, "error", _REFUSALS[rule], remedy, place[0], column=place[1])


def _to_london(days: Days, texts: pd.Series, has_time: Flags) -> tuple[Days, Flags]:
    """Return the London dates, and which were moved by it: 23:00 UTC in summer is midnight of the next day here."""
    moved, shifted = days.copy(), np.zeros(len(days), dtype=bool)
    timed = has_time & ~np.isnat(days)
    if not timed.any():
        return moved, shifted
    tails = texts[timed].str.replace(r"^.*?([0-9]{1,2}:[0-9]{2}.*)$", r"\1", regex=True)
    clock = each_once(tails, lambda unique: pd.DataFrame([_minutes(text) for text in unique], columns=["at", "ahead"]))
    at, ahead = clock["at"].to_numpy(dtype="float64"), clock["ahead"].to_numpy(dtype="float64")
    zoned = ~np.isnan(ahead)
    here = days[timed]
    utc = here.astype("datetime64[m]") + (at - np.where(zoned, ahead, 0)).astype("int64").astype("m8[m]")
    london = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert("Europe/London").tz_localize(None)
    local = london.to_numpy().astype("datetime64[D]")
    use = zoned | _written_in_utc(at, zoned, here, local)
    changed = use & (local != here)
    here[changed] = local[changed]
    moved[timed], shifted[timed] = here, changed
    return moved, shifted


def _written_in_utc(at: Any, zoned: Flags, here: Days, local: Days) -> Flags:
    """Tell which times without a zone are midnights exported in UTC: 23:00 in every summer date, 00:00 in winter."""
    plain = ~zoned
    eleven, midnight = plain & (at == 23 * 60), plain & (at == 0)
    is_trap = eleven.any() and bool((plain == (eleven | midnight)).all()) and bool((local != here)[eleven].all())
    return plain & is_trap


def _minutes(tail: str) -> tuple[float, float]:
    """Return minutes after midnight, and minutes ahead of UTC (NaN without a zone)."""
    found = _TIME.match(tail)
    if found is None:
        return 0.0, float("nan")
    hour, half, zone = int(found[1]), (found[3] or "").lower(), found[4]
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    if zone is None:
        return hour * 60.0 + int(found[2]), float("nan")
    sign = -1 if zone[0] == "-" else 1
    ahead = 0 if zone == "Z" else sign * (int(zone[1:3]) * 60 + int(zone[-2:]))
    return hour * 60.0 + int(found[2]), float(ahead)
