"""Figures of all three formats, read back, are the edition's: every row of the scorecard, every point of a series."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from metrics import wording
from tests.pages.contract_rows import EHC, REVIEWS, SHARE, SLT
from tests.reports.packs import Page, edition, made, sheet, slide_charts, slide_tables, slides

KINDS = ("full", "flagged", "missing_months", "course")


def told(row: pd.Series, unit: str) -> str:
    """Return a scorecard row's latest figure in words."""
    return wording.figure(row["value"], unit, at_least=row["at_least"], flag=row["flag"])


def same(cell: object, value: object) -> bool:
    """Tell whether a cell holds a value: to 15 digits, which is what Excel keeps; an empty one where there is none."""
    if cell is None or pd.isna(value):  # type: ignore[call-overload]
        return cell is None and bool(pd.isna(value))  # type: ignore[call-overload]
    return cell == value if isinstance(value, str) else cell == pytest.approx(value, rel=1e-15, abs=0)


def rows_of(tables: list[list[list[str]]]) -> dict[str, list[str]]:
    return {row[0].partition("\n")[0]: row for table in tables for row in table[1:]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_the_scorecard_is_told_alike(kind: str) -> None:
    held = edition(kind)
    kpis = held.tables["kpis"].set_index("kpi")
    page = [table for name, table in Page(made(kind)["html"]).tables.items() if name.startswith("Scorecard of")]
    shown = [t for s in slides(made(kind)["pptx"]) for t in slide_tables(s) if "Status" in t[0] and t[0][0] == "KPI"]
    typed = sheet(made(kind)["xlsx"], "Scorecard").set_index("KPI id")
    assert len(held.tables["scorecard"])
    for _, row in held.tables["scorecard"].iterrows():
        title, unit = kpis.loc[row["kpi"], ["title", "unit"]]
        for told_of in (rows_of(page)[title], rows_of(shown)[title]):
            assert told(row, unit) in told_of[1]
            assert wording.STATUS_WORDS[row["status"]] in " ".join(told_of)
        cells = typed.loc[row["kpi"]]
        for name, column in (("Value", "value"), ("Numerator", "numerator"), ("Denominator", "denominator")):
            assert same(cells[name], row[column])
        assert cells["Status"] == wording.STATUS_WORDS[row["status"]]
        if pd.notna(row["flag"]):
            assert cells["Without a value"] == wording.FLAG_WORDS[row["flag"]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_every_kpi_is_in_the_workbook(kind: str) -> None:
    results = edition(kind).tables["results"]
    held = results[results["breakdown"] == "all"].sort_values(["kpi", "area", "month"])
    typed = sheet(made(kind)["xlsx"], "Series").sort_values(["KPI id", "Area code", "Month or last month"])
    assert len(held) == len(typed) > 0
    for (_, row), (_, cells) in zip(held.iterrows(), typed.iterrows(), strict=True):
        assert (row["kpi"], row["area"], row["month"].date()) == (
            cells["KPI id"], cells["Area code"], day(cells["Month or last month"])
        )  # fmt: skip
        for name, column in (("Value", "value"), ("Numerator", "numerator"), ("Denominator", "denominator"),
                             ("At least", "at_least"), ("95 % low", "low")):  # fmt: skip
            assert same(cells[name], row[column])
        if pd.notna(row["flag"]):
            assert cells["Without a value"] == wording.FLAG_WORDS[row["flag"]]
        assert (cells["Without a value"] is None) == (pd.notna(row["value"]) or pd.notna(row["at_least"]))


def day(value: object) -> date:
    return value.date() if isinstance(value, datetime) else value  # type: ignore[return-value]


def test_the_chart_of_a_kpi_holds_its_path_and_gaps_stay_gaps() -> None:
    held = edition("full")
    for kpi in (SLT, EHC):
        title = held.tables["kpis"].set_index("kpi")["title"][kpi]
        slide = next(s for s in slides(made("full")["pptx"]) if s.shapes.title.text_frame.text.startswith(title))
        plot = slide_charts(slide)[0].plots[0]
        actual = next(one for one in plot.series if one.name == "Actual")
        path = held.of_kpi("path", kpi).dropna(subset=["actual"])
        expected = {month.date(): value for month, value in zip(path["month"], path["actual"], strict=True)}
        months = [date(1899, 12, 30) + timedelta(days=float(one.label)) for one in plot.categories]
        drawn = {month: value for month, value in zip(months, actual.values, strict=True) if value is not None}
        assert drawn == pytest.approx(expected, rel=1e-15)
        assert None in actual.values  # no figure is no point, neither zero nor joined over
        assert plot._element.getparent().getparent().find(".//{*}dispBlanksAs").get("val") == "gap"


def test_the_page_gives_every_figure_beneath_the_chart() -> None:
    held = edition("full")
    for kpi in (SLT, EHC):
        row = held.kpi(kpi)
        assert row is not None
        table = Page(made("full")["html"]).tables[f"{row['title']}: every figure"]
        expected = [
            (wording.period_words(r["month"], int(r["period_months"])), wording.figure(r["value"], row["unit"]))
            for _, r in held.over_time(kpi).iloc[::-1].iterrows()
        ]
        assert [(cells[0], cells[2]) for cells in table[1:]] == expected


def test_the_workbooks_charts_rest_on_the_same_figures() -> None:
    held = edition("full")
    data = sheet(made("full")["xlsx"], "Chart data", head=5)
    shown = data.iloc[:, list(data.columns).index("Actual") - 1 : list(data.columns).index("Actual") + 1]
    first = held.tables["scorecard"].sort_values("attention")["kpi"].iloc[0]
    path = held.of_kpi("path", first).dropna(subset=["actual"])
    drawn = {day(m): v for m, v in shown.itertuples(index=False) if v is not None}
    expected = {m.date(): v for m, v in zip(path["month"], path["actual"], strict=True)}
    assert drawn == pytest.approx(expected, rel=1e-15)


def test_milestones_say_what_was_planned_and_what_was_reached() -> None:
    held = edition("full").tables["milestones"]
    typed = sheet(made("full")["xlsx"], "Milestones").set_index(["KPI id", "Milestone"])
    assert len(typed) == len(held)
    for _, row in held.iterrows():
        cells = typed.loc[(row["kpi"], row["label"])]
        for name, column in (("Planned", "target"), ("Actual", "reading"), ("Planned in words", "statement")):
            assert same(cells[name], row[column])


def test_what_is_missing_is_said_in_words() -> None:
    page = Page(made("flagged")["html"])
    (table,) = (rows for name, rows in page.tables.items() if name.startswith("Scorecard of"))
    latest = {row[0].partition("\n")[0]: row[1] for row in table[1:]}
    assert "suppressed" in latest["KPI of suppressed"]
    assert "withheld" in latest["KPI of withheld"]
    assert "not supplied" in latest["KPI of not_supplied"]
    assert latest["KPI of real_zero"].startswith("0.0 weeks")
    assert latest["KPI of open_band"].startswith("52+ weeks")
    assert "0.0" not in latest["KPI of suppressed"]


def test_a_share_stands_with_its_base() -> None:
    rows = rows_of([t for s in slides(made("full")["pptx"]) for t in slide_tables(s) if "Status" in t[0]])
    kpis = edition("full").tables["kpis"].set_index("kpi")["title"]
    assert rows[kpis[SHARE]][1] == "57.5 %\nOctober 2025 · 496 of 862"
    assert rows[kpis[REVIEWS]][1] == "7.6 %\ncalendar year 2024 · 50 of 658"
