"""What a change would do to the figures: tried on a copy, told as publishing would tell it."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.audit import Act
from etl.load import withdraw
from etl.pipeline import load_files, status
from etl.settings import SHIPPED
from etl.warehouse import Warehouse
from metrics.compute import compute, read_facts
from metrics.definition import load_definitions
from metrics.edition_tables import RESULTS
from metrics.integrity import checks, withheld
from metrics.preview import JUMPS, TOO_FEW, differing, preview
from tests.waits import children, write

LIST = "nd_list_size"
AREA = "E06000051"
AT = date(2026, 11, 21)


def result(month: str, value: float | None, kpi: str = LIST) -> dict[str, object]:
    return {
        "kpi": kpi, "area": AREA, "breakdown": "all", "group": "all", "month": pd.Timestamp(month), "value": value,
        "period_months": 0, "numerator": value, "flag": None if value is not None else "withheld",
    }  # fmt: skip


def judged(before: list[float], after: float) -> tuple[object, object]:
    """Return the usual move and the remark for a new month after these."""
    months = [f"{month:%Y-%m-%d}" for month in pd.date_range("2024-01-01", periods=len(before) + 1, freq="MS")]
    rows = [result(month, value) for month, value in zip(months, before, strict=False)]
    old, new = RESULTS.frame(rows), RESULTS.frame([*rows, result(months[-1], after)])
    [row] = differing(old, new, load_definitions(), pd.Timestamp(months[-1])).to_dict("records")
    return row["usual_move"], row["remark"]


# Moves of 10 all the time: the mean move is 10, the upper limit of the moving range 3.268 times that, 32.68.
STEADY = [100.0, 110, 100, 110, 100, 110, 100, 110]


@pytest.mark.parametrize(("after", "remark"), [(110 + 32.6, None), (110 + 32.7, JUMPS), (110 - 32.7, JUMPS)])
def test_a_move_beyond_the_moving_range_limit_jumps(after: float, remark: str | None) -> None:
    usual, told = judged(STEADY, after)
    assert usual == pytest.approx(32.68)
    assert told is remark or told == remark


def test_seven_figures_are_too_few_to_tell() -> None:
    assert judged(STEADY[1:], 500)[1] == TOO_FEW


def test_a_month_after_a_gap_is_held_against_nothing() -> None:
    rows = [result(f"2024-{month:02}-01", value) for month, value in enumerate(STEADY, start=1)]
    new = RESULTS.frame([*rows, result("2024-10-01", 500)])
    [row] = differing(RESULTS.frame(rows), new, load_definitions(), pd.Timestamp("2024-10-01")).to_dict("records")
    assert (row["previous"], row["remark"]) == (110, TOO_FEW)


def test_the_month_of_the_files_is_shown_and_what_is_lost_later_is_counted() -> None:
    before = RESULTS.frame([result("2024-04-01", 9), result("2024-05-01", 10), result("2024-06-01", 11)])
    after = RESULTS.frame([result("2024-04-01", 9), result("2024-05-01", 12), result("2024-06-01", None)])
    [row] = differing(before, after, load_definitions(), pd.Timestamp("2024-05-01")).to_dict("records")
    assert (row["previous"], row["before"], row["after"], row["lost"]) == (9, 10, 12, 1)


def test_a_preview_is_what_publishing_would_compute_and_changes_nothing(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    may = write(tmp_path / "nd_may.csv", children(40))
    list(load_files(warehouse, [may], act, explanations={}))
    joined = children(3, start=900, Referral_received_date="03/06/2024")
    june = [{**row, "Snapshot date": "30/06/2024"} for row in [*children(40), *joined]]
    path = write(tmp_path / "nd_june.csv", june)

    def change(copy: Warehouse) -> None:
        list(load_files(copy, [path], act, explanations={}))

    told = preview(warehouse, tmp_path / "kept", SHIPPED / "plan", change, AT)
    assert len(status(warehouse)["loads"]) == 1
    assert told["kpi"].is_unique
    [size] = told[told["kpi"] == LIST].to_dict("records")
    assert (size["previous"], size["after"], f"{size['month']:%Y-%m}") == (40, 43, "2024-06")
    assert pd.isna(size["before"])
    change(warehouse)
    with warehouse.reading() as reader:
        facts = read_facts(reader)
    kpis = load_definitions()
    results = pd.concat([compute(kpis[name], facts) for name in told["kpi"]], ignore_index=True)
    results = withheld(results, kpis.values(), checks(facts))
    keys = ["kpi", "area", "month", "period_months"]
    both = told.merge(results[results["breakdown"] == "all"], on=keys, how="left")
    assert both["value"].astype("Float64").equals(both["after"].astype("Float64"))


def test_taking_a_load_back_can_be_previewed_too(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    [outcome] = load_files(warehouse, [write(tmp_path / "nd_may.csv", children(40))], act, explanations={})
    assert outcome.load_id
    load_id = outcome.load_id
    told = preview(
        warehouse, tmp_path / "kept", SHIPPED / "plan", lambda copy: withdraw(copy, load_id, "tried", act), AT
    )  # fmt: skip
    [size] = told[told["kpi"] == LIST].to_dict("records")
    assert (size["before"], size["lost"] > 0) == (40, True)
    assert pd.isna(size["after"])
