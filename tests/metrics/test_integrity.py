"""Checks that withhold: each fires on its fault, and on nothing else."""

from datetime import date

import pandas as pd
import pytest

from metrics.definition import load_definitions
from metrics.edition_tables import BANDS, RESULTS
from metrics.integrity import bands_withheld, checks, withheld
from metrics.quality_tables import CHECKS

COLUMNS = ["month", "clock", "state", "area", "weeks_from", "children", "submitter"]
LEFT = ("completed", "removed")


def count(month: int, state: str, children: int, weeks_from: int | None = 0, by: str = "") -> list[object]:
    """Return a count of a list: `by` is its sender, or sender/source."""
    return [date(2024, month, 1), "slt", state, "X", weeks_from, children, by]


def facts(*rows: list[object], submitters: dict[int, list[str]] | None = None) -> dict[str, pd.DataFrame]:
    """Return facts of counts, of the first sender where a count names none; without senders, of published bands."""
    first = next(iter(submitters.values()))[0] if submitters else ""
    counts = pd.DataFrame([[*row[:-1], row[-1] or first] for row in rows], columns=pd.Index(COLUMNS))
    left = [(row["month"].month, row["submitter"]) for row in counts.to_dict("records") if row["state"] in LEFT]
    seen = pd.DataFrame(
        [
            {"load_id": f"{name}{month}", "month": date(2024, month, 1), "clock": "slt", "area": "X", "submitter": name,
             "basis": "snapshot", "leaves": any(name == who and then <= month for then, who in left)}
            for month, names in (submitters or {}).items() for name in names
        ],
        columns=pd.Index(["load_id", "month", "clock", "area", "submitter", "basis", "leaves"]),
    )  # fmt: skip
    kinds = {"month": "datetime64[s]", "weeks_from": "Int64", "children": "Int64"}
    return {
        "list_counts": by_source(counts).astype(kinds),
        "observed": by_source(seen).astype({"month": kinds["month"]}),
    }


def by_source(frame: pd.DataFrame) -> pd.DataFrame:
    named = [str(name).partition("/") for name in frame["submitter"]]
    sources = [source or ("s" if name else "") for name, _, source in named]
    return frame.assign(submitter=[name for name, _, _ in named], source=sources)


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


def test_who_left_before_a_list_first_shows_it_is_not_known_and_after_it_nobody_did() -> None:
    # In February nobody is seen to leave and the list does not add up; March shows who left; in April nobody did.
    rows = [count(1, "waiting", 100), count(2, "waiting", 60), count(2, "started", 5), count(3, "waiting", 55),
            count(3, "removed", 5), count(4, "waiting", 80)]  # fmt: skip
    assert failed(checks(facts(*rows, submitters={**ONE, 4: ["R1D"]}))) == [("stock_flow", 4)]


@pytest.mark.parametrize(
    ("clock", "asked"),
    [("slt", {"ageing", "stock_flow"}), ("amended_plan", set()), ("plan_in_force", {"ageing"})],
)
def test_a_clock_whose_children_are_known_late_or_start_anew_need_not_add_up(clock: str, asked: set[str]) -> None:
    # Nobody had waited over 12 weeks a month ago, and 20 have waited over 18 now; 30 + 12 - 9 - 3 are not 60.
    rows = [count(1, "waiting", 30), count(1, "waiting", 0, 12), count(1, "waiting", 0, 18), *FLOWS[:3],
            count(2, "waiting", 40), count(2, "waiting", 20, 18)]  # fmt: skip
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
        count(1, "waiting", 10, 18),
        count(2, "waiting", 15),
        count(2, "waiting", 10, 18),
    ]
    assert failed(checks(facts(*bands))) == [("unchanged", 2)]
    small = [count(1, "waiting", 19), count(2, "waiting", 19)]
    assert failed(checks(facts(*small))) == []


