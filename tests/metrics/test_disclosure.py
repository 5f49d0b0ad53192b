"""Disclosure: what the board may see, worked by hand, and an attack of a reader's own on random lists."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.errors import DocumentError
from metrics.definition import load_definitions
from metrics.disclosure import not_public
from metrics.disclosure_policy import Policy, load_policy
from metrics.edition import read_tables
from metrics.quality_tables import DISCLOSED
from tests.conftest import Demonstration
from tests.metrics.disclosure_attacker import attacked
from tests.metrics.disclosure_rows import KPIS, LIST_SIZE, LISTED, MONTH, POLICY, one, shown, split

TABLES = int(os.environ.get("WAYMARK_ATTACKED_TABLES", "40"))


@pytest.mark.parametrize(
    ("count", "is_shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (366, 365)]
)
def test_one_to_seven_are_hidden_and_others_are_told_to_the_nearest_five(count: int, is_shown: int | None) -> None:
    rows = [{"weeks_from": 60, "children": count}, {"weeks_from": 3, "children": 100}]
    _, kept = shown(rows, {"slt_over_52_weeks": KPIS["slt_over_52_weeks"]})
    told = one(kept.results, "slt_over_52_weeks")
    assert (None if pd.isna(told["value"]) else told["value"]) == is_shown
    assert pd.isna(told["flag"]) == (is_shown is not None)


def test_a_percentage_is_of_the_rounded_counts_and_its_interval_too() -> None:
    _, kept = shown([{"weeks_from": 3, "children": 437}, {"weeks_from": 30, "children": 422}])
    told = one(kept.results, "slt_within_18_weeks")
    assert (told["numerator"], told["denominator"]) == (435, 860)
    assert told["value"] == pytest.approx(100 * 435 / 860)
    # Wilson 95 % of 435 in 860, by hand: centre (435 + 1.9207) / 863.841, half width 1.95996 * 14.697 / 863.841
    assert (told["low"], told["high"]) == (pytest.approx(47.24, abs=0.02), pytest.approx(53.92, abs=0.02))


def test_where_all_but_a_few_are_counted_the_counted_are_not_told() -> None:
    _, kept = shown([{"weeks_from": 3, "children": 97}, {"weeks_from": 30, "children": 3}])
    told = one(kept.results, "slt_within_18_weeks")
    assert pd.isna(told["numerator"])
    assert pd.isna(told["value"])
    assert told["denominator"] == 100
    assert one(kept.results, "slt_over_18_weeks")["flag"] == "suppressed"


def test_a_percentage_needs_ten_children_and_a_percentile_twenty() -> None:
    _, kept = shown([{"weeks_from": 3, "children": 9}])
    assert one(kept.results, "slt_list_size")["value"] == 10
    assert one(kept.results, "slt_within_18_weeks")["value"] == 100  # of what is told as 10
    _, small = shown([{"weeks_from": 3, "children": 7}])
    assert pd.isna(one(small.results, "slt_within_18_weeks")["value"])
    exact, few = shown([{"weeks_from": 3, "children": 22}])  # told as 20, which 18 are too
    assert one(exact, "slt_median_wait")["value"] == 3.5
    assert pd.isna(one(few.results, "slt_median_wait")["value"])
    _, many = shown([{"weeks_from": 3, "children": 23}])
    assert one(many.results, "slt_median_wait")["value"] == 4  # whole weeks, halves up


def test_a_hidden_group_is_not_had_by_subtraction() -> None:
    # 19 in all are told as 20, 12 as 10: the third group would be 20 - 10, at least 6 of at most 7.
    exact, kept = shown(split({"0-4": {3: 12}, "5-10": {3: 7}}))
    assert one(exact, "slt_list_size", "5-10")["value"] == 7
    assert pd.isna(one(kept.results, "slt_list_size", "5-10")["value"])
    assert pd.isna(one(kept.results, "slt_list_size", "0-4")["value"])
    assert one(kept.results, "slt_list_size")["value"] == 20
    how = kept.disclosed[(kept.disclosed["kpi"] == "slt_list_size") & (kept.disclosed["breakdown"] == "age_band")]
    assert dict(zip(how["group"], how["treatment"], strict=True)) == {"0-4": "secondary", "5-10": "primary"}


def test_a_list_is_told_in_wide_bands() -> None:
    _, kept = shown([{"weeks_from": w, "children": 4} for w in range(2, 18)])
    told = kept.bands.set_index("weeks_from")["children"]
    # weeks 2 and 3: 8 children; 4 and 5: 8; 6 to 11: 24; 12 to 17: 24
    assert told.to_dict() == {2: 10, 4: 10, 6: 25, 12: 25}


def test_groups_are_told_in_their_latest_month_only() -> None:
    earlier = split({"0-4": {3: 30}, "5-10": {3: 40}}, month=pd.Timestamp("2024-04-01"))
    _, kept = shown([*earlier, *split({"0-4": {3: 50}, "5-10": {3: 60}})])
    rows = kept.results[kept.results["kpi"] == "slt_list_size"]
    assert set(rows.loc[rows["breakdown"] == "all", "month"]) == {pd.Timestamp("2024-04-01"), MONTH}
    assert set(rows.loc[rows["breakdown"] == "age_band", "month"]) == {MONTH}


def test_public_figures_pass_as_they_are() -> None:
    exact, kept = shown([{"weeks_from": 60, "children": 3}], public=True)
    pd.testing.assert_frame_equal(kept.results, exact)
    assert kept.bands["children"].tolist() == [3]
    assert kept.disclosed.empty


def test_whole_area_counts_of_a_clock_named_exact_are_exact_and_its_groups_are_not() -> None:
    exact, kept = shown(split({"0-4": {3: 33}, "5-10": {3: 41}}), policy=Policy(exact=["slt"]))
    assert one(kept.results, "slt_list_size")["value"] == 74
    assert one(kept.results, "slt_list_size", "0-4")["value"] == 35
    assert one(exact, "slt_list_size", "0-4")["value"] == 33


def test_an_exact_whole_too_small_to_split_is_not_split() -> None:
    _, kept = shown(split({"0-4": {3: 1}}), policy=Policy(exact=["slt"]))
    assert one(kept.results, "slt_list_size")["value"] == 1
    assert kept.results[kept.results["breakdown"] != "all"].empty


def test_what_the_board_was_once_shown_stays_known_to_it() -> None:
    # Told before: 12 as 10. It cannot be unsaid, so it is no help to hide it now: the whole is hidden to keep the 7.
    rows = split({"0-4": {3: 12}, "5-10": {3: 7}})
    _, first = shown(rows, LIST_SIZE)
    _, again = shown(rows, LIST_SIZE, before=first.disclosed.assign(shown=first.disclosed["group"] == "0-4"))
    assert pd.isna(one(again.results, "slt_list_size", "5-10")["value"])
    assert one(again.results, "slt_list_size", "0-4")["value"] == 10
    assert pd.isna(one(again.results, "slt_list_size")["value"])


def test_groups_told_in_earlier_editions_are_remembered() -> None:
    monthly = load_definitions()["slt_children_leaving_the_list"]
    rolling = monthly.model_copy(update={"id": "left_in_three_months", "period": "rolling_3"})
    kpis = {one.id: one for one in (monthly, rolling)}
    rows: list[dict[str, Any]] = []
    before = None
    for month, left in ((3, 12), (4, 0), (5, 7)):
        more = {"state": "completed", "month": pd.Timestamp(2024, month, 1)}
        rows += split({"0-4": {3: left}, "5-10": {3: 40}}, **more)
        _, kept = shown([row for row in rows if row["children"]], kpis, before=before)
        before = kept.disclosed
    # March was told as 10 (8 to 12) and April as 0: three months told as 20 (18 to 22) would leave 6 or 7 for May.
    told = kept.results[kept.results["group"] == "0-4"].set_index("kpi")["value"]
    assert pd.isna(told.get(monthly.id))
    assert pd.isna(told.get(rolling.id))


def test_a_percentile_told_before_is_remembered_until_it_changes() -> None:
    april, may = ({"month": pd.Timestamp(2024, month, 1)} for month in (4, 5))
    first = split({"0-4": {3: 30}, "5-10": {9: 40}}, **april)
    _, kept = shown(first)
    later = split({"0-4": {3: 30}, "5-10": {9: 40}}, **may)
    _, again = shown(first + later, before=kept.disclosed)
    corrected = split({"0-4": {5: 30}, "5-10": {9: 40}}, **april)
    _, after = shown(corrected + later, before=again.disclosed)
    told = [
        how[(how["part"] == "percentile") & (how["month"] == april["month"]) & (how["kpi"] == "slt_median_wait")]
        for how in (kept.disclosed, again.disclosed, after.disclosed)
    ]
    # All waited 21 to 28 days (up to 4 weeks): half of them 3.5 weeks, told as 4; of the others 9.5 as 10.
    assert [dict(zip(how["group"], how["children"], strict=True)) for how in told] == [
        {"all": 9, "0-4": 4, "5-10": 10},
        {"all": 9, "0-4": 4, "5-10": 10},
        {"all": 9, "5-10": 10},
    ]


def test_percentiles_told_before_narrow_no_hidden_count_of_random_lists() -> None:
    random = np.random.default_rng(7)
    rows = [row for number in range(TABLES // 4) for row in random_rows(random, f"T{number:04}")]
    exact, _ = shown(rows)
    waits = exact[exact["kpi"].str.contains("median|percentile") & (exact["denominator"] >= POLICY.percentile_base)]
    waits = waits.assign(value=(waits["value"] + 0.5).floordiv(1)).dropna(subset=["value"])
    ledger = waits.assign(lead="slt", part="percentile", children=waits["value"], treatment="rounded", shown=True)
    _, kept = shown(rows, before=DISCLOSED.typed(ledger))
    hidden = []
    for area, board in kept.results.groupby("area"):
        parts = (frame[frame["area"] == area] for frame in (exact, board, kept.bands))
        earlier = waits.loc[waits["area"] == area, ["kpi", "breakdown", "group", "value"]]
        hidden += [(area, *told) for told in attacked("slt", *parts, KPIS, earlier)]
    assert len(hidden) > TABLES
    assert [told for told in hidden if told[2] < 3] == []


def test_a_flag_does_not_part_what_is_told_as_one() -> None:
    # 8 and 12 are both told as 10: neither a percentage nor a flag may say which, nor of 18 and 22 a median.
    few, many = (shown([{"weeks_from": 3, "children": n}])[1].results for n in (8, 12))
    pd.testing.assert_frame_equal(few, many)
    few, many = (shown([{"weeks_from": 3, "children": n}])[1].results for n in (18, 22))
    pd.testing.assert_frame_equal(few, many)
    assert one(few, "slt_median_wait")["flag"] == "small_base"


def test_a_policy_below_the_floor_is_refused(tmp_path: Path) -> None:
    (tmp_path / "disclosure.yaml").write_text("highest_hidden: 3\nrounding_base: 2\n")
    with pytest.raises(DocumentError) as raised:
        load_policy(tmp_path)
    assert "highest_hidden" in str(raised.value)
    assert "rounding_base" in str(raised.value)
    assert load_policy(tmp_path / "none") == Policy()


def random_rows(random: np.random.Generator, area: str) -> list[dict[str, Any]]:
    """Return one random list by two breakdowns: few children, so that most counts are small."""
    children = int(random.integers(2, 90))
    weeks = np.minimum(random.gamma(1.5, 14, children).astype(int), 110)
    rows: list[dict[str, Any]] = [{"area": area, "weeks_from": int(w)} for w in weeks]
    for breakdown, most in (("age_band", 5), ("sex", 3)):
        groups = random.choice(most, children, p=random.dirichlet(np.full(most, 0.7)))
        rows += [
            {"area": area, "breakdown": breakdown, "group": f"g{group}", "weeks_from": int(w)}
            for group, w in zip(groups, weeks, strict=True)
        ]
    return rows


def test_no_hidden_count_of_random_lists_can_be_told_from_fewer_than_three_values() -> None:
    random = np.random.default_rng(20261122)
    rows = [row for number in range(TABLES) for row in random_rows(random, f"T{number:04}")]
    exact, kept = shown(rows)
    hidden = []
    by_area = dict(list(exact.groupby("area")))
    for area, board in kept.results.groupby("area"):
        bands = kept.bands[kept.bands["area"] == area]
        hidden += [(area, *told) for told in attacked("slt", by_area[area], board, bands, KPIS)]
    assert len(hidden) > 5 * TABLES
    assert [told for told in hidden if told[2] < 3] == []


def test_both_files_are_published_and_the_board_s_holds_no_small_or_exact_count(demonstration: Demonstration) -> None:
    exact = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    board = read_tables(demonstration.editions, demonstration.manifest.edition_id, "board")
    how = exact["disclosed"]
    assert board["disclosed"].empty
    assert {"primary", "secondary", "exact", "rounded"} <= set(how["treatment"])
    counts = board["results"].merge(how[how["treatment"] != "exact"][["kpi", "area"]].drop_duplicates())
    counts = counts[~counts["kpi"].isin(how.loc[how["treatment"] == "exact", "kpi"]) | (counts["breakdown"] != "all")]
    tops = counts.loc[~counts["kpi"].str.endswith("net_flow"), "numerator"].dropna()  # that is a difference of two
    assert len(tops) > 500
    assert ((tops % 5 == 0) & ((tops == 0) | (tops >= 10))).all()
    kpis = {name: KPI for name, KPI in load_definitions().items() if name in {f"nd_{one}" for one in LISTED}}
    area, month = "E06000051", board["bands"].loc[board["bands"]["clock"] == "nd_assessment", "month"].max()
    told, true = (
        t["results"][t["results"]["kpi"].isin(kpis) & (t["results"]["area"] == area) & (t["results"]["month"] == month)]
        for t in (board, exact)
    )
    bands = board["bands"]
    bands = bands[(bands["clock"] == "nd_assessment") & (bands["month"] == month) & (bands["state"] == "waiting")]
    found = list(attacked("nd", true, told, bands[bands["weeks_from"].notna()], kpis))
    assert [one for one in found if one[1] < 3] == []


def test_not_public_names_each_length_of_a_measure() -> None:
    fed = pd.DataFrame({"name": ["slt", "slt", "trained"], "area": ["X", "Y", "X"], "load_id": ["a", "b", "a"]})
    loads = pd.DataFrame({"load_id": ["a", "b"], "public": [False, True]})
    measures = pd.DataFrame({"measure": ["trained"], "area": ["X"], "period_months": [3]})
    assert not_public(fed, loads, measures) == {("slt", "X"), ("trained", "X"), ("trained/3", "X")}
