"""The kinds against published and hand-worked vectors, and against plain Python on random bands."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import kinds
from metrics.intervals import wilson, wilson_ends
from tests.metrics.test_capacity import cases

EDGES = [(0, 1), (1, 2), (2, 4), (4, 12), (12, 18), (18, 52), (52, None)]


def bands(counts: list[int | None], edges: list[tuple[int, int | None]] | None = None) -> pd.DataFrame:
    rows = [
        {"area": "X", "breakdown": "all", "group": "all", "month": date(2023, 1, 1), "weeks_from": a, "weeks_to": b,
         "children": n, "flag": None if n is not None else "suppressed"}
        for (a, b), n in zip(edges or EDGES, counts, strict=True)
    ]  # fmt: skip
    types = {"weeks_from": "Int64", "weeks_to": "Int64", "children": "Int64", "flag": "str"}
    return pd.DataFrame(rows).astype(types)


def one(frame: pd.DataFrame) -> dict[str, object]:
    [row] = frame.to_dict("records")
    return {str(key): None if pd.isna(value) else value for key, value in row.items()}


@pytest.mark.parametrize(
    ("counts", "p", "weeks"),
    [  # NHS England, SitRep, Shropshire Community Health, speech and language; interpolated by hand
        ([41, 50, 76, 175, 80, 413, 24], 0.5, 18 + 7.5 / 413 * 34),  # January 2023
        ([41, 50, 76, 175, 80, 413, 24], 0.92, 18 + 368.28 / 413 * 34),
        ([34, 48, 82, 142, 75, 242, 0], 0.5, 12 + 5.5 / 75 * 6),  # October 2023
        ([34, 48, 82, 142, 75, 242, 0], 0.92, 18 + 192.16 / 242 * 34),
    ],
)
def test_percentiles_of_published_bands(counts: list[int | None], p: float, weeks: float) -> None:
    assert one(kinds.percentile(bands(counts), p))["value"] == pytest.approx(weeks, abs=1e-9)


@pytest.mark.parametrize("case", cases("band_percentile", "cases"), ids=str)
def test_percentiles_of_the_packs_bands(case: dict[str, list[int]]) -> None:
    for share, weeks in ((0.5, case["p50"]), (0.92, case["p92"])):
        assert one(kinds.percentile(bands(list(case["counts"])), share))["value"] == pytest.approx(weeks, abs=0.005)


def test_a_percentile_in_the_open_band_is_a_bound_and_no_number() -> None:
    row = one(kinds.percentile(bands([0, 0, 0, 0, 0, 10, 90]), 0.92))
    assert (row["value"], row["at_least"]) == (None, 52)


def test_too_few_waits_give_no_percentile() -> None:
    row = one(kinds.percentile(bands([0, 0, 0, 0, 0, 19, 0]), 0.5))
    assert (row["value"], row["flag"], row["denominator"]) == (None, "small_base", 19)
    assert one(kinds.percentile(bands([0, 0, 0, 0, 0, 20, 0]), 0.5))["value"] == 35


def test_a_hidden_band_hides_the_percentile() -> None:
    row = one(kinds.percentile(bands([41, None, 76, 175, 80, 413, 24]), 0.5))
    assert (row["value"], row["flag"]) == (None, "suppressed")


def test_an_unknown_wait_is_left_out() -> None:
    counts: list[int | None] = [41, 50, 76, 175, 80, 413, 24]
    unknown = bands([375], [(0, 1)]).assign(weeks_from=None, weeks_to=None)
    both = pd.concat([bands(counts), unknown.astype({"weeks_from": "Int64", "weeks_to": "Int64"})])
    assert one(kinds.percentile(both, 0.5)) == one(kinds.percentile(bands(counts), 0.5))


def plain_percentile(counts: list[int], p: float) -> float | str | None:
    """Walk the bands as the definition reads."""
    total = sum(counts)
    if total < 20:
        return None
    before = 0
    for (start, end), n in zip(EDGES, counts, strict=True):
        if n and before + n >= p * total - 1e-9:
            return f"{start}+" if end is None else start + (p * total - before) / n * (end - start)
        before += n
    raise AssertionError


@given(st.lists(st.integers(0, 60), min_size=7, max_size=7), st.sampled_from([0.25, 0.5, 0.92]))
def test_percentiles_equal_the_plain_walk(counts: list[int], p: float) -> None:
    row = one(kinds.percentile(bands(list(counts)), p))
    expected = plain_percentile(counts, p)
    if isinstance(expected, str):
        assert (row["value"], f"{row['at_least']:.0f}+") == (None, expected)
    else:
        assert row["value"] == (None if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(81, 270, 24.8, 35.7), (0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0), (6, 13, 23.2, 70.9), (50, 658, 5.8, 9.9)],
)
def test_wilson_intervals_of_published_examples(x: int, n: int, low: float, high: float) -> None:
    lower, upper = wilson_ends(pd.Series([x]), pd.Series([n]))
    assert (round(100 * lower[0], 1), round(100 * upper[0], 1)) == (low, high)


def counted(numerator: float | None, denominator: float | None, flag: str | None = None) -> pd.DataFrame:
    row = {"numerator": numerator, "denominator": denominator, "flag": flag}
    return pd.DataFrame([row]).astype({"numerator": "Float64", "denominator": "Float64", "flag": "str"})


def test_a_share_of_nothing_is_missing_and_says_so() -> None:
    row = one(kinds.share(counted(0, 0)))
    assert (row["value"], row["flag"]) == (None, "no_base")


def test_a_share_of_a_real_zero_is_zero() -> None:
    row = one(kinds.share(counted(0, 12)))
    assert (row["value"], row["flag"]) == (0, None)


def test_a_count_is_its_numerator() -> None:
    assert one(kinds.count(counted(7, 9)))["value"] == 7


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_in_its_interval(x: int, extra: int) -> None:
    row = one(kinds.share(counted(x, x + extra)))
    assert 0 <= row["low"] <= row["value"] <= row["high"] <= 100  # type: ignore[operator]


@given(st.integers(0, 500), st.integers(0, 500))
def test_intervals_of_columns_are_those_of_numbers(x: int, extra: int) -> None:
    lower, upper = wilson_ends(pd.Series([x], dtype="Int64"), pd.Series([x + extra], dtype="Int64"))
    if x + extra == 0:
        assert lower.isna().all()
        assert upper.isna().all()
    else:
        assert (lower[0], upper[0]) == pytest.approx(wilson(x, x + extra))


@pytest.mark.parametrize(
    ("base", "value", "flag"), [(0, None, "no_base"), (9, None, "small_base"), (10, 30, None), (None, None, None)]
)
def test_below_the_minimum_base_a_share_shows_its_base_and_why(
    base: int | None, value: float | None, flag: str | None
) -> None:
    row = one(kinds.share(counted(None if base is None else 0.3 * base, base), 10))
    assert (row["value"], row["flag"], row["denominator"]) == (value, flag, base)
    if flag == "small_base" and base:
        assert (row["numerator"], row["low"], row["high"]) == (pytest.approx(0.3 * base), None, None)
        assert one(kinds.top_two_box(counted(3, base), 10))["numerator"] is None  # answers are not counted out


def test_every_kind_with_a_base_keeps_to_the_minimum() -> None:
    few, published = counted(3, 9), counted(3, 9, "suppressed")
    assert one(kinds.rate(few, 100, 10))["flag"] == "small_base"
    assert one(kinds.rate(few, 100, 9))["value"] == pytest.approx(100 / 3)
    assert one(kinds.measure(few, "percent", 10))["flag"] == "small_base"
    assert one(kinds.measure(few, "children", 10))["value"] == 3  # a plain number rests on no base
    assert one(kinds.share(published, 10))["flag"] == "suppressed"  # the reason that came with it stands
    days = bands([9], [(10, 11)]).assign(days=70)
    assert one(kinds.mean(days, 10))["flag"] == "small_base"
    assert one(kinds.mean(days, 9))["value"] == 10


def test_a_minimum_of_0_is_0_and_not_the_default() -> None:
    row = one(kinds.percentile(bands([0, 0, 0, 0, 0, 1, 0]), 0.5, 0))
    assert (row["value"], row["flag"]) == (35, None)
