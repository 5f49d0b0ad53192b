"""What arrived: calendars by month and by year, senders by name, and which load fed which KPI."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.errors import DocumentError
from etl.settings import SHIPPED
from metrics.arrived import arrivals, feeds, latest_source, sender_names
from metrics.definition import load_definitions
from metrics.edition import read_tables
from tests.conftest import Demonstration

KPIS = load_definitions()


def covered(source: str, months: list[str], period: int | None) -> pd.DataFrame:
    frame = pd.DataFrame({"month": pd.to_datetime(months), "load_id": [f"{source} {m}" for m in months]})
    lengths = pd.Series([period] * len(months), dtype="Int64")
    return frame.assign(source=source, organisation="X", period_months=lengths)


def test_a_month_that_did_not_come_is_a_gap_and_a_year_is_no_twelve_months() -> None:
    lists = covered("list", ["2024-01-01", "2024-03-01"], None)
    years = covered("release", ["2021-12-01", "2022-12-01", "2024-12-01"], 12)
    between = covered("release", ["2022-06-01"], None)  # a month of a history without a figure of its own
    workbook = pd.concat(
        [covered("workbook", ["2024-01-01", "2024-03-01"], 1), covered("workbook", ["2024-02-01"], 12)]
    )  # a month, a year and a month again: it answers for every month
    made = arrivals(pd.concat([lists, years, between, workbook], ignore_index=True))
    told = [(r["source"], f"{r['month']:%Y-%m}", r["period_months"], r["arrived"]) for r in made.to_dict("records")]
    assert told == [
        ("list", "2024-01", 0, True), ("list", "2024-02", 0, False), ("list", "2024-03", 0, True),
        ("release", "2021-12", 12, True), ("release", "2022-12", 12, True), ("release", "2023-12", 12, False),
        ("release", "2024-12", 12, True),
        ("workbook", "2024-01", 1, True), ("workbook", "2024-02", 1, True), ("workbook", "2024-03", 1, True),
    ]  # fmt: skip


FED = pd.DataFrame(
    [
        ("clock", "slt", "R1D", "a", "2024-01-01"), ("clock", "slt", "R1D", "b", "2024-02-01"),
        ("clock", "slt", "E92000001", "b", "2024-02-01"), ("clock", "nd_assessment", "R1D", "c", "2024-01-01"),
        ("measure", "children_population", "R1D", "d", "2023-06-01"), ("clock", "slt", "R1D", "e", "2024-03-01"),
    ],
    columns=["lead", "name", "area", "load_id", "month"],
).astype({"month": "datetime64[s]"})  # fmt: skip


OBSERVED = pd.DataFrame([("x", "slt", "R1D", "2024-01-01")], columns=["load_id", "clock", "area", "month"]).astype(
    {"month": "datetime64[s]"}
)


def test_a_kpi_is_fed_by_the_loads_of_its_own_clock_area_and_population() -> None:
    kpis = [KPIS["slt_list_size"], KPIS["slt_referrals_per_1000_children"]]
    made = feeds(FED, OBSERVED, kpis, ["R1D"], date(2024, 2, 1))
    assert made.loc[made["set_aside"], "load_id"].unique().tolist() == ["a"]  # x is the list of January
    loads = made.groupby("kpi")["load_id"].agg(list).to_dict()
    assert loads == {"slt_list_size": ["a", "b"], "slt_referrals_per_1000_children": ["a", "b", "d"]}
    titles = pd.DataFrame({"load_id": list("abcde"), "title": ["old", "new", "c", "census", "e"]})
    assert latest_source(made, titles)[("slt_list_size", "R1D")] == "new"


def test_senders_are_named_by_the_plan_first(tmp_path: Path) -> None:
    (tmp_path / "providers.yaml").write_text("R1D: {name: Our own trust}", encoding="utf-8")
    names = sender_names(tmp_path, SHIPPED / "reference")
    assert (names["R1D"], names["E92000001"]) == ("Our own trust", "England")
    (tmp_path / "providers.yaml").write_text("R1D: 7", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"providers\.yaml: R1D: give its name"):
        sender_names(tmp_path, tmp_path)


def test_the_demonstration_knows_its_loads_years_and_senders(demonstration: Demonstration) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    loads = tables["loads"].set_index("load_id")
    fed = tables["feeds"]
    timely = fed[fed["kpi"] == "ehc_plans_within_20_weeks"]["load_id"]
    assert loads.loc[timely, "title"].tolist() == ["EHC plans issued within 20 weeks"]
    assert loads.loc[timely, ["sender", "period_months"]].values.tolist() == [["Department for Education", 12]]
    assert loads.loc[fed[fed["kpi"] == "slt_list_size"]["load_id"], "period_months"].unique().tolist() == [0]
    yearly = tables["arrivals"].query("period_months == 12")
    assert yearly["arrived"].all()
    assert set(yearly["month"].dt.month) == {12}


def test_kpis_that_wait_for_the_same_source_name_it(demonstration: Demonstration) -> None:
    rows = read_tables(demonstration.editions, demonstration.manifest.edition_id)["scorecard"]
    late = rows["attention_reason"].str.startswith("No figure since").fillna(False)
    assert rows.loc[late, "overdue_source"].notna().all()
    assert rows.loc[~late, "overdue_source"].isna().all()
