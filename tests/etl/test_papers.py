"""What leaves us as a paper: templates, slips for providers, the data dictionary."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from etl.__main__ import main
from etl.dictionary import dictionary
from etl.errors import DocumentError
from etl.settings import SHIPPED
from etl.source import FOLDER, load_source
from etl.workbook import safe_text, write_workbook
from tests.waits import check, child, children, write


@pytest.mark.parametrize("name", ["nd_waiting_list", "slt_waiting_list"])
def test_a_template_loads_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "template.xlsx"
    assert main(["template", name, "--out", str(path)]) == 0
    found = check(path)
    assert found.source is not None
    assert (found.source.name, found.verdict, found.rows_rejected) == (name, "accept", 0)
    assert found.frames is not None
    assert set(found.frames["pathways"]["clock"]) == set(found.source.pathways.clocks)  # type: ignore[union-attr]
    definitions = load_workbook(path)["Definitions"]
    assert [cell.value for cell in definitions["A"]][1:] == [cell.value for cell in load_workbook(path)["List"][1]]
    assert all(cell.value for cell in definitions["C"])


def test_a_source_without_a_template_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "chs_sitrep"]) == 2
    assert "has no template" in capsys.readouterr().err
    assert main(["template", "nonsense"]) == 2


def slip(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(path)
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_a_slip_names_rows_and_rules_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*children(40), child(50, Diagnosis="=cmd|secret"), child(51, Referral_received_date="secretdate")]
    path = write(tmp_path / "nd.csv", rows)
    out = tmp_path / "slip.xlsx"
    assert main(["findings", str(path), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": str(out)}
    told = slip(out)
    assert sorted(told["Rows held back"][1:]) == [
        ("nd.csv", 42, "Diagnosis", "CODE_UNKNOWN"),
        ("nd.csv", 43, "Referral received date", "DATE_UNREADABLE"),
    ]
    assert told["Summary"][3:5] == [("Rows in the file", 42), ("Rows that can be loaded", 40)]
    assert "secret" not in str(told)


def test_a_slip_can_be_written_for_a_load(tmp_path: Path) -> None:
    rows = [*children(40), child(41, Referral_received_date="never")]
    path = write(tmp_path / "nd.csv", rows)
    assert main(["load", str(path), "--explain", "DATE_UNREADABLE=asked", "--by", "A. Analyst"]) == 0
    out = tmp_path / "slip.xlsx"
    assert main(["findings", "nd_waiting_list.RRE.2024-05.1", "--out", str(out)]) == 0
    assert slip(out)["Rows held back"][1:] == [("nd.csv", 42, "Referral received date", "DATE_UNREADABLE")]
    assert main(["findings", "no such load", "--out", str(out)]) == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_no_cell_starts_a_formula(tmp_path: Path, text: str) -> None:
    assert safe_text(text).startswith("'")
    path = write_workbook(tmp_path / "a.xlsx", [("One", (text,), [[text], [5]])])
    cells = [cell for row in load_workbook(path)["One"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells] == ["s", "s", "n"]


def test_the_data_dictionary_is_current() -> None:
    page = SHIPPED.parent / "docs" / "data_dictionary.md"
    assert page.read_text(encoding="utf-8") == dictionary(), "run: python -m etl dictionary"


def test_the_messages_the_page_on_lists_quotes_are_the_real_ones(tmp_path: Path) -> None:
    page = (SHIPPED.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    files = [
        [{"Referal date": row.pop("Referral received date"), **row} for row in children(3)],
        [*children(40), child(41, Referral_received_date="31/02/2024")],
        [*children(40), child(41, Diagnosis="Dyspraxia")],
        [{**row, "Colour": "9990000018"} for row in children(3)],
        children(4, Referral_received_date="01/13/2024"),
    ]
    for rows in files:
        found = check(write(tmp_path / "nd_list.csv", rows))
        assert f"> {found.findings[0].message(found.file)}\n" in page
    for name in ("_waiting_list.yaml", "nd_waiting_list.yaml"):
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    text = (FOLDER / "nd_waiting_list.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("  fixed: {need: neurodevelopmental}\n", ""), encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_source(tmp_path / "mine.yaml")
    assert f"> {refused.value}\n" in page
    example = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "mpft_nd.yaml").write_text(example)
    assert load_source(tmp_path / "mpft_nd.yaml").organisation == "RRE"
