"""The analyst's month on the upload page, without a browser: drop, see, explain, load, take back, publish."""

from pathlib import Path

import pytest
from filelock import FileLock
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from etl.audit import Act, acts
from etl.pipeline import load_files, status
from etl.plan_export import write_plan
from etl.plan_load import ensure_plan
from etl.plan_record import read_plan_record
from etl.plan_shape import load_plan_shape
from etl.settings import SHIPPED
from etl.warehouse import Warehouse
from pages.components import queries
from pages.components.tiles import upload
from tests import sitrep
from tests.pages.conftest import APP
from tests.pages.screen import unescaped, words
from tests.waits import child, children, write

CSV = "text/csv"


@pytest.fixture
def page(data_folder: Path) -> AppTest:
    """Return the upload page over an empty data folder."""
    app = AppTest.from_file(APP, default_timeout=120).run()
    return app.switch_page("pages/upload.py").run()


@pytest.fixture(autouse=True)
def _previews_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "_PREVIEWED_AT_ONCE", 0)  # most tests are about something else


def drop(page: AppTest, *paths: Path, names: tuple[str, ...] = ()) -> AppTest:
    """Hand over files, under other names where these are given."""
    given = zip(paths, names or [path.name for path in paths], strict=True)
    page.file_uploader(key="extracts").set_value([(name, path.read_bytes(), CSV) for path, name in given])
    return page.run()


def tables(page: AppTest) -> str:
    """Return every cell of the tables of sentences."""
    return unescaped("\n".join(" | ".join(map(str, row)) for shown in page.table for row in shown.value.to_numpy()))


def cells(page: AppTest, column: str) -> list[str]:
    """Return a column of whichever table has it."""
    return [str(cell) for shown in page.dataframe if column in shown.value for cell in shown.value[column]]


def loads(warehouse: Warehouse) -> list[tuple[str, str]]:
    return [(load["load_id"], load["state"]) for load in status(warehouse)["loads"]]


@pytest.fixture
def may(tmp_path: Path) -> Path:
    return write(tmp_path / "nd_may.csv", children(40))


def test_without_a_warehouse_the_page_asks_for_files_and_publishes_nothing(page: AppTest, data_folder: Path) -> None:
    assert not page.exception
    assert page.title[0].value == "Upload and publish"
    assert "Nothing is loaded." in words(page)
    page.button(key="publish").click().run()
    assert "Nothing is loaded, so there is nothing to publish." in words(page)
    assert not list(data_folder.glob("editions/*"))


def test_a_good_file_is_previewed_loaded_and_taken_back(page: AppTest, warehouse: Warehouse, may: Path) -> None:
    drop(page, may)
    assert cells(page, "Verdict") == ["✔ can be loaded"]
    assert cells(page, "Beside") == ["nothing loaded before"]
    page.button(key="preview").click().run()
    shown = dict(zip(cells(page, "KPI"), cells(page, "With these files"), strict=True))
    assert shown["Children waiting for an autism or ADHD assessment"] == "40 children"
    assert loads(warehouse) == []  # looking loads nothing
    page.text_input(key="analyst").set_value("A. Analyst")
    page.button(key="load").click().run()
    assert "nd_may.csv is loaded as nd_waiting_list.RRE.2024-05.1: 40 rows." in page.success[0].value.replace("\\", "")
    assert cells(page, "Verdict") == ["✔ loaded"]
    page.text_input(key="reason to take back").set_value("sent in error")
    sure = next(box for box in page.checkbox if "figures go" in box.label)
    sure.check().run()
    page.button(key="withdraw").click().run()
    assert loads(warehouse) == [("nd_waiting_list.RRE.2024-05.1", "withdrawn")]
    with warehouse.reading() as reader:
        told = acts(reader)
    assert set(zip(told["who"], told["act"], strict=True)) == {("A. Analyst", "load"), ("A. Analyst", "withdraw")}
    assert sorted(cells(page, "Did")) == ["loaded", "withdrew"]


