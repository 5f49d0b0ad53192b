"""Known issues: what a faulty list says, and which KPIs an issue touches in which month."""

from datetime import date
from pathlib import Path

import pytest

from etl.errors import DocumentError
from etl.settings import source_names
from etl.source import load_sources
from metrics.definition import load_definitions
from metrics.edition_tables import EDITION_LOADS, FEEDS
from metrics.known_issues import KnownIssues, issue_faults, issues_table, load_known_issues
from metrics.no_figure import why_no_figure
from metrics.trajectory import Reading

KPIS = load_definitions()


def issue(**more: object) -> dict[str, object]:
    return {"title": "A", "effect": "B", "first_month": "2024-03", "sources": ["csds_slt"], **more}


def issues(*rows: dict[str, object]) -> KnownIssues:
    return KnownIssues.model_validate({"issues": rows})


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"title": "A", "effect": "B", "first_month": "2024-03"}, "name what it touches"),
        (issue(last_month="2024-02"), "lies before first_month"),
        (issue(first_month="March 2024"), "YYYY-MM"),
        (issue(person="X"), "unknown key"),
    ],
)
def test_a_faulty_list_names_file_key_and_rule(tmp_path: Path, row: dict[str, object], rule: str) -> None:
    (tmp_path / "known_issues.yaml").write_text(f"issues: [{row}]", encoding="utf-8")
    with pytest.raises(DocumentError, match=rule) as refused:
        load_known_issues(tmp_path)
    assert str(refused.value).startswith("known_issues.yaml: ")


def test_a_folder_without_the_file_has_no_issue(tmp_path: Path) -> None:
    assert load_known_issues(tmp_path).issues == []


def test_a_name_nobody_knows_is_refused() -> None:
    known = issues(issue(sources=["csds_stl"], kpis=["slt_list"]))
    assert issue_faults(known, KPIS, source_names()) == [
        "issues.0 (A).kpis: slt_list is no definition in metrics/definitions",
        "issues.0 (A).sources: csds_stl is no source in etl/sources",
    ]
    assert source_names() == frozenset(load_sources())


def fed(kpi: str, load: str, first: str, last: str, set_aside: bool = False) -> dict[str, object]:
    span = {"first_month": date.fromisoformat(f"{first}-01"), "last_month": date.fromisoformat(f"{last}-01")}
    return {"kpi": kpi, "area": "X", "load_id": load, "set_aside": set_aside, **span}


def test_an_issue_touches_what_its_source_fed_in_its_months() -> None:
    load = dict.fromkeys(EDITION_LOADS.names())
    loads = EDITION_LOADS.frame([{**load, "load_id": n, "source": s, "title": s.upper()} for n, s in
                                 (("1", "csds_slt"), ("2", "csds_nd"))])  # fmt: skip
    feeds = FEEDS.frame(
        [
            fed("inside", "1", "2024-01", "2024-03"),
            fed("elsewhere", "1", "2024-01", "2024-03"),
            fed("before", "1", "2024-01", "2024-02"),
            fed("after", "1", "2024-06", "2024-06"),
            fed("aside", "1", "2024-03", "2024-03", set_aside=True),
            fed("other", "2", "2024-03", "2024-03"),
        ]
    )
    known = issues(
        issue(last_month="2024-05", kpis=["named"]), issue(title="C"), issue(title="D", first_month="2024-07")
    )
    results = feeds[["kpi", "area"]].assign(area=feeds["area"].mask(feeds["kpi"] == "elsewhere", "Y"))
    table = issues_table(known, feeds, loads, results, date(2024, 6, 1))
    assert list(zip(table["title"], table["kpi"], strict=True)) == [
        ("A", "inside"), ("A", "named"), ("C", "after"), ("C", "inside")]  # fmt: skip
    assert set(table["sources"]) == {"CSDS_SLT"}
    nowhere = issues_table(issues(issue(sources=["sen2"])), feeds, loads, results, date(2024, 6, 1))
    assert nowhere["kpi"].isna().tolist() == [True]  # it stays in the log


def reading(value: float | None = None, **more: object) -> Reading:
    return Reading(date(2024, 5, 1), 0, value, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kpi", "found", "is_fed", "reason"),
    [
        ("slt_list_size", [], False, "Nothing has come yet on: Speech and language therapy, first contact"),
        ("ehc_plans_audited_good", [], False,
         "Nothing has come yet on: Plans audited in the month and graded good or outstanding"),
        ("survey_process_experience_families", [], False, "Nothing has come yet on: parent carer survey"),
        ("slt_list_size", [], True, "Files came, but they hold nothing this counts for the area scored"),
        ("slt_list_size", [reading(flag="withheld"), reading(flag="small_base")], True,
         "Files came, but every figure so far is withheld or too few children to say"),
        ("slt_list_size", [reading(flag="withheld"), reading(value=0.0)], True, None),
        ("slt_list_size", [reading(at_least=52.0)], True, None),
    ],
)  # fmt: skip
def test_why_a_kpi_has_no_figure(kpi: str, found: list[Reading], is_fed: bool, reason: str | None) -> None:
    assert why_no_figure(KPIS[kpi], found, is_fed) == reason
