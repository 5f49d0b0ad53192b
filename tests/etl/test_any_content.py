"""Whatever a file holds: it is examined to the end or refused by a rule, and nothing else ever comes out."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import UnreadableFileError
from etl.handover import examine_to_folder, from_folder
from etl.read import read
from etl.settings import SHIPPED

SUFFIXES = (".csv", ".xlsx", ".ods", ".xml", ".zip")
MODERATE = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


BYTES = st.binary(max_size=300)
BEGUN = st.tuples(st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"<?xml version='1.0'?>"]), BYTES).map(b"".join)
NAMES = st.sampled_from(
    ["a.csv", "persons.csv", "requests.csv", "a.xml", "[Content_Types].xml", "xl/workbook.xml",
     "xl/worksheets/sheet1.xml", "content.xml", "mimetype", "xl/_rels/workbook.xml.rels"]
)  # fmt: skip
ARCHIVES = st.dictionaries(NAMES, BEGUN, max_size=5).map(zipped)


@MODERATE
@given(content=st.one_of(BEGUN, ARCHIVES), suffix=st.sampled_from(SUFFIXES))
def test_bytes_that_are_no_extract_are_rejected_by_a_rule(folder: Path, content: bytes, suffix: str) -> None:
    path = folder / f"list_2024-05{suffix}"
    path.write_bytes(content)
    arguments = {"path": str(path), "today": "2026-11-21", "source": None, "month": None}
    places = {"reference": SHIPPED / "reference", "plan": SHIPPED / "plan", "key_file": folder / "key"}
    out = folder / "out"
    answer = examine_to_folder(**arguments, **{key: str(place) for key, place in places.items()}, out=out)
    found = from_folder(path, answer, out)
    assert found.verdict == "reject"
    assert not found.frames
    for finding in found.findings:
        assert finding.rule.isupper()
        assert str(folder) not in str(finding.as_json(found.file))


# -- XML --------------------------------------------------------------------------------------------------------------

TAGS = st.sampled_from(["persons", "person", "requests", "Requests", "upn", "persontableid", "ReceivedDate", "x", "é"])
TEXTS = st.one_of(st.none(), st.text("aé0 \n<&'\"\u200b", max_size=8), st.just("2024-05-01"))
BELOW = st.recursive(
    st.builds(lambda tag, text: element(tag, text, []), TAGS, TEXTS),
    lambda below: st.builds(lambda tag, inside: element(tag, None, inside), TAGS, st.lists(below, min_size=1)),
    max_leaves=25,
)
TREES = st.builds(lambda tag, inside: element(tag, None, inside), TAGS, st.lists(BELOW, min_size=1, max_size=4))


def element(tag: str, text: str | None, inside: list[ElementTree.Element]) -> ElementTree.Element:
    made = ElementTree.Element(tag)
    made.text = text
    made.extend(inside)
    return made


def leaves(tree: ElementTree.Element) -> list[str]:
    return [(one.text or "").strip() for one in tree.iter() if len(one) == 0 and (one.text or "").strip()]


@MODERATE
@given(tree=TREES, cut=st.one_of(st.none(), st.integers(1, 60)))
def test_any_tree_is_read_whole_or_refused(folder: Path, tree: ElementTree.Element, cut: int | None) -> None:
    """Every text of a leaf is a cell, unless its record says a field twice: then the record is a problem."""
    path = folder / "return.xml"
    content = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    path.write_bytes(content if cut is None else content[:-cut])
    try:
        sheets = read(path).sheets
    except UnreadableFileError:
        return
    assert cut is None  # what is cut off is never read as if it were whole
    cells = {str(cell) for sheet in sheets for cell in sheet.cells.to_numpy().ravel()}
    if not any(sheet.problems for sheet in sheets):
        assert set(leaves(tree)) <= cells
