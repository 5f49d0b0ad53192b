"""Publishing, whole: the demonstration's figures are the published ones, and the same inputs give the same hash."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from etl.audit import Act, audit_faults
from etl.demo.write import EXPLANATIONS
from etl.pipeline import load_files
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from metrics.__main__ import main
from metrics.compare import compare
from metrics.edition import Audience, EditionError, make_current, read_manifest, read_tables
from metrics.in_use import as_published
from metrics.publish import publish
from metrics.wording import figure
from tests import release, sitrep
from tests.conftest import NOW, Demonstration
from tests.pages import editions

GOLDEN = Path(__file__).parent.parent / "golden" / "published.csv"


def test_the_demonstration_shows_the_published_figures(demonstration: Demonstration) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    results, units = tables["results"], tables["kpis"].set_index("kpi")["unit"]
    local = results[results["area"].isin(["R1D", "E06000051"]) & (results["breakdown"] == "all")]
    shown = {
        (row["kpi"], f"{row['month']:%Y-%m}"): figure(row["value"], units[row["kpi"]], flag=row["flag"])
        for row in local.to_dict("records")
    }
    with GOLDEN.open() as lines:
        wanted = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(wanted) == 35
    assert {(w["kpi"], w["month"]): shown[w["kpi"], w["month"]] for w in wanted} == {
        (w["kpi"], w["month"]): w["shown"] for w in wanted
    }


def test_the_scorecard_tells_the_20_week_story(demonstration: Demonstration) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    row = tables["scorecard"].set_index("kpi").loc["ehc_plans_within_20_weeks_excluding_exceptions"]
    assert (row["status"], row["planned"]) == ("off", 100)
    assert row["attention"] == 1  # its monthly form is nearer
    assert row["sentence"] == (
        "EHC plans issued within 20 weeks, excluding exceptions: 36.5 % in the calendar year 2024, "
        "down from 38.3 % in the calendar year 2023. This is 63.5 points behind the plan."
    )
    dated = tables["milestones"]
    dated = dated[dated["kpi"] == row.name].set_index("label")
    assert dated["month"].dt.strftime("%Y-%m").tolist() == ["2023-04", "2023-07", "2023-10", "2024-04", "2024-10"]
    assert dated["target"].fillna(-1).tolist() == [-1, -1, 60, 75, 100]
    assert dated["reading"].round(1).tolist() == [45.9, 38.3, 38.3, 36.5, 36.5]
    assert dated["status"].tolist() == ["no_target", "no_target", "off", "off", "off"]


def test_the_demonstration_says_what_it_is(demonstration: Demonstration) -> None:
    assert demonstration.manifest.demonstration
    assert (demonstration.manifest.as_of, demonstration.manifest.months_elapsed) == (date(2025, 10, 1), 30)


@pytest.mark.parametrize("audience", ["restricted", "board"])
def test_what_a_kpi_is_read_beside_and_where_areas_differ_reach_every_reader(
    demonstration: Demonstration, audience: Audience
) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id, audience)
    rows = tables["read_beside"].query("kpi == 'ehc_plans_within_20_weeks_excluding_exceptions'")
    assert rows.sort_values("position")["beside"].tolist() == [
        "ehc_open_over_20_weeks", "ehc_mean_weeks_to_issue", "ehc_plans_with_exceptions",
    ]  # fmt: skip
    assert set(tables["read_beside"]["beside"]) <= set(tables["kpis"]["kpi"])
    same = tables["differences"].query("kpi == 'slt_within_18_weeks'")
    assert set(same["area"]) == {"R1D", "QOC"}


def test_what_was_held_back_and_what_is_known_reach_the_edition(demonstration: Demonstration) -> None:
    tables = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    assert tables["rejected"]["held_back"].sum() == tables["loads"]["rows_rejected"].sum() > 0
    touched = tables["known_issues"].query("number == 1")["kpi"].tolist()
    assert "slt_list_size" in touched  # the trust's published list
    assert "slt_net_flow" not in touched  # published lists have no flows
    rows = tables["scorecard"].set_index("kpi")
    assert rows.loc["workforce_trained_sencos", "owner"] == "SEND Team Manager"
    assert rows.loc["survey_process_experience_families", "month"] == pd.Timestamp(
        "2024-07-01"
    )  # field work ended then
    assert rows.loc[["survey_process_experience_families", "workforce_trained_sencos"], "no_figure"].isna().all()


def test_an_edition_notes_where_the_audit_ended(demonstration: Demonstration) -> None:
    with open_warehouse(f"duckdb:{demonstration.data / 'warehouse.duckdb'}").reading() as reader:
        loads = reader.query("SELECT load_id FROM loads")
        of_the_plan = reader.query("SELECT count(*) AS n FROM audit WHERE act IN ('plan', 'escalation')")["n"].iloc[0]
        assert audit_faults(reader, {"The edition": demonstration.manifest.audit_head}) == []
    # Each load was an act, and so were the plan, its check-ins and its escalations; there was no other.
    assert of_the_plan == 3
    assert demonstration.manifest.audit_head.startswith(f"{len(loads) + 3}:")


def test_publishing_the_same_figures_mends_an_edition_that_is_damaged_or_not_there(data_folder: Path) -> None:
    folder = data_folder / "editions"
    made = editions.publish(folder, editions.empty(), "first")
    assert as_published(folder, made.content_sha256, made.board_sha256) == made
    assert as_published(folder, "another", "") is None
    make_current(folder, "gone")
    assert as_published(folder, made.content_sha256, made.board_sha256) is None
    make_current(folder, "first")
    (folder / "first" / "restricted.duckdb").unlink()
    assert as_published(folder, made.content_sha256, made.board_sha256) is None


def test_the_same_inputs_give_the_same_hash_elsewhere(demonstration: Demonstration, tmp_path: Path) -> None:
    kinds = ("slt_shropcom", "nd_18_plus_mpft", "measures")  # a list, a workbook of pathways, one of values
    last = [path for path in demonstration.files if path.stem.endswith(tuple(f"{kind}_2025-10" for kind in kinds))]
    hashes = set()
    for number, name in enumerate(("one", "other")):  # another person, at another hour
        warehouse = open_warehouse(f"duckdb:{tmp_path / name / 'w.duckdb'}")
        at = NOW + timedelta(hours=number)
        list(load_files(warehouse, last, Act(name, at), explanations=EXPLANATIONS, demonstration=True))
        done = publish(warehouse, tmp_path / name / "e", SHIPPED / "plan", by=name, note="", at=at)
        hashes.add(done.manifest.content_sha256)
    assert len(last) == 3
    assert len(hashes) == 1


def test_nothing_loaded_is_nothing_published(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(EditionError, match="Nothing is loaded"):
        publish(warehouse, tmp_path / "editions", SHIPPED / "plan", by="A", note="", at=NOW)
    assert not (tmp_path / "editions").exists()


def test_a_scorecard_read_in_an_earlier_month_knows_nothing_later(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    months = ("October 2023", "November 2023", "December 2023")
    lists = [
        sitrep.write(
            tmp_path / f"{n}.xlsx", rows=[(sitrep.Trust, [None] * 8, [n, 2, 2, 2, 2, 2, 2, n - 12])], month=name
        )
        for n, name in enumerate(months, start=20)
    ]
    list(load_files(warehouse, lists, act, explanations={"AREA_MISSING": "invented"}))
    when = date(2023, 11, 1)
    done = publish(warehouse, tmp_path / "e", SHIPPED / "plan", by="A", note="", at=NOW, as_of=when)
    tables = read_tables(tmp_path / "e", done.manifest.edition_id)
    assert tables["results"]["month"].max().date() == when
    row = tables["scorecard"].set_index("kpi").loc["slt_list_size"]
    assert (row["value"], row["previous_value"]) == (21, 20)
    assert done.manifest.months_elapsed == 7


def test_what_changed_between_two_editions_is_listed(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    line = release.row()
    published = tmp_path / "editions"
    list(load_files(warehouse, [release.write(tmp_path / "a.csv", [line])], act, explanations={}))
    before = publish(warehouse, published, SHIPPED / "plan", by="A", note="", at=NOW).manifest.edition_id
    line[release.HEADER.index("plans_issued_within_20_weeks")] = "11"
    line[release.HEADER.index("pc_plans_issued_within_20_weeks")] = "55"
    list(load_files(warehouse, [release.write(tmp_path / "b.csv", [line])], act, explanations={}))
    after = publish(warehouse, published, SHIPPED / "plan", by="A", note="", at=NOW).manifest.edition_id
    [changed] = compare(published, before, after)
    assert (changed["kpi"], changed["area"], changed["month"]) == ("ehc_plans_within_20_weeks", "E06000051", "2024-12")
    assert (changed["before"], round(changed["after"], 9)) == (50, 55)
    assert changed["why"] == "corrected load"
    later = NOW + timedelta(days=1)
    again = publish(warehouse, published, SHIPPED / "plan", by="B", note="again", at=later)
    assert (again.changed, again.manifest) == (False, read_manifest(published, after))


def test_show_prints_the_promised_keys(
    demonstration: Demonstration, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_DATA", str(demonstration.data))
    assert main(["show", "ehc_plans_within_20_weeks_excluding_exceptions", "--month", "2024-12", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    keys = ("month", "numerator", "denominator", "status")
    assert {key: row[key] for key in keys} == {
        "month": "2024-12",
        "numerator": 251,
        "denominator": 687,
        "status": "off",
    }
    assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "shoe_size"], 2, "There is no KPI 'shoe_size'. Known are:"),
        (["show", "slt_list_size", "--by", "placement"], 2, "slt_list_size is not split by 'placement'"),
        (["show", "slt_list_size"], 1, "No edition has been published yet"),
        (["publish"], 1, "Nothing is loaded"),
        (["editions", "--compare", "a", "b"], 1, "There is no edition 'a'"),
    ],
)
def test_wrong_calls_answer_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().err.startswith(words)
