"""Path, gap and status, worked by hand: both directions, gaps, statements, before and after the last milestone."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.definition import Definition, load_definitions
from metrics.plan import Plan, Scorecard, ScorecardRow
from metrics.trajectory import (
    Reading,
    aimed_at,
    gap,
    milestones,
    path,
    planned,
    points,
    read_at,
    status,
)

PLAN = Plan.model_validate(
    {
        "title": "A plan",
        "area_name": "Somewhere",
        "starts": "2023-04",
        "starts_source": "invented",
        "slots": {
            1: {"label": "3 months", "months": 3},
            2: {"label": "6 months", "months": 6},
            3: {"label": "12 months", "months": 12},
            4: {"label": "18 months", "months": 18},
        },
        "areas": [{"area": "X", "role": "local"}],
        "priority_areas": {5: {"title": "Plans", "outcomes": [{"key": "5.O1", "title": "Good plans"}]}},
    }
)
PERCENT = load_definitions()["ehc_plans_within_20_weeks_excluding_exceptions"]
CHILDREN = load_definitions()["slt_list_size"]


def row(kpi: Definition, baseline: float | None, targets: dict[int, float | str], **more: object) -> ScorecardRow:
    said = {n: {"target": t} if isinstance(t, (int, float)) else {"statement": t} for n, t in targets.items()}
    base = {"value": baseline, "month": "2023-04", "period_months": 0, "source": "invented"}
    content = {"kpi": kpi.id, "area": "X", "priority_area": 5, "outcome": "5.O1", "milestones": said, **more}
    return ScorecardRow.model_validate({**content, "baseline": base if baseline is not None else None})


TIMELY = row(PERCENT, 46, {1: "reporting reviewed", 2: 60, 3: 75, 4: 100})
LIST = row(CHILDREN, 760, {2: 700, 4: 400})


def month(year: int, number: int) -> date:
    return date(year, number, 1)


@pytest.mark.parametrize(
    ("when", "value"),
    [
        (month(2023, 3), None),  # before the plan
        (month(2023, 4), 46),  # baseline
        (month(2023, 7), 53),  # a statement has no number: halfway from 46 to 60
        (month(2023, 10), 60),
        (month(2024, 1), 67.5),  # halfway from 60 to 75
        (month(2024, 4), 75),
        (month(2024, 7), 87.5),
        (month(2024, 10), 100),
        (month(2025, 12), 100),  # held after the last milestone
    ],
)
def test_the_path_is_straight_between_dated_numbers(when: date, value: float | None) -> None:
    assert planned(points(PLAN, TIMELY), when) == value


def test_without_a_baseline_the_path_begins_at_the_first_number() -> None:
    numbers = points(PLAN, row(PERCENT, None, {2: 60, 4: 100}))
    assert planned(numbers, month(2023, 9)) is None
    assert planned(numbers, month(2024, 4)) == 80


def test_a_plan_of_statements_alone_has_no_path() -> None:
    assert points(PLAN, row(PERCENT, 46, {1: "one", 2: "two"})) == []


@pytest.mark.parametrize(("better", "expected"), [("higher", -4.0), ("lower", 4.0)])
def test_a_gap_above_zero_is_always_the_good_side(better: str, expected: float) -> None:
    assert gap(56, 60, better) == expected


def reading(value: float | None, at_least: float | None = None, flag: str | None = None) -> Reading:
    return Reading(month(2023, 10), 0, value, at_least, flag)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(75, "met"), (74.9, "on_trajectory"), (60, "on_trajectory"), (59.9, "near"), (55, "near"), (54.9, "off")],
)
def test_status_where_higher_is_better(value: float, expected: str) -> None:
    assert status(reading(value), target=75, path=60, row=TIMELY, kpi=PERCENT) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(400, "met"), (401, "on_trajectory"), (600, "on_trajectory"), (601, "near"), (630, "near"), (631, "off")],
)
def test_status_where_lower_is_better(value: float, expected: str) -> None:
    assert status(reading(value), target=400, path=600, row=LIST, kpi=CHILDREN) == expected


def test_a_tolerance_of_its_own_replaces_the_house_rule() -> None:
    strict = row(PERCENT, 46, {2: 60}, tolerance=1)
    assert status(reading(58.9), target=75, path=60, row=strict, kpi=PERCENT) == "off"
    assert status(reading(59), target=75, path=60, row=strict, kpi=PERCENT) == "near"


@pytest.mark.parametrize(
    ("given_reading", "target", "expected"),
    [
        (None, 75, "no_data"),
        (reading(50), None, "no_target"),
        (reading(None, flag="withheld"), 75, "withheld"),
        (reading(None, flag="suppressed"), 75, "suppressed"),
        (reading(None, flag="not_supplied"), 75, "no_data"),
        (reading(None), 75, "no_data"),
    ],
)
def test_what_cannot_be_judged_says_why(given_reading: Reading | None, target: float | None, expected: str) -> None:
    assert status(given_reading, target, path=60, row=TIMELY, kpi=PERCENT) == expected


@pytest.mark.parametrize(
    ("target", "line", "expected"),
    [  # 52 weeks or more; 5 % of the line is the tolerance
        (60, 60, "no_data"),  # 52 would be met, 70 would be off
        (52, 54, "no_data"),
        (18, 50, "no_data"),  # 2.5 allowed: 52 would be near, 53 off
        (40, 41, "off"),  # 2.05 allowed: 52 is worse than 43.05 already
        (18, None, "not_due"),
    ],
)
def test_an_open_band_is_off_where_its_start_is_and_otherwise_cannot_be_told(
    target: float, line: float | None, expected: str
) -> None:
    weeks = load_definitions()["slt_92nd_percentile_wait"]
    scored = row(weeks, 60, {2: 52})
    assert status(reading(None, at_least=52), target=target, path=line, row=scored, kpi=weeks) == expected


def test_no_path_yet_is_not_due() -> None:
    assert status(reading(50), target=75, path=None, row=TIMELY, kpi=PERCENT) == "not_due"


def snapshot(year: int, number: int, value: float) -> Reading:
    return Reading(month(year, number), 0, value)


def test_a_milestone_reads_the_last_snapshot_since_the_one_before() -> None:
    found = [snapshot(2023, 6, 690), snapshot(2023, 8, 610)]
    assert read_at(found, month(2023, 7), after=month(2023, 4)) == found[0]
    assert read_at(found, month(2023, 10), after=month(2023, 7)) == found[1]
    assert read_at(found, month(2024, 4), after=month(2023, 10)) is None  # nothing is carried forward


def test_a_milestone_reads_the_period_that_holds_its_month_and_no_other() -> None:
    found = [Reading(month(2023, 12), 12, 38.3), Reading(month(2024, 12), 12, 36.5)]
    assert read_at(found, month(2023, 10), after=month(2023, 7)) == found[0]
    assert read_at(found, month(2024, 4), after=month(2023, 10)) == found[1]
    assert read_at(found[:1], month(2024, 4), after=month(2023, 10)) is None


def test_milestones_carry_numbers_statements_and_readings() -> None:
    found = [snapshot(2023, 7, 50), snapshot(2023, 10, 61)]
    rows = milestones(PLAN, TIMELY, PERCENT, found, as_of=month(2024, 1)).set_index("label")
    assert rows["kind"].tolist() == ["baseline", "statement", "number", "number", "number"]
    assert rows["status"].tolist() == ["no_target", "no_target", "met", "not_due", "not_due"]
    assert rows["reading"].fillna(-1).tolist() == [46, 50, 61, -1, -1]
    assert rows.loc["3 months", "statement"] == "reporting reviewed"


def test_a_milestone_that_is_over_without_a_figure_has_no_data() -> None:
    rows = milestones(PLAN, TIMELY, PERCENT, [], as_of=month(2023, 11)).set_index("label")
    assert rows["status"].tolist()[2:] == ["no_data", "not_due", "not_due"]


def test_the_path_table_leaves_gaps_empty_and_judges_nothing_before_the_plan() -> None:
    found = [snapshot(2023, 1, 70), snapshot(2023, 10, 50)]
    rows = path(PLAN, TIMELY, PERCENT, found).set_index("month")
    assert len(rows) == 1 + 19  # January 2023, then April 2023 to October 2024
    assert rows["actual"].notna().sum() == 2
    assert rows.loc["2023-10-01", "gap"] == -10
    assert rows["status"].dropna().to_dict() == {rows.index[7]: "off"}


@pytest.mark.parametrize(
    ("when", "value", "line", "ahead", "judged"),
    [  # 760 in April 2023, 700 in October, 400 in October 2024; within 5 % of the line is near
        (month(2023, 5), 750, 750, 0, "on_trajectory"),  # a sixth of the way from 760 to 700
        (month(2023, 7), 740, 730, -10, "near"),  # 36.5 allowed; June has no figure
        (month(2023, 10), 695, 700, 5, "met"),
        (month(2024, 1), 700, 625, -75, "off"),  # a quarter of the way from 700 to 400; 31.25 allowed
        (month(2024, 10), 405, 400, -5, "near"),
        (month(2024, 11), 410, 400, -10, "near"),  # after the last milestone its target stands
        (month(2025, 3), 421, 400, -21, "off"),  # 20 allowed
        (month(2025, 4), 399, 400, 1, "met"),
    ],
)
def test_a_list_that_should_fall_is_judged_month_by_month(
    when: date, value: float, line: float, ahead: float, judged: str
) -> None:
    found = [snapshot(2023, 4, 760), Reading(when, 0, value)]
    rows = path(PLAN, LIST, CHILDREN, found).set_index("month")
    [last] = rows[rows["actual"] == value].to_dict("records")
    assert (last["planned"], last["gap"], last["status"]) == (line, ahead, judged)
    between = rows.loc[(rows.index > "2023-04-01") & (rows.index < pd.Timestamp(when))]
    assert between["actual"].isna().all()  # a month without a figure stays empty, and has no status
    assert between["status"].isna().all()


@pytest.mark.parametrize(
    ("when", "value", "line", "ahead", "judged"),
    [  # 46 in April 2023, words in July, 60 in October, 75 in April 2024, 100 in October 2024; 5 points are near
        (month(2023, 3), 99, None, None, None),  # before the plan nothing is judged
        (month(2023, 7), 53, 53, 0, "on_trajectory"),  # the milestone in words has no number: halfway to 60
        (month(2023, 7), 47, 53, -6, "off"),
        (month(2023, 7), 60, 53, 7, "met"),  # as good as the next number, three months early
        (month(2024, 7), 88, 87.5, 0.5, "on_trajectory"),
        (month(2024, 11), 95, 100, -5, "near"),  # after the last milestone
        (month(2024, 11), 94, 100, -6, "off"),
        (month(2024, 11), 100, 100, 0, "met"),
    ],
)
def test_a_share_that_should_rise_is_judged_month_by_month(
    when: date, value: float, line: float | None, ahead: float | None, judged: str | None
) -> None:
    rows = path(PLAN, TIMELY, PERCENT, [Reading(when, 0, value)])
    [row_] = rows[rows["actual"].notna()].to_dict("records")
    told = [None if pd.isna(row_[name]) else row_[name] for name in ("planned", "gap", "status")]
    assert told == [line, ahead, judged]


@pytest.mark.parametrize(
    ("when", "target"),
    [
        (month(2023, 4), 60), (month(2023, 7), 60), (month(2023, 10), 60), (month(2023, 11), 75), (month(2024, 5), 100),
        (month(2026, 1), 100),
    ],
)  # fmt: skip
def test_the_target_aimed_at_is_the_next_number_and_the_last_one_after_the_plan(when: date, target: float) -> None:
    assert aimed_at(points(PLAN, TIMELY), when) == target
    assert aimed_at([], when) is None


@given(
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0, 100),
    st.sampled_from([(TIMELY, PERCENT), (LIST, CHILDREN)]),
)
def test_a_better_value_never_has_a_worse_status(
    value: float, better: float, target: float, scored: tuple[ScorecardRow, Definition]
) -> None:
    order = ("off", "near", "on_trajectory", "met")
    line, kpi = scored
    low, high = sorted((value, better), reverse=kpi.better == "lower")
    worse_status, better_status = (status(reading(v), target, path=target, row=line, kpi=kpi) for v in (low, high))
    assert order.index(worse_status) <= order.index(better_status)


@given(st.integers(0, 17))
def test_the_path_never_leaves_its_ends(step: int) -> None:
    numbers = points(PLAN, TIMELY)
    here, there = (planned(numbers, date(2023 + (3 + s) // 12, (3 + s) % 12 + 1, 1)) for s in (step, step + 1))
    assert here is not None
    assert there is not None
    assert 46 <= here <= there <= 100


def test_a_scorecard_refuses_a_milestone_that_is_neither_number_nor_statement() -> None:
    with pytest.raises(ValueError, match="either target or statement"):
        Scorecard.model_validate(
            {"rows": [{"kpi": "x", "area": "X", "priority_area": 5, "outcome": "5.O1", "milestones": {1: {}}}]}
        )
