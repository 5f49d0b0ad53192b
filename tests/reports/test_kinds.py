"""A pack of every kind of edition: it opens in other programs, says what is not there, and every chart has words."""

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from pages.components.theme import LIGHT
from reports.svg import svg
from tests.pages import editions
from tests.reports.packs import Page, edition, made, parts, put_together, slide_charts, slide_words, slides

KINDS = tuple(editions.KINDS)
ROOM = 12192000, 6858000  # a slide, in EMU


@pytest.mark.parametrize("kind", KINDS)
def test_slides_open_and_every_one_can_be_read_aloud(kind: str) -> None:
    shown = slides(made(kind)["pptx"])
    titles = [slide.shapes.title.text_frame.text for slide in shown]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    for slide in shown:
        first, *_ = slide.shapes
        assert first.shape_id == slide.shapes.title.shape_id  # the title is read first
        for shape in slide.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= ROOM[0]
            assert 0 <= shape.top <= shape.top + shape.height <= ROOM[1]
            if shape.has_chart or shape.has_table:
                assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
        sizes = [int(run.get("sz")) for run in slide._element.iterfind(".//{*}rPr") if run.get("sz")]
        assert min(sizes) >= 1200


@pytest.mark.parametrize("kind", KINDS)
def test_sheets_open_with_filters_and_frozen_headings(kind: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(kind)["xlsx"]))
    assert (
        {"Summary", "Scorecard", "Series", "Milestones", "Waits", "Definitions", "Charts"}
        >= set()
        <= set(book.sheetnames)
    )
    names = [name for sheet in book for name in sheet.tables]
    assert len(set(names)) == len(names)
    for name in ("Scorecard", "Series", "Milestones"):
        sheet = book[name]
        if sheet.tables:
            assert sheet.freeze_panes == "B6"
            (table,) = sheet.tables.values()
            heads = [cell.value for cell in sheet[5]]
            assert [column.name for column in table.tableColumns] == heads
        else:
            assert sheet["A5"].value == "This edition has none."
    drawn = [p for n, p in parts(made(kind)["xlsx"]).items() if n.startswith("xl/drawings/drawing")]
    named = [about for part in drawn for about in etree.fromstring(part).iterfind(".//{*}cNvPr")]
    assert len(named) == len(book["Charts"]._charts)
    assert all(len(about.get("descr") or "") > 20 and about.get("name", "").startswith("Chart: ") for about in named)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_every_chart_and_table(kind: str) -> None:
    page = Page(made(kind)["html"])
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(set(ids)) == len(ids)
    charts = [a for tag, a in page.tags if tag == "svg" and a.get("role") == "img"]
    assert all(a["aria-label"] and a["aria-describedby"] in ids for a in charts)
    assert len([tag for tag, _ in page.tags if tag == "caption"]) == len(
        [tag for tag, _ in page.tags if tag == "table"]
    )
    assert [tag for tag, _ in page.tags if tag == "h1"] == ["h1"]


def test_an_empty_edition_says_that_it_is_empty() -> None:
    words = "\n".join(slide_words(slide) for slide in slides(made("empty")["pptx"]))
    for told in ("The plan's scorecard has no KPI yet.", "This is the first pack", "Nothing on the scorecard needs"):
        assert told in words
        assert told in Page(made("empty")["html"]).words
    assert not [chart for slide in slides(made("empty")["pptx"]) for chart in slide_charts(slide)]


def test_a_check_that_fails_is_told_with_its_list() -> None:
    (head, row) = Page(made("full")["html"]).tables["Checks that fail"]
    assert head == ["List", "Month", "Check", "What was found"]
    assert "Speech and language therapy" in row[0]
    assert "760 expected, 790 on the list" in row[3]


def test_the_screens_own_figures_are_painted() -> None:
    """Every bar and mark of every chart is there, within the picture; a kind of trace nobody painted is refused."""
    drawn = [part.drawing for part in put_together(edition("course"), None, None).parts if part.drawing]
    assert drawn
    for drawing in drawn:
        figure = drawing.figure(LIGHT)
        painted = etree.fromstring(svg(figure, "n", "w"))
        bars = [value for trace in figure.data if trace.type == "bar" for value in trace.y if value]
        assert len(painted.findall(".//{*}rect")) >= len(bars)
        inside = [float(n) for n in painted.get("viewBox").split()]
        for circle in painted.iterfind(".//{*}circle"):
            assert inside[0] <= float(circle.get("cx")) <= inside[2]
            assert inside[1] <= float(circle.get("cy")) <= inside[3]
    figure = drawn[0].figure(LIGHT)
    figure.add_pie(values=[1, 2])
    with pytest.raises(ValueError, match="no way to paint a pie"):
        svg(figure, "n", "w")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("form", ["pptx", "xlsx"])
def test_libreoffice_opens_it_and_prints_every_slide(form: str, tmp_path: Path) -> None:
    file = tmp_path / f"pack.{form}"
    file.write_bytes(made("course")[form])
    home = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    asked = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(asked, check=True, capture_output=True, timeout=300)
    printed = (tmp_path / "pack.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    if form == "pptx":
        assert printed.count(b"/Type/Page/") == len(slides(file.read_bytes()))
