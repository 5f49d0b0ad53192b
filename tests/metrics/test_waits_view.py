"""Lists by week band, month by month: sums, shares, percentiles and groups worked by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.edition_tables import BANDS
from metrics.waits_view import by_month, kpis_of, left, ribbon, side_by_side, straddles, waiting

JANUARY, MARCH = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-01")
Band = tuple[int | None, int | None, int | None]


def bands(month: pd.Timestamp, *rows: Band, state: str = "waiting", area: str = "R1D") -> pd.DataFrame:
    """Return BANDS rows of one list from weeks_from, weeks_to and children."""
    return BANDS.frame(
        {"clock": "slt", "state": state, "area": area, "month": month, "weeks_from": a, "weeks_to": b, "children": n,
         "flag": "suppressed" if n is None else None}
        for a, b, n in rows
    )  # fmt: skip


# 40 within 12 weeks, 20 in 12-18, 36 in 18-52, 4 open: 60 of 100 within 18 weeks.
# Median: the 50th child is the 10th of 20 between 12 and 18 weeks: 12 + 6 * 10/20 = 15.
# 92nd: the 92nd child is the 32nd of 36 between 18 and 52: 18 + 34 * 32/36 = 48.222…
PLAIN: tuple[Band, ...] = ((0, 4, 10), (4, 12, 30), (12, 18, 20), (18, 52, 36), (52, None, 4))


def test_a_month_has_its_size_share_and_percentiles() -> None:
    [row] = by_month(bands(JANUARY, *PLAIN), 18).to_dict("records")
    assert (row["size"], row["in_time"], row["base"], row["share"]) == (100, 60, 100, 60)
    assert row["median"] == pytest.approx(15)
    assert row["long"] == pytest.approx(18 + 34 * 32 / 36)


def test_an_unknown_wait_is_on_the_list_and_in_no_share() -> None:
    [row] = by_month(bands(JANUARY, *PLAIN, (None, None, 50)), 18).to_dict("records")
    assert (row["size"], row["base"], row["share"]) == (150, 100, 60)


def test_a_band_without_a_count_leaves_the_sums_open_and_is_not_zero() -> None:
    [row] = by_month(bands(JANUARY, (0, 18, 30), (18, 52, None)), 18).to_dict("records")
    assert pd.isna(row["size"])
    assert pd.isna(row["share"])
    assert row["in_time"] == 30


def test_a_band_across_the_standard_makes_the_share_unknown() -> None:
    [row] = by_month(bands(JANUARY, (0, 12, 30), (12, 26, 5)), 18).to_dict("records")
    assert row["size"] == 35
    assert pd.isna(row["share"])


def test_an_open_band_answers_at_least() -> None:
    [row] = by_month(bands(JANUARY, (0, 18, 10), (18, 52, 10), (52, None, 80)), 18).to_dict("records")
    assert pd.isna(row["median"])
    assert row["median_at_least"] == 52


def test_a_ribbon_is_cut_where_every_month_can_be_cut() -> None:
    early = bands(JANUARY, *PLAIN)  # open from 52 weeks on, so 65 and 104 cannot be told
    late = bands(MARCH, (0, 4, 1), (4, 12, 2), (12, 18, 3), (18, 52, 4), (52, 104, 5), (104, None, 6))
    rows = ribbon(pd.concat([early, late]), 18)
    assert rows[rows["month"] == MARCH][["weeks_from", "children"]].to_numpy().tolist() == [
        [0, 1], [4, 2], [12, 3], [18, 4], [52, 11],
    ]  # fmt: skip
    assert rows["month"].nunique() == 2
    assert rows["weeks_to"].isna().sum() == 2


def test_a_ribbon_keeps_unknown_waits_apart_and_torn_groups_without_a_count() -> None:
    rows = ribbon(bands(JANUARY, (0, 4, 7), (4, 12, None), (12, 18, 1), (18, None, 2), (None, None, 9)), 18)
    told = [None if pd.isna(n) else int(n) for n in rows["children"]]
    assert told == [7, None, 1, 2, 9]
    assert rows["weeks_from"].isna().tolist() == [False, False, False, False, True]


@given(st.lists(st.integers(0, 400), min_size=105, max_size=105))
def test_a_ribbon_of_weeks_loses_nobody(children: list[int]) -> None:
    rows: list[Band] = [(week, week + 1 if week < 104 else None, count) for week, count in enumerate(children)]
    found = ribbon(bands(JANUARY, *rows), 13)
    assert found["children"].sum() == sum(children)
    cuts = [0, 4, 12, 13, 18, 52, 65, 104, 105]  # at the 13 weeks of the clock too
    assert found["children"].tolist() == [sum(children[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]


def test_only_those_who_wait_in_the_area_are_on_its_list() -> None:
    everything = pd.concat([bands(JANUARY, (0, 4, 7)), bands(JANUARY, (0, 4, 3), state="completed"),
                            bands(JANUARY, (0, 4, 5), area="QOC")])  # fmt: skip
    assert waiting(everything, "slt", "R1D")["children"].tolist() == [7]


def test_clocks_stand_side_by_side_at_their_latest_month() -> None:
    both = pd.concat([bands(JANUARY, *PLAIN), bands(MARCH, (0, 12, 5), (12, 18, 5), (18, None, 30))])
    [row] = side_by_side(both, [("slt", "R1D")], {"slt": 18}).to_dict("records")
    assert (row["month"], row["size"], row["share"], row["weeks"]) == (MARCH, 40, 25, 18)


def test_the_kpis_of_a_list_select_those_who_wait_on_its_clock() -> None:
    texts = [
        "select: {clock: slt, state: waiting}",
        "select: {clock: slt, state: started}",
        "fact: measure_values",
        "[",
    ]
    frame = pd.DataFrame({"kpi": ["a", "b", "c", "d"], "definition": texts})
    assert kpis_of(frame, "slt")["kpi"].tolist() == ["a"]


def test_a_band_over_the_standard_is_known_to_hide_who_is_past_it() -> None:
    assert straddles(bands(JANUARY, (12, 18, 5)), 13)
    assert not straddles(bands(JANUARY, (0, 13, 5), (13, None, 2)), 13)
    assert straddles(bands(JANUARY, (0, 12, 5), (12, None, 2)), 13)


def test_a_month_without_a_count_of_removals_has_no_count_of_leavers() -> None:
    flows = pd.DataFrame({"completions": [10.0, 12.0], "removals": [3.0, None]})
    assert left(flows).tolist()[0] == 13
    assert pd.isna(left(flows).tolist()[1])
    assert left(flows.assign(removals=float("nan"))).tolist() == [10, 12]  # never told of: those seen alone
