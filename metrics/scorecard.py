"""The scorecard: one row a scored KPI, what needs attention, and the milestones and paths behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from etl.tables import EVERYONE
from metrics.course import Course, Courses
from metrics.course_tables import CHARTS, FORECAST, PACE, SIGNALS
from metrics.definition import Definition
from metrics.edition_tables import MILESTONES, PATH, SCORECARD, SUMMARY
from metrics.no_figure import why_no_figure
from metrics.plan import Plan, Scorecard, ScorecardRow, months_between, months_later
from metrics.plan_amendments import Amendments, amended
from metrics.plan_history import amendments_table, with_originals
from metrics.trajectory import (
    Reading,
    aimed_at,
    before,
    gap,
    milestones,
    newly_off,
    path,
    planned,
    points,
    read_at,
    readings,
    status,
)
from metrics.verdict import Milestone, Standing, sentence, summary
from metrics.wording import STATUS_WORDS, difference, figure, number, period_words

# A monthly figure is published two months after its month (NHS England SitRep), a year's figure in the June after it
# (DfE release) and stands for twelve months more. Older than that, something has not arrived.
STALE_AFTER_MONTHS = {0: 4, 1: 4, 12: 18}


class _Attention(NamedTuple):
    """Why the board should look at a KPI; `overdue` when a figure that should be there has not arrived."""

    words: str
    overdue: bool = False


@dataclass(frozen=True)
class _Scored:
    row: ScorecardRow
    kpi: Definition
    found: list[Reading]
    latest: Reading | None
    previous: Reading | None
    planned: float | None
    gap: float | None
    next_label: str | None
    status_next: str
    last_label: str | None
    status_last: str
    course: Course

    @property
    def status(self) -> str:
        return self.status_next if self.next_label else self.status_last

    @property
    def least_gap(self) -> float | None:
        """Return the gap; for a figure in an open band that is off, the gap of the band's start, which it exceeds."""
        if self.gap is not None or self.status != "off":
            return self.gap
        start = self.latest.at_least if self.latest else None
        return None if start is None or self.planned is None else gap(start, self.planned, self.kpi.better)


