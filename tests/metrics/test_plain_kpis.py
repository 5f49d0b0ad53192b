"""Every kind on random children: the production SQL and pandas give what plain Python gives."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.engine_duckdb import DuckDBEngine
from etl.tables import ANSWERS, MEASURES, PATHWAYS
from metrics.compute import Facts, compute, read_facts
from metrics.definition import load_definitions
from tests.loads import insert_loads, load_row
from tests.metrics import plain_kpis as plain
from tests.metrics.plain_kpis import Child

KPIS = load_definitions()
DAY0 = date(1970, 1, 1)
FIRST = date(2023, 10, 1)
MONTHS = [date(2023 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(14)]
CUT = plain.month_end(MONTHS[-1])
POPULATION = 1000.0

days = st.integers(-900, (CUT - FIRST).days).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def children(draw: st.DrawFn) -> Child:
    began = draw(st.one_of(days, days, days, st.none()))
    ended = draw(st.one_of(st.none(), st.integers(0, 700)))
    stopped = None
    if ended is not None:
        stopped = (began or FIRST) + timedelta(days=ended)
    return Child(
        began,
        stopped if stopped is None or stopped <= CUT else None,
        draw(st.sampled_from(["completed", "completed", "withdrawn", "rejected"])),
        draw(st.booleans()),
        draw(st.sampled_from([None, "urgent", "routine", "unknown"])),
    )


lists = st.lists(children(), min_size=1, max_size=60)
random = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def facts_of(folder: Path, clock: str, group: list[Child], positions: list[int | None] = []) -> Facts:  # noqa: B006
    """Load the children as one history of MONTHS, with a population and survey answers beside it."""
    path = folder / "plain.duckdb"
    path.unlink(missing_ok=True)
    engine = DuckDBEngine(path, 1)
    number = lambda day: (day - DAY0).days if day else None  # noqa: E731
    loads = [load_row(name, name, MONTHS[-1], MONTHS[0]) for name in ("children", "population")]
    with engine.writing() as writer:
        insert_loads(writer, [*loads, load_row("survey", "survey", MONTHS[-1])])
        writer.insert(
            PATHWAYS,
            PATHWAYS.frame(
                {"load_id": "children", "clock": clock, "pathway_id": str(n), "area": "X", "excepted": c.excepted,
                 "started_on": c.started, "stopped_on": c.stopped, "started_day": number(c.started),
                 "stopped_day": number(c.stopped), "stop_reason": c.reason if c.stopped else None,
                 "priority": c.priority}
                for n, c in enumerate(group)
            ),
        )  # fmt: skip
        writer.insert(
            MEASURES,
            MEASURES.frame([{"load_id": "population", "measure": "children_population", "area": "X",
                             "month": MONTHS[0], "period_months": 12, "breakdown": "all", "group": "all",
                             "numerator": POPULATION}]),
        )  # fmt: skip
        writer.insert(
            ANSWERS,
            ANSWERS.frame(
                {"load_id": "survey", "survey": "parent_carer_survey", "wave": "1", "respondent": str(n),
                 "respondent_group": "parents_and_carers", "question": "nd_support_known", "scale": "agree_5",
                 "scale_position": position}
                for n, position in enumerate(positions)
            ),
        )  # fmt: skip
    with engine.reading() as reader:
        return read_facts(reader)


def results(kpi: str, facts: Facts, part: str = "value") -> dict[date, float | None]:
    return plain.by_month(compute(KPIS[kpi], facts), part)


def same(ours: dict[date, float | None], theirs: dict[date, float | None]) -> None:
    """A month plain Python has nothing to say about may be missing; everything else must agree."""
    for month in sorted(set(ours) | set(theirs)):
        here, there = ours.get(month), theirs.get(month)
        assert (here is None) == (there is None), (month, here, there)
        if here is not None:
            assert here == pytest.approx(there, abs=1e-9), month


@random
@given(group=lists)
def test_lists_shares_percentiles_and_flows(group: list[Child], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "nd_assessment", group)
    listed = {m: plain.waiting(group, m) for m in MONTHS}
    waits = {m: [d for c in listed[m] if (d := plain.days_waiting(c, m)) is not None] for m in MONTHS}
    if any(listed.values()):
        same(results("nd_list_size", facts), {m: len(listed[m]) for m in MONTHS})
        same(results("nd_over_65_weeks", facts), {m: sum(d > 455 for d in waits[m]) for m in MONTHS})
        within = {m: plain.share(sum(d <= 126 for d in waits[m]), len(listed[m])) for m in MONTHS}
        same(results("nd_within_18_weeks", facts), within)
        urgent = {m: sum(c.priority in ("urgent", "routine") for c in listed[m]) for m in MONTHS}
        same(results("nd_risk_priority_recorded", facts), {m: plain.share(urgent[m], len(listed[m])) for m in MONTHS})
    for kpi, p in (("nd_median_wait", 0.5), ("nd_92nd_percentile_wait", 0.92)):
        same(results(kpi, facts), {m: plain.band_percentile(waits[m], p) for m in MONTHS})
        same(results(f"{kpi}_exact", facts), {m: plain.exact_percentile(waits[m], p) for m in MONTHS})
    gone = {m: len(plain.left(group, m)) for m in MONTHS}
    came = {m: len(plain.started(group, m)) for m in MONTHS}
    if any(gone.values()) and any(came.values()):
        same(results("nd_net_flow", facts), {m: came[m] - gone[m] for m in MONTHS})


@random
@given(group=lists)
def test_clearance_and_rates(group: list[Child], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "slt", group)
    pace: dict[date, float | None] = {}
    for m in MONTHS[2:]:
        gone = plain.rolling(group, m, MONTHS, 3, lambda g, month: len(plain.left(g, month)))
        first = MONTHS[MONTHS.index(m) - 2]
        weeks = ((plain.month_end(m) - first).days + 1) / 7
        pace[m] = len(plain.waiting(group, m)) / (gone / weeks) if gone else None
    if any(plain.waiting(group, m) for m in MONTHS) and any(plain.left(group, m) for m in MONTHS):
        same(results("slt_clearance_weeks", facts), pace)
    year = {m: plain.rolling(group, m, MONTHS, 12, lambda g, month: len(plain.started(g, month))) for m in MONTHS}
    if any(plain.started(group, m) for m in MONTHS):
        rates = {m: None if n is None else 1000 * n / POPULATION for m, n in year.items()}
        same(results("slt_referrals_per_1000_children", facts), rates)


@random
@given(group=lists)
def test_plans_issued_in_time_over_periods(group: list[Child], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "ehc_plan", group)
    issued = {m: [c for c in plain.completed(group, m) if not c.excepted] for m in MONTHS}
    if not any(issued.values()):
        return

    def in_time(m: date) -> int:
        return sum((plain.days_taken(c) or 0) <= 140 and c.started is not None for c in issued[m])

    monthly = {m: plain.share(in_time(m), len(issued[m])) for m in MONTHS}
    same(results("ehc_plans_within_20_weeks_excluding_exceptions_by_month", facts), monthly)
    year = {
        m: plain.share(
            plain.rolling(group, m, MONTHS, 12, lambda _, x: in_time(x)) or 0,
            plain.rolling(group, m, MONTHS, 12, lambda _, x: len(issued[x])) or 0,
        )
        for m in MONTHS[11:]
    }
    same(results("ehc_plans_within_20_weeks_excluding_exceptions_over_12_months", facts), year)
    taken = {m: [d for c in plain.completed(group, m) if (d := plain.days_taken(c)) is not None] for m in MONTHS}
    same(results("ehc_mean_weeks_to_issue", facts), {m: plain.mean_weeks(taken[m]) for m in MONTHS})


@random
@given(group=lists, clock=st.sampled_from([("review_decision", 28), ("annual_review", None)]))
def test_what_was_due_and_came_in_time(group: list[Child], clock: tuple[str, int | None], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, clock[0], group)
    kpi = {
        "review_decision": "annual_review_decisions_within_4_weeks_of_all_due_by_month",
        "annual_review": "annual_reviews_within_12_months",
    }[clock[0]]
    due = {m: plain.due(group, m, CUT, clock[1]) for m in MONTHS}
    if any(base for _, base in due.values()):
        same(results(kpi, facts), {m: plain.share(*due[m]) for m in MONTHS})


@random
@given(group=lists)
def test_new_referrals_followed_for_thirteen_weeks(group: list[Child], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "nd_assessment", group)
    expected: dict[date, float | None] = {}
    for end in (m for m in MONTHS if m.month % 3 == 0 and MONTHS.index(m) >= 2):
        inside = [m for m in MONTHS if 0 <= (end.year - m.year) * 12 + end.month - m.month < 3]
        new = [c for m in inside for c in plain.started(group, m)]
        quick = sum(c.reason == "completed" and (d := plain.days_taken(c)) is not None and d <= 91 for c in new)
        followed = (CUT - plain.month_end(end)).days >= 91
        expected[end] = plain.share(quick, len(new)) if followed or not new else None
    if any(plain.started(group, m) for m in MONTHS):
        same(results("nd_first_contact_within_13_weeks_of_referral", facts), expected)


@random
@given(positions=st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=1, max_size=40))
def test_answers(positions: list[int | None], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "slt", [], positions)
    hits, base = plain.top_two(positions)
    ours = results("survey_nd_support_known", facts)
    same(ours, {MONTHS[-1]: plain.share(hits, base) if base >= 10 else None} if ours else {})
    assert bool(ours) == (base > 0)
