"""The demonstration's rows through the facts: the same figures as the published ones, and every query answered."""

import csv

import pytest

from etl.demo.write import EXPLANATIONS
from etl.settings import SHIPPED
from etl.source import load_sources
from etl.warehouse import open_warehouse
from metrics.definition import load_definitions
from metrics.edition import read_tables
from tests.conftest import Demonstration

Line = dict[str, str]


def published() -> list[Line]:
    """Return the trust's published lists for speech and language therapy, one a month."""
    lines = (SHIPPED / "reference" / "community_waits.csv").read_text(encoding="utf-8").splitlines()
    return [line for line in csv.DictReader(lines) if (line["code"], line["service"]) == ("R1D", "slt")]


@pytest.mark.parametrize("area", ["E06000051", "R1D"])  # counted child by child, and as printed
def test_rows_and_published_bands_give_the_published_figures(demonstration: Demonstration, area: str) -> None:
    results = read_tables(demonstration.editions, demonstration.manifest.edition_id)["results"]
    whole = results[(results["area"] == area) & (results["breakdown"] == "all")]
    for line in published():
        of_month = whole[whole["month"].dt.strftime("%Y-%m") == line["month"]].set_index("kpi")
        longest = sum(int(line[band] or 0) for band in (">52", ">52-104", ">104"))
        longer = int(line[">18-52"]) + longest
        total = int(line["total"])
        assert of_month["value"]["slt_list_size"] == total
        assert of_month["value"]["slt_over_52_weeks"] == longest
        assert of_month["numerator"]["slt_over_18_weeks"] == longer
        assert of_month["value"]["slt_over_18_weeks"] == pytest.approx(100 * longer / total)
        assert of_month["value"]["slt_within_18_weeks"] == pytest.approx(100 * (total - longer) / total)


def test_the_lists_begin_together_and_have_no_gap(demonstration: Demonstration) -> None:
    with open_warehouse(f"duckdb:{demonstration.data / 'warehouse.duckdb'}").reading() as reader:
        covered = reader.query(
            "SELECT source, MIN(month) AS first, MAX(month) AS last, COUNT(*) AS months FROM coverage GROUP BY source"
        )
    of_source = covered.set_index("source")
    assert of_source.loc["slt_waiting_list", "months"] == 34  # January 2023 to October 2025
    for source in ("mhsds_nd", "csds_nd", "nd_waiting_list"):
        span = of_source.loc[source]
        assert (f"{span['first']:%Y-%m}", f"{span['last']:%Y-%m}", span["months"]) == ("2023-04", "2025-10", 31)


def test_every_query_is_on_record_with_its_explanation_and_nothing_is_an_error(demonstration: Demonstration) -> None:
    with open_warehouse(f"duckdb:{demonstration.data / 'warehouse.duckdb'}").reading() as reader:
        findings = reader.query("SELECT DISTINCT severity, rule, explanation FROM findings")
        demonstration_loads = reader.query("SELECT BOOL_AND(demonstration) AS every FROM loads")["every"].item()
    assert demonstration_loads
    assert set(findings["severity"]) == {"query", "note"}
    assert set(findings["rule"]) >= {"NOT_DATA", "ROW_REPEATED", "NOT_IN_SCOPE", "DROPPED_WITHOUT_CLOSURE"}
    asked = findings[findings["severity"] == "query"].set_index("rule")["explanation"]
    assert asked.to_dict() == EXPLANATIONS


def test_plans_counted_case_by_case_add_up_to_the_published_year(demonstration: Demonstration) -> None:
    results = read_tables(demonstration.editions, demonstration.manifest.edition_id)["results"]
    year = results[
        (results["area"] == "E06000051") & (results["breakdown"] == "all") & (results["month"].dt.year == 2024)
    ]
    parts = year.groupby("kpi")[["numerator", "denominator"]].sum()
    for kpi, within, issued in (
        ("ehc_plans_within_20_weeks_by_month", 268, 720),
        ("ehc_plans_within_20_weeks_excluding_exceptions_by_month", 251, 687),
        ("ehc_decisions_within_6_weeks_by_month", 614, 871),
    ):
        assert tuple(parts.loc[kpi]) == (within, issued), kpi


def test_no_check_fails_and_every_kpi_that_the_files_can_feed_has_a_figure(
    demonstration: Demonstration,
) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    assert tables["checks"]["passed"].all()
    known = tables["results"].query("flag != 'no_base'")  # fewer than ten are a figure that is not shown
    without = set(tables["kpis"]["kpi"]) - set(known["kpi"])
    elsewhere = {name for source in load_sources().values() if source.values for name in source.values.measures}
    fed = {kpi for kpi in without if load_definitions()[kpi].select.get("measure") not in elsewhere}
    # Notices that there will be no plan are counted by calendar year, and the first with any is not over.
    assert {kpi for kpi in fed if not kpi.startswith("plan_actions_")} == {"ehc_not_issued_within_16_weeks"}
