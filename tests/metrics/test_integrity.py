"""Checks that withhold: each fires on its fault, and on nothing else."""

from datetime import date

import pandas as pd
import pytest

from metrics.definition import load_definitions
from metrics.edition_tables import RESULTS
from metrics.integrity import checks, withheld
from metrics.quality_tables import CHECKS

COLUMNS = ["month", "clock", "state", "excepted", "area", "breakdown", "group", "weeks_from", "weeks_to", "in_time",
           "children", "flag"]  # fmt: skip


def count(month: int, state: str, children: int, weeks_from: int | None = 0, weeks_to: int | None = 18) -> list[object]:
    return [date(2024, month, 1), "slt", state, False, "X", "all", "all", weeks_from, weeks_to, None, children, None]


def facts(*rows: list[object], submitters: dict[int, list[str]] | None = None) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(rows, columns=pd.Index(COLUMNS)).astype(
        {"month": "datetime64[s]", "weeks_from": "Int64", "weeks_to": "Int64", "children": "Int64", "flag": "str"}
    )
    seen = [
        {"load_id": f"{name}{month}", "month": date(2024, month, 1), "clock": "slt", "area": "X", "source": "s",
         "submitter": name, "basis": "snapshot"}
        for month, names in (submitters or {}).items() for name in names
    ]  # fmt: skip
    columns = ["load_id", "month", "clock", "area", "source", "submitter", "basis"]
    return {
        "clock_counts": frame,
        "observed": pd.DataFrame(seen, columns=pd.Index(columns)).astype({"month": "datetime64[s]"}),
    }


def failed(made: pd.DataFrame) -> list[tuple[str, int]]:
    assert CHECKS.faults(made) == []
    return [(row["check"], row["month"].month) for row in made[~made["passed"]].to_dict("records")]


ONE = {1: ["R1D"], 2: ["R1D"], 3: ["R1D"]}
FLOWS = [count(2, "started", 12), count(2, "completed", 9), count(2, "removed", 3), count(3, "completed", 1)]


def test_a_list_that_adds_up_passes() -> None:
    # 100 + 12 - 9 - 3 = 100, then 100 - 1 = 99
    made = checks(
        facts(count(1, "waiting", 100), count(2, "waiting", 100), count(3, "waiting", 99), *FLOWS, submitters=ONE)
    )
    assert failed(made) == []
    [row] = made[(made["check"] == "stock_flow") & (made["month"] == "2024-02-01")].to_dict("records")
    assert row["sentence"] == ("100 at the start, 12 started, 9 completed, 3 removed: 100 expected, 100 on the list.")


@pytest.mark.parametrize(("closing", "fails"), [(102, False), (98, False), (103, True), (97, True)])
def test_two_in_a_hundred_may_come_or_go_unrecorded(closing: int, fails: bool) -> None:
    made = checks(
        facts(count(1, "waiting", 100), count(2, "waiting", closing), *FLOWS[:3], submitters={1: ["R"], 2: ["R"]})
    )
    assert (("stock_flow", 2) in failed(made)) == fails


def test_a_list_of_open_referrals_alone_is_not_held_to_flows_it_never_shows() -> None:
    made = checks(facts(count(1, "waiting", 100), count(2, "waiting", 60), count(2, "started", 5), submitters=ONE))
    assert set(made["check"]) <= {"ageing", "unchanged"}


@pytest.mark.parametrize(("clock", "asked"), [("slt", {"ageing", "stock_flow"}), ("amended_plan", set())])
def test_a_clock_whose_children_are_known_later_than_they_start_need_not_add_up(clock: str, asked: set[str]) -> None:
    # Nobody had waited over 12 weeks a month ago, and 20 have waited over 18 now; 30 + 12 - 9 - 3 are not 60.
    rows = [count(1, "waiting", 30, 0, 12), count(1, "waiting", 0, 12, 18), count(1, "waiting", 0, 18, 52), *FLOWS[:3],
            count(2, "waiting", 40, 0, 12), count(2, "waiting", 20, 18, 52)]  # fmt: skip
    of_clock = [[clock if cell == "slt" else cell for cell in row] for row in rows]
    made = facts(*of_clock, submitters={1: ["R1D"], 2: ["R1D"]})
    made["observed"]["clock"] = clock
    assert {check for check, _ in failed(checks(made))} == asked


def test_a_published_list_has_no_flows_to_check() -> None:
    made = checks(facts(count(1, "waiting", 100), count(2, "waiting", 150)))
    assert "stock_flow" not in set(made["check"])
    assert failed(made) == []