def test_a_query_loads_once_it_is_explained(page: AppTest, warehouse: Warehouse, tmp_path: Path) -> None:
    rows = children(40)
    rows[6]["Referral received date"] = "soon"
    drop(page, write(tmp_path / "nd_may.csv", rows))
    assert cells(page, "Verdict") == ["◆ needs an explanation"]
    assert "◆ query | Row 8, column Referral received date: Not a date we can read." in tables(page)
    assert page.button(key="load").disabled
    why = next(box for box in page.text_input if "DATE_UNREADABLE" in box.label)
    why.set_value("the trust will send it in June").run()
    page.button(key="load").click().run()
    assert loads(warehouse) == [("nd_waiting_list.RRE.2024-05.1", "current")]
    with warehouse.reading() as reader:
        said = reader.query("SELECT explanation FROM findings WHERE severity = 'query'")["explanation"]
    assert said.tolist() == ["the trust will send it in June"]


def test_a_refused_file_says_what_to_mend_and_cannot_be_loaded(
    page: AppTest, warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = children(40)
    for row in rows[:5]:
        row["Referral received date"] = "soon"
    drop(page, write(tmp_path / "nd_may.csv", rows))
    assert cells(page, "Verdict") == ["■ cannot be loaded"]
    assert "5 of 40 rows cannot be loaded, more than 5%" in tables(page)
    assert "5 rows: 2–6, column Referral received date: Not a date" in tables(page)
    assert "Errors must be mended in the file." in words(page)
    assert "No file is chosen." in words(page)
    assert page.button(key="load").disabled
    assert "soon" not in f"{tables(page)}{words(page)}"
    assert loads(warehouse) == []
    page.selectbox(key="source named").set_value("dfe_lait").run()  # checked again, on record once
    assert "WRONG_SOURCE" in tables(page)
    assert cells(page, "Did") == ["refused"]


def test_an_unknown_file_gets_a_draft_and_the_way_to_add_a_source(page: AppTest, tmp_path: Path) -> None:
    unknown = tmp_path / "Ward list.csv"
    unknown.write_text("Ward,Beds free,Colour of door\nA,1,red\nB,2,blue\n")
    drop(page, unknown)
    assert cells(page, "What it is") == ["not recognised"]
    assert "colour_of_door: {headers: ['Colour of door']}" in page.code[0].value
    assert "red" not in page.code[0].value
    assert "docs/add_a_source.md" in words(page)


def test_many_files_are_told_apart_and_the_chosen_ones_loaded(
    page: AppTest, warehouse: Warehouse, may: Path, tmp_path: Path
) -> None:
    waits = sitrep.write(tmp_path / "waits.xlsx")
    bad = write(tmp_path / "empty.csv", [child(1)], headings=["Referral ID"])
    drop(page, may, waits, bad)
    assert cells(page, "Verdict") == ["✔ can be loaded", "✔ can be loaded", "■ cannot be loaded"]
    first = next(box for box in page.checkbox if box.label == "Load file 1")
    first.uncheck().run()
    page.button(key="load").click().run()
    assert loads(warehouse) == [("chs_sitrep.nhs_england.2023-01.1", "current")]


def test_the_same_file_twice_is_loaded_once(page: AppTest, warehouse: Warehouse, may: Path) -> None:
    drop(page, may, may)
    assert "Two files or more are for" in words(page)
    page.button(key="load").click().run()
    assert loads(warehouse) == [("nd_waiting_list.RRE.2024-05.1", "current")]
    assert "loaded already" in page.success[1].value


def test_a_file_is_asked_about_beside_what_was_loaded_since_it_was_dropped(
    page: AppTest, warehouse: Warehouse, may: Path, tmp_path: Path, act: Act
) -> None:
    june = [{**row, "Snapshot date": "30/06/2024"} for row in children(3)]
    drop(page, write(tmp_path / "nd_june.csv", june))
    assert cells(page, "Verdict") == ["✔ can be loaded"]
    assert [outcome.changed for outcome in load_files(warehouse, [may], act, explanations={})] == [True]
    page.button(key="load").click().run()
    assert "nd_june.csv was not loaded: VOLUME_DROP must be explained." in words(page)
    assert cells(page, "Verdict") == ["◆ needs an explanation"]
    assert loads(warehouse) == [("nd_waiting_list.RRE.2024-05.1", "current")]


def test_a_busy_warehouse_is_one_sentence_and_loses_nothing(
    page: AppTest, warehouse: Warehouse, may: Path, data_folder: Path
) -> None:
    drop(page, may)
    with FileLock(data_folder / "warehouse.duckdb.lock"):
        page.button(key="load").click().run()
    assert not page.exception
    assert "The warehouse is busy" in words(page)
    page.button(key="load").click().run()
    assert loads(warehouse) == [("nd_waiting_list.RRE.2024-05.1", "current")]
    assert "busy" not in words(page)


def test_hostile_names_are_only_names(page: AppTest, may: Path, tmp_path: Path) -> None:
    names = (
        "![x](https://evil.example/a.png) **bold** :red[hi].csv",
        "../../../../etc/cron.d/nd.csv",
        "C:\\temp\\..\\nd.csv",
        f"{'long' * 100}.csv",
        "nd\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe.csv",
    )
    drop(page, *[may] * len(names), names=names)
    assert not page.exception
    shown = ["a.png) __bold__ _red[hi].csv", "nd.csv", "nd.csv", f"{('long' * 100)[:150]}.csv", "ndvsc.exe.csv"]
    assert cells(page, "File") == shown
    assert [entry.label for entry in page.expander][1].startswith("File 1, a\\.png\\) \\_\\_bold")
    assert sorted(path.name for path in tmp_path.rglob("*.csv")) == ["nd_may.csv"]


def test_the_demonstration_is_not_mixed_with_real_files_without_a_word(
    warehouse: Warehouse, may: Path, tmp_path: Path, act: Act
) -> None:
    list(load_files(warehouse, [sitrep.write(tmp_path / "a.xlsx")], act, explanations={}, demonstration=True))
    page = AppTest.from_file(APP, default_timeout=120).run().switch_page("pages/upload.py").run()
    drop(page, may)
    assert "This is the demonstration." in words(page)
    assert page.button(key="load").disabled
    page.checkbox(key="into demonstration").check().run()
    assert not page.button(key="load").disabled


def test_a_board_sees_that_the_page_is_not_for_it(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    page.run()
    assert [title.value for title in page.title] == ["This is not open to you"]
    assert not page.file_uploader
    assert not [button for button in page.button if not button.label.startswith("As ")]


def test_what_publishing_would_change_is_shown_then_published_once(
    page: AppTest, warehouse: Warehouse, may: Path, data_folder: Path
) -> None:
    drop(page, may)
    page.button(key="load").click().run()
    page.button(key="rehearse").click().run()
    assert "This would be the first edition" in words(page)
    assert not list(data_folder.glob("editions/*"))
    assert not list(data_folder.glob(".rehearsal-*"))
    page.text_input(key="note to readers").set_value("May's list")
    page.button(key="publish").click().run()
    assert not page.exception
    assert "Published at" in page.success[-1].value
    [manifest] = queries.list_editions(data_folder / "editions")
    assert manifest.note == "May's list"
    assert "published" in cells(page, "Did")
    page.button(key="publish").click().run()
    assert "Nothing has changed since the edition in use" in words(page)
    assert len(queries.list_editions(data_folder / "editions")) == 1


def test_the_plan_s_workbook_goes_out_and_comes_back(
    page: AppTest, warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    ensure_plan(warehouse, SHIPPED / "plan", load_plan_shape(SHIPPED / "plan"), act)
    with warehouse.reading() as reader:
        path = write_plan(read_plan_record(reader), tmp_path / "plan.xlsx")

    def given() -> str:
        page.file_uploader(key="plan workbook").set_value((path.name, path.read_bytes(), "application/xlsx")).run()
        assert not page.exception
        return words(page)

    assert "Nothing in it differs from what stands." in given()
    assert page.button(key="load plan").disabled
    book = load_workbook(path)
    sheet = book["Actions"]
    heading = next(row for row in sheet.iter_rows() if any(cell.value == "Action" for cell in row))
    [column] = [cell.column for cell in heading if cell.value == "Action"]
    sheet.cell(heading[0].row + 1, column).value = "Another text for the first action"
    book.save(path)
    assert "New or changed: 1 action." in given()
    page.button(key="load plan").click().run()
    assert page.success[-1].value == "Loaded. Screens show it after the next publication."
    with warehouse.reading() as reader:
        actions = read_plan_record(reader).actions
        assert acts(reader)["act"].iloc[0] == "plan"
    assert actions.loc[actions["version"] == 2, "title"].tolist() == ["Another text for the first action"]
