"""Text from files and plans starts no formula, breaks no file, draws no markup and fetches nothing."""

import io
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pptx import Presentation

from pages.components.tables import harmless
from reports.content import Drawing, Line, Native
from reports.sealed import fit
from reports.slide_charts import add_chart
from reports.web_page import _quoted
from reports.workbook import put
from tests.pages import editions
from tests.reports.packs import Page, made, parts

STARTS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", ""])
TEXT = st.builds(lambda start, rest: start + rest, STARTS, st.text(max_size=40))


@given(text=TEXT)
def test_no_text_becomes_a_formula_in_a_workbook(text: str) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    put(book.active["A1"], text)
    out = io.BytesIO()
    book.save(out)
    cell = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A1"]  # type: ignore[index]
    assert cell.data_type != "f"
    assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))


@given(text=TEXT)
def test_text_that_fits_keeps_what_xml_can_hold(text: str) -> None:
    etree.fromstring(f"<a>{''.join(f'&#{ord(c)};' for c in fit(text))}</a>")
    assert len(fit(text)) <= len(text)
    plain = "".join(c for c in text if c.isascii() and c.isprintable())
    assert "".join(c for c in fit(text) if c.isascii() and c.isprintable()).replace(" ", "") == plain.replace(" ", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_the_workbook_within_a_chart_holds_no_formula(start: str) -> None:
    show = Presentation()
    words = f"{start}HYPERLINK(1)\x07"
    native = Native("bars", "children", (words, "plain"), (Line(words, (1.0, None)),))
    add_chart(show.slides.add_slide(show.slide_layouts[5]), Drawing("w", lambda _: None, native), (0, 0, 99, 99), words)  # type: ignore[arg-type, return-value]
    out = io.BytesIO()
    show.save(out)
    held = {name: part for name, part in parts(out.getvalue()).items() if ".xlsx/xl/worksheets" in name}
    assert len(held) == 1
    assert not [name for name, part in held.items() if b"<f>" in part]


def test_hostile_text_is_shown_as_it_is() -> None:
    content = made("hostile")
    for name, part in {**parts(content["pptx"]), **parts(content["xlsx"])}.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(part)
            assert b"TargetMode" not in part  # nothing outside the file is linked or fetched
            assert "xl/worksheets/" not in name or b"<f>" not in part
    page = Page(content["html"])
    assert editions.HOSTILE in page.words
    tags = {tag for tag, _ in page.tags}
    assert not tags & {
        "img",
        "script",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "input",
        "image",
        "use",
        "foreignobject",
    }
    assert not [a for _, a in page.tags if any(n.startswith("on") or n in ("src", "style") for n in a)]
    assert {a["href"] for t, a in page.tags if t == "a"} <= {f"#part-{n}" for n in range(99)}
    (policy,) = [a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")


@given(text=st.text(max_size=60))
def test_no_text_ends_a_string_of_the_style_sheet(text: str) -> None:
    assert re.fullmatch(r'"(\\[0-9a-f]{6}|[A-Za-z0-9])*"', _quoted(text))


@given(text=st.text(max_size=20))
def test_what_is_harmless_stays_so(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)