def test_a_copy_of_last_month_is_found_band_by_band() -> None:
    bands = [
        count(1, "waiting", 15),
        count(1, "waiting", 10, 18, 52),
        count(2, "waiting", 15),
        count(2, "waiting", 10, 18, 52),
    ]
    assert failed(checks(facts(*bands))) == [("unchanged", 2)]
    small = [count(1, "waiting", 19), count(2, "waiting", 19)]
    assert failed(checks(facts(*small))) == []


def test_a_list_in_which_nothing_moved_is_a_copy_though_its_waits_grew() -> None:
    rows = [
        count(1, "waiting", 30, 4, 5),
        count(2, "waiting", 30, 8, 9),
        count(3, "completed", 1),
        count(3, "waiting", 29, 13, 14),
    ]
    assert failed(checks(facts(*rows, submitters=ONE))) == [("unchanged", 2)]


def test_waits_cannot_grow_faster_than_time() -> None:
    # 20 children over 18 weeks now; a month ago only 10 had waited over 12, the nearest edge five weeks lower
    before = [count(1, "waiting", 90, 0, 12), count(1, "waiting", 10, 12, 18), count(1, "waiting", 0, 18, 52)]
    now = [count(2, "waiting", 80, 0, 12), count(2, "waiting", 0, 12, 18), count(2, "waiting", 20, 18, 52)]
    made = checks(facts(*before, *now))
    assert failed(made) == [("ageing", 2)]
    [row] = made[made["check"] == "ageing"].to_dict("records")
    assert (row["gap"], row["sentence"]) == (
        10,
        "10 more children have waited over 18 weeks than could have a month before.",
    )


def test_a_gap_between_months_is_not_checked_across() -> None:
    assert checks(facts(count(1, "waiting", 10), count(3, "waiting", 500))).empty


def test_a_missing_submitter_is_named_from_its_first_month_on() -> None:
    sent = {1: ["R1D"], 2: ["R1D", "RRE"], 3: ["R1D"]}
    rows = [count(m, "waiting", n) for m, n in ((1, 50), (2, 90), (3, 51))]
    made = checks(facts(*rows, submitters=sent))
    assert ("submitters", 3) in failed(made)
    [row] = made[(made["check"] == "submitters") & ~made["passed"]].to_dict("records")
    assert row["sentence"] == "1 of 2 organisations submitted; missing: RRE."


def result(kpi: str, month: int, months: int, breakdown: str = "all") -> dict[str, object]:
    return {"kpi": kpi, "area": "X", "breakdown": breakdown, "group": breakdown, "month": date(2024, month, 1),
            "period_months": months, "numerator": 5, "denominator": 10, "value": 50}  # fmt: skip


def fault(month: int, check: str = "stock_flow") -> pd.DataFrame:
    return CHECKS.frame(
        [{"clock": "slt", "area": "X", "month": date(2024, month, 1), "check": check, "passed": False, "sentence": "…"}]
    )


def struck(results: list[dict[str, object]], made: pd.DataFrame) -> list[bool]:
    after = withheld(RESULTS.frame(results), load_definitions().values(), made)
    flagged = after["flag"] == "withheld"
    assert after.loc[flagged.fillna(False), ["numerator", "denominator", "value"]].isna().all(axis=None)
    return [bool(one) for one in flagged.fillna(False)]


def test_a_failed_check_withholds_its_clock_area_and_month_alone() -> None:
    other = {**result("slt_list_size", 2, 0), "area": "Y"}
    rows = [result("slt_list_size", 2, 0), result("slt_list_size", 3, 0), result("nd_list_size", 2, 0), other]
    assert struck(rows, fault(2)) == [True, False, False, False]


def test_a_longer_period_rests_on_each_of_its_months() -> None:
    rows = [result("slt_referrals_per_1000_children", month, 12) for month in (1, 2, 12)]
    assert struck(rows, fault(2)) == [False, True, True]


def test_a_missing_submitter_leaves_the_split_by_organisation() -> None:
    rows = [
        result("slt_list_size", 2, 0),
        result("slt_list_size", 2, 0, "organisation"),
        result("slt_list_size", 2, 0, "sex"),
    ]
    assert struck(rows, fault(2, "submitters")) == [True, False, True]
    assert struck(rows, fault(2)) == [True, True, True]


def test_nothing_to_check_is_no_fault() -> None:
    assert checks(facts()).empty
