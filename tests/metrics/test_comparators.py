"""Rank, quarter and neighbours, by the good direction; and the warnings beside them."""

import pandas as pd
import pytest

from etl.settings import SHIPPED
from metrics.comparators import compared, differences, load_neighbours, load_warnings, places, quarters
from metrics.definition import load_definitions
from metrics.edition_tables import RESULTS
from metrics.quality_tables import COMPARATORS, DIFFERENCES

KPIS = load_definitions()


def test_the_best_place_follows_the_good_direction_and_equals_share_it() -> None:
    values = pd.Series([10.0, 30.0, 30.0, 50.0])
    assert places(values, "higher").tolist() == [4, 2, 2, 1]
    assert places(values, "lower").tolist() == [1, 2, 2, 4]


@pytest.mark.parametrize(
    ("areas", "quarter"),
    [(4, "ABCD"), (8, "AABBCCDD"), (5, "AABCD"), (3, None)],  # place 1 of n first; ceil(4 x place / n)
)
def test_quarters_are_as_even_as_the_number_of_areas_allows(areas: int, quarter: str | None) -> None:
    found = quarters(pd.Series(range(1, areas + 1), dtype="Int64"), areas)
    assert found.isna().all() if quarter is None else "".join(found) == quarter


def test_shropshires_neighbours_are_dfes_ten_in_order() -> None:
    # LAIT, May 2025: North Yorkshire first, Gloucestershire last
    near = load_neighbours(SHIPPED / "reference")["E06000051"]
    assert (len(near), near[0], near[-1]) == (10, "E10000023", "E10000013")


def results(kpi: str, values: dict[str, float | None]) -> pd.DataFrame:
    rows = [
        {"kpi": kpi, "area": area, "breakdown": "all", "group": "all", "month": "2024-12-01", "period_months": 12,
         "value": value}
        for area, value in values.items()
    ]  # fmt: skip
    return RESULTS.frame([{**row, "month": pd.Timestamp(str(row["month"]))} for row in rows])


def areas(*names: str, level: str = "local_authority") -> pd.DataFrame:
    return pd.DataFrame([{"area": name, "level": level, "name": name} for name in names])


def test_an_area_is_ranked_among_its_level_and_set_beside_its_neighbours() -> None:
    kpi = "ehc_plans_within_20_weeks"
    frame = results(kpi, {"E06000051": 37.2, "B": 20.0, "C": 60.0, "D": 40.0, "E92000001": 45.9, "Z": None})
    known = pd.concat([areas("E06000051", "B", "C", "D", "Z"), areas("E92000001", level="national")])
    made = compared(frame, [KPIS[kpi]], known, {"E06000051": ["C", "B", "Z"]})
    assert COMPARATORS.faults(made) == []
    own = made.set_index("area").loc["E06000051"]
    assert (own["rank"], own["areas"], own["quartile"]) == (3, 4, "C")
    # of the neighbours with a figure, 60 is ahead and 20 behind; the middle of 20 and 60 is 40
    assert (own["neighbours"], own["neighbours_rank"], own["neighbours_median"]) == (2, 2, 40)
    assert "E92000001" not in set(made["area"])
    assert "799 assessments" in own["warning"]


def test_what_has_no_good_direction_is_not_ranked() -> None:
    frame = results("ehc_requests", {"A": 1.0, "B": 2.0})
    assert compared(frame, [KPIS["ehc_requests"]], areas("A", "B"), {}).empty


def test_the_trusts_lists_carry_the_warning_about_telford() -> None:
    frame = results("slt_within_18_weeks", {"R1D": 57.0, "RRE": 60.0})
    made = compared(frame, [KPIS["slt_within_18_weeks"]], areas("R1D", "RRE", level="provider"), {})
    assert made["warning"].str.contains("Telford & Wrekin").all()


def test_warnings_name_known_kpis() -> None:
    assert {kpi for warning in load_warnings() for kpi in warning.kpis} <= set(KPIS)


@pytest.mark.parametrize(("kpi", "words"), [
    ("ehc_plans_20_weeks_to_a_year", "720 in the base"), ("ehc_plans_over_a_year", "720 in the base"),
    ("annual_review_decisions_within_4_weeks_of_all_due", "40 of 153"),
    ("annual_review_decisions_outstanding", "40 of 153"),
])  # fmt: skip
def test_a_rank_says_what_its_areas_do_not_share(kpi: str, words: str) -> None:
    made = compared(results(kpi, {"A": 10.0, "B": 20.0}), [KPIS[kpi]], areas("A", "B"), {})
    assert len(made) == 2
    assert made["warning"].str.contains(words).all()


def test_differences_are_told_of_areas_that_have_no_rank_too() -> None:
    told = differences(["slt_within_18_weeks", "slt_list_size"])
    assert DIFFERENCES.faults(told) == []
    share = told[told["kpi"] == "slt_within_18_weeks"]
    assert set(share["area"]) == {"R1D", "QOC"}
    assert share["words"].str.contains("Telford & Wrekin").all()
    size = told[told["kpi"] == "slt_list_size"]
    assert size["area"].isna().tolist() == [False, False, True]  # of any area: a count grows with the children