def test_a_list_in_which_nothing_moved_is_a_copy_though_its_waits_grew() -> None:
    rows = [
        count(1, "waiting", 30, 4),
        count(2, "waiting", 30, 8),
        count(3, "completed", 1),
        count(3, "waiting", 29, 13),
    ]
    assert failed(checks(facts(*rows, submitters=ONE))) == [("unchanged", 2)]


def test_waits_cannot_grow_faster_than_time() -> None:
    # 20 children over 18 weeks now; a month ago only 10 had waited over 12, the nearest edge five weeks lower
    before = [count(1, "waiting", 90), count(1, "waiting", 10, 12), count(1, "waiting", 0, 18)]
    now = [count(2, "waiting", 80), count(2, "waiting", 0, 12), count(2, "waiting", 20, 18)]
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


TWO = {1: ["R1D", "RRE"], 2: ["R1D"], 3: ["R1D", "RRE"]}


def test_after_a_month_without_one_list_the_others_are_compared() -> None:
    # 100 + 12 - 10 = 102 on one list; the other's 500 come back and have nothing to be compared with.
    rows = [count(m, "waiting", n, by="R1D") for m, n in ((1, 100), (2, 100), (3, 102))]
    rows += [count(m, "waiting", 500, 60, by="RRE") for m in (1, 3)]
    flows = [count(m, "removed", 10, by=who) for m in (1, 2, 3) for who in ("R1D", "RRE")]
    made = checks(facts(*rows, *flows, *[count(m, "started", 10 + 2 * (m == 3)) for m in (1, 2, 3)], submitters=TWO))
    assert failed(made) == [("submitters", 2)]
    told = made[made["check"] == "stock_flow"].set_index("month")["sentence"]
    assert told["2024-03-01"] == (
        "100 at the start, 12 started, 0 completed, 10 removed: 102 expected, 102 on the list. "
        "Of 1 of 2 lists: the others show no month before, or not who left."
    )


def test_a_list_that_moves_does_not_hide_a_copy_beside_it() -> None:
    rows = [count(m, "waiting", n, by="R1D") for m, n in ((1, 100), (2, 90))]
    rows += [count(m, "waiting", 50, by="RRE") for m in (1, 2)]
    made = checks(facts(*rows, submitters={1: TWO[1], 2: TWO[1]}))
    [row] = made[(made["check"] == "unchanged") & ~made["passed"]].to_dict("records")
    assert row["sentence"] == "The list of RRE (s) is the same as a month before, band by band."


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ({1: ["RRE/young", "RRE/adult"], 2: ["RRE/young"]}, "1 of 2 lists of organisations that send several came; "
         "missing: RRE (adult)."),
        ({1: ["RRE/old"], 2: ["RRE/new"]}, None),  # one follows the other
        ({1: ["RRE/young", "RRE/adult"], 2: ["R1D"]}, None),  # "submitters" tells of that
        ({1: ["RRE/young"], 2: ["RRE/young", "RRE/adult"]}, None),
    ],
)  # fmt: skip
def test_a_missing_list_of_one_who_sent_another_is_named(sent: dict[int, list[str]], missing: str | None) -> None:
    made = checks(facts(*[count(m, "waiting", n) for m, n in ((1, 50), (2, 60))], submitters=sent))
    faults = made[(made["check"] == "lists") & ~made["passed"]]
    assert faults["sentence"].tolist() == ([missing] if missing else [])


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
    assert struck(rows, fault(2, "lists")) == [True, True, True]


def test_week_bands_of_a_failed_month_lose_their_counts_and_say_why() -> None:
    band = {"clock": "slt", "state": "waiting", "area": "X", "weeks_from": 0, "weeks_to": 1, "children": 5}
    bands = BANDS.frame([{**band, "month": date(2024, month, 1)} for month in (1, 2, 3)])
    after = bands_withheld(bands, fault(2))
    assert after["children"].isna().tolist() == [False, True, False]
    assert after["flag"].fillna("").tolist() == ["", "withheld", ""]


def test_nothing_to_check_is_no_fault() -> None:
    assert checks(facts()).empty