def score(
    plan: Plan, scorecard: Scorecard, kpis: Mapping[str, Definition], results: pd.DataFrame, as_of: date,
    amendments: Amendments | None = None, sources: Mapping[tuple[str, str], str] | None = None,
    courses: Courses | None = None,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the tables of scored KPIs as they stand in a month: scorecard, milestones, path, course and summary.

    `results` holds nothing later than `as_of`; amendments decided later are not in force. `scorecard` is the first one.
    `sources` has the title of the source that last fed a KPI, by KPI and area; `courses` those of this publication.
    """
    amendments, courses = amendments or Amendments(), courses or Courses()
    scorecard, changes = amended(plan, scorecard, amendments.amendments, as_of)
    changed = amendments_table(changes, kpis)
    scored, dated, paths = [], [], []
    for row in scorecard.rows:
        kpi, found = kpis[row.kpi], readings(results, row)
        own = results[(results["kpi"] == row.kpi) & (results["area"] == row.area) & (results["breakdown"] == EVERYONE)]
        one = _scored(plan, row, kpi, found, as_of, courses.of(plan, row, kpi, own, found, amendments.rebases, as_of))
        scored.append(one)
        dated.append(_with_chances(milestones(plan, row, kpi, found, as_of), one.course.chances))
        paths.append(path(plan, row, kpi, found))
    ranks = _attention(scored, {one.kpi.id: frame for one, frame in zip(scored, paths, strict=True)}, as_of)
    rows = [
        _as_row(place, one, plan, as_of, ranks.get(one.kpi.id), (sources or {}).get((one.row.kpi, one.row.area)))
        for place, one in enumerate(scored, start=1)
    ]
    sentences = summary([_standing(plan, one) for one in scored])
    return {
        "scorecard": SCORECARD.frame(rows),
        "milestones": with_originals(pd.concat([MILESTONES.empty(), *dated], ignore_index=True), changed),
        "amendments": changed,
        "path": pd.concat([PATH.empty(), *paths], ignore_index=True),
        "charts": pd.concat([CHARTS.empty(), *(one.course.chart for one in scored)], ignore_index=True),
        "signals": pd.concat([SIGNALS.empty(), *(one.course.signals for one in scored)], ignore_index=True),
        "forecast": pd.concat([FORECAST.empty(), *(one.course.forecast for one in scored)], ignore_index=True),
        "pace": pd.concat([PACE.empty(), *(one.course.pace for one in scored)], ignore_index=True),
        "summary": SUMMARY.frame({"position": n, "sentence": s} for n, s in enumerate(sentences, start=1)),
    }


def _with_chances(dated: pd.DataFrame, chances: Mapping[date, float]) -> pd.DataFrame:
    months = [month.date() for month in dated["month"]]
    ahead = dated["kind"] == "number"
    found = pd.Series([chances.get(month) for month in months], index=dated.index, dtype="Float64")
    return dated.assign(chance=found.where(ahead))


def _scored(
    plan: Plan, row: ScorecardRow, kpi: Definition, found: list[Reading], as_of: date, heading: Course
) -> _Scored:
    numbers = points(plan, row)
    latest = found[-1] if found else None
    earlier = [r for r in found[:-1] if latest and r.period_months == latest.period_months]
    now = planned(numbers, latest.month) if latest else None
    ahead = gap(latest.value, now, kpi.better) if latest and latest.value is not None and now is not None else None
    targets = [(slot, row.milestones[key].target) for key, slot in plan.slots.items() if key in row.milestones]
    dated = sorted((months_later(plan.start, slot.months), slot.label, t) for slot, t in targets if t is not None)
    coming = [one for one in dated if one[0] >= as_of]
    past = [one for one in dated if one[0] < as_of]
    status_next = status(latest, coming[0][2] if coming else None, now, row, kpi)
    status_last = "no_target"
    if past:
        month, _, target = past[-1]
        status_last = status(read_at(found, month, before(plan, month)), target, planned(numbers, month), row, kpi)
    if past and not coming:
        # The plan's last target stands after its date: the latest figure is judged against it, unless it is older than
        # what that milestone itself could be read from.
        old = latest is not None and not _reaches(latest, past[-1][0], before(plan, past[-1][0]))
        status_last = status(None if old else latest, aimed_at(numbers, as_of), now, row, kpi)
        ahead = None if old else ahead
    return _Scored(
        row, kpi, found, latest, earlier[-1] if earlier else None, now, ahead,
        coming[0][1] if coming else None, status_next, past[-1][1] if past else None, status_last, heading,
    )  # fmt: skip


def _reaches(latest: Reading, month: date, after: date) -> bool:
    """Return whether a reading lies in a milestone's window or later: see `read_at`."""
    return latest.month >= month if latest.period_months else latest.month > after


def _attention(
    scored: list[_Scored], paths: Mapping[str, pd.DataFrame], as_of: date
) -> dict[str, tuple[int, _Attention]]:
    """Return rank and reason of every KPI the board should look at first.

    Newly off the plan, then off by most of the planned value, then worse by more than chance, then what cannot be
    judged, then what rises where none is the standard, then what has not arrived. One reason a KPI, the first that
    holds.
    """
    reasons: list[tuple[int, float, str, _Attention]] = []
    for one in scored:
        if one.status == "off" and one.least_gap is not None:
            behind = difference(abs(one.least_gap), one.kpi.unit).lstrip("+")
            newly, least = newly_off(paths[one.kpi.id]), "at least " if one.gap is None else ""
            words = f"{'Newly off' if newly else 'Off'} trajectory: {least}{behind} behind the plan"
            reasons.append(
                (0 if newly else 1, one.least_gap / max(abs(one.planned or 0), 1), one.kpi.id, _Attention(words))
            )
        elif one.course.reading and one.course.reading.variation == "special_cause_concern":
            reasons.append((2, 0.0, one.kpi.id, _Attention("Worse, and by more than chance")))
        elif one.status in ("withheld", "suppressed") or (one.status == "no_data" and points_expected(one)):
            reasons.append((3, 0.0, one.kpi.id, _why_not(one, as_of)))
        elif rising := _rise(one):
            reasons.append((4, 0.0, one.kpi.id, _Attention(rising)))
        elif one.latest and _stale(one.latest, as_of):
            reasons.append((5, 0.0, one.kpi.id, _overdue(one.latest)))
    ordered = sorted(reasons, key=lambda reason: reason[:2])
    return {kpi: (rank, reason) for rank, (_, _, kpi, reason) in enumerate(ordered, start=1)}


def _rise(one: _Scored) -> str | None:
    """Return in words that a KPI whose standard is none at all has risen; None where it has not or cannot be told."""
    now, earlier = one.latest, one.previous
    if one.kpi.standard is None or one.kpi.standard.value != 0 or now is None or earlier is None:
        return None
    if now.value is None or earlier.value is None or now.value <= earlier.value:
        return None
    was = number(earlier.value, one.kpi.unit).partition(" ")[0]
    when = period_words(earlier.month, earlier.period_months)
    return f"{number(now.value, one.kpi.unit)}, up from {was} in {when}; the standard is none"


def _why_not(one: _Scored, as_of: date) -> _Attention:
    if one.status == "no_data" and one.latest and _stale(one.latest, as_of):
        return _overdue(one.latest)
    if one.latest and one.latest.value is None and one.latest.at_least is not None:
        return _Attention(f"Cannot be judged: known only as {figure(None, one.kpi.unit, at_least=one.latest.at_least)}")
    return _Attention(f"Cannot be judged: {STATUS_WORDS[one.status].lower()}")


def _overdue(latest: Reading) -> _Attention:
    return _Attention(f"No figure since {period_words(latest.month, latest.period_months)}", overdue=True)


def points_expected(one: _Scored) -> bool:
    """Return whether the plan sets a number for the KPI, so that a missing figure matters."""
    return any(milestone.target is not None for milestone in one.row.milestones.values())


def _stale(latest: Reading, as_of: date) -> bool:
    return months_between(latest.month, as_of) > STALE_AFTER_MONTHS.get(latest.period_months, 4)


def _area_title(plan: Plan, row: ScorecardRow) -> str:
    return f"{row.priority_area}. {plan.priority_areas[row.priority_area].title}"


def _standing(plan: Plan, one: _Scored) -> Standing:
    worse = one.course.reading is not None and one.course.reading.variation == "special_cause_concern"
    return Standing(_area_title(plan, one.row), one.kpi.title, one.status, one.latest is not None, worse)


def _enough(heading: Course) -> bool:
    """Return whether the control chart has figures enough to tell a move from chance."""
    return heading.reading is not None and heading.reading.variation not in (None, "not_assessed")


def _coming(plan: Plan, one: _Scored, as_of: date) -> Milestone | None:
    """Return the first milestone with a number that lies past the latest figure and past the month read in."""
    dated = {point.month: point.value for point in points(plan, one.row) if point.is_target}
    ahead = sorted(month for month in dated if one.latest and month > max(one.latest.month, as_of))
    return Milestone(ahead[0], dated[ahead[0]], one.course.chances.get(ahead[0])) if ahead else None


def _as_row(
    position: int, one: _Scored, plan: Plan, as_of: date, attention: tuple[int, _Attention] | None, source: str | None
) -> dict[str, object]:
    latest, previous = one.latest, one.previous
    area = plan.priority_areas[one.row.priority_area]
    outcome = next(outcome for outcome in area.outcomes if outcome.key == one.row.outcome)
    return {
        "position": position,
        "kpi": one.kpi.id,
        "priority_area": _area_title(plan, one.row),
        "outcome": outcome.title,
        "plan_ref": one.row.plan_ref,
        "owner": one.row.owner,
        "area": one.row.area,
        "month": latest.month if latest else None,
        "period_months": latest.period_months if latest else None,
        "value": latest.value if latest else None,
        "at_least": latest.at_least if latest else None,
        "flag": latest.flag if latest else None,
        "previous_month": previous.month if previous else None,
        "previous_value": previous.value if previous else None,
        "planned": one.planned,
        "tolerance": one.row.tolerance,
        "gap": one.gap,
        "next_label": one.next_label,
        "status_next": one.status_next,
        "last_label": one.last_label,
        "status_last": one.status_last,
        "status": one.status,
        "sentence": sentence(
            one.kpi, latest, previous, one.least_gap, one.status, _coming(plan, one, as_of), enough=_enough(one.course)
        ),
        "attention": attention[0] if attention else None,
        "attention_reason": attention[1].words if attention else None,
        "overdue_source": source if attention and attention[1].overdue else None,
        "no_figure": why_no_figure(one.kpi, one.found, fed=source is not None),
    }
