"""What a plan's date means, whatever way people wrote it: firm, uncertain, a start, a state, or no date at all.

Only a firm date can be overdue, so nothing is read as firm that says of itself it is not. The plan's own ways, from the
published Shropshire plan: "Apr-23", "?July 2023", "Beginning in March", "In place", "Completed", "TBC", blank.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names) if name
} | {"sept": 9}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_APART = r"[\s,./'’-]*"
_LEAD = r"(?:(?:by|due|end of|by end of|by the end of|the end of|during|in)\s+)?"
_WITH_DAY = (
    re.compile(rf"{_LEAD}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_APART}{_MONTH}\.?{_APART}{_YEAR}"),
    re.compile(rf"{_LEAD}(?P<day>\d{{1,2}})[/.-](?P<number>\d{{1,2}})[/.-]{_YEAR}"),
    re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?:[T ]00:00(?::00)?)?"),
)
_WITHOUT_DAY = (
    re.compile(rf"{_LEAD}{_MONTH}\.?{_APART}{_YEAR}"),
    re.compile(r"(?P<year>\d{4})[-/](?P<number>\d{1,2})"),
    re.compile(r"(?P<number>\d{1,2})[-/](?P<year>\d{4})"),
)
_STARTS = re.compile(
    rf"(?:beginning|starting|starts?|begins?|to start|to begin|from|commencing)\s+(?:in\s+|from\s+)?{_MONTH}{_APART}"
    rf"(?:{_YEAR})?(?:\s+onwards?)?"
)
_DOUBT = re.compile(r"\?|\b(?:tbc|to be confirmed|provisional(?:ly)?|estimated|approx(?:imately)?|circa|around)\b|~")
_TBC = re.compile(r"tb[cda]|to be (?:confirmed|decided|agreed|arranged)|not (?:yet )?(?:confirmed|known|set)|\?+")
_IN_PLACE = re.compile(r"(?:already |now )?in place")
_COMPLETED = re.compile(r"(?:already )?(?:completed?|done|finished|closed|delivered)")
_FIRST_YEAR, _LAST_YEAR = 2010, 2060  # a plan of a SEND partnership lies in these years; see metrics/plan.py


@dataclass(frozen=True)
class ByWhen:
    """A date as written and as meant. `due_on` is the last day of a month, or the day named."""

    raw: str | None
    kind: str
    due_on: date | None = None
    starts_in: date | None = None


def parse_by_when(raw: str | None, plan_start: date | None = None) -> ByWhen:
    """Return what the words mean; words without a date we can read are `words`, counted as undated and never guessed.

    A start without a year is the month nearest to `plan_start`, where that is given. The first of a month as a
    workbook holds it (2023-04-01) is the month: Excel makes it of a typed "Apr-23".
    """
    kept = " ".join((raw or "").split()) or None
    if kept is None:
        return ByWhen(None, "blank")
    text = kept.lower().strip(" .")
    for pattern, kind in ((_TBC, "tbc"), (_IN_PLACE, "status_in_place"), (_COMPLETED, "status_completed")):
        if pattern.fullmatch(text):
            return ByWhen(kept, kind)
    doubt = _DOUBT.search(text) is not None
    plain = re.sub(r"\(\s*\)", "", _DOUBT.sub(" ", text)).strip(" .,;-") if doubt else text
    plain = " ".join(plain.split())
    due = _due(plain)
    if due:
        return ByWhen(kept, "month_uncertain" if doubt else "month", due)
    starts = _STARTS.fullmatch(plain)
    if starts:
        return ByWhen(kept, "start_month", starts_in=_start(starts, plan_start))
    return ByWhen(kept, "words")


def _due(text: str) -> date | None:
    for pattern in _WITH_DAY:
        if found := pattern.fullmatch(text):
            year, month = _parts(found)
            day = int(found["day"])
            if month is None or day > _last_day(year, month) or day < 1:
                return None
            of_workbook = pattern is _WITH_DAY[-1] and day == 1
            return date(year, month, _last_day(year, month) if of_workbook else day)
    for pattern in _WITHOUT_DAY:
        if found := pattern.fullmatch(text):
            year, month = _parts(found)
            return None if month is None else date(year, month, _last_day(year, month))
    return None


def _parts(found: "re.Match[str]") -> tuple[int, int | None]:
    """Return year and month of a match; no month where either cannot be a plan's."""
    groups = found.groupdict()
    year = int(groups["year"]) + (2000 if len(groups["year"]) == 2 else 0)
    month = _MONTHS[groups["month"]] if groups.get("month") else int(groups["number"])
    return year, month if 1 <= month <= 12 and _FIRST_YEAR <= year <= _LAST_YEAR else None


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _start(found: "re.Match[str]", plan_start: date | None) -> date | None:
    if found["year"]:
        year, month = _parts(found)
        return None if month is None else date(year, month, 1)
    if plan_start is None:
        return None
    month = _MONTHS[found["month"]]
    near = [date(plan_start.year + years, month, 1) for years in (-1, 0, 1)]
    return min(near, key=lambda day: abs((day - plan_start).days))
