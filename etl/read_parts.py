"""Files of several tables: a zip of csv files, and XML whose records lie inside one another. Call it in the child."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # two types; defusedxml parses # nosec B405

import defusedxml.ElementTree
import pandas as pd
from defusedxml import DefusedXmlException

from etl.delimited import read_delimited
from etl.formats import MAX_CELLS, MAX_COLUMNS, Content, Kind, ReadNote, ReadProblem, Sheet, refused
from etl.look import look, open_archive, stream_part

_MOST_FILES = 50  # of a zip of csv files; the return has nine
_DEEPEST = 20
_MOST_KINDS = 100  # of records in one XML; the return has eleven
_IGNORED = ("__MACOSX/", ".")


def joined(kind: Kind, contents: Mapping[str, Content]) -> Content:
    """Return several contents as one, each sheet named as its file is."""
    sheets, notes = [], []
    for name, content in contents.items():
        for sheet in content.sheets:
            sheets.append(Sheet(name, sheet.cells, sheet.hidden, sheet.hidden_rows, sheet.merged, sheet.problems))
        notes += [ReadNote(n.rule, n.message, name, n.row, n.column, n.count) for n in content.notes]
    return Content(kind, tuple(sheets), tuple(notes))


def read_zip(path: Path) -> Content:
    """Return the csv files of a zip, a sheet each. Raises UnreadableFileError for a zip that holds anything else."""
    contents: dict[str, Content] = {}
    with open_archive(path) as archive, tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith(_IGNORED)]
        names = [member.filename.rpartition("/")[2] for member in members]
        if any(not name.lower().endswith(".csv") for name in names):
            message = "The zip holds files that are not .csv."
            raise refused(
                "ZIP_NOT_CSV", message, "Zip the csv files of one export alone; load anything else by itself."
            )
        if not members:
            raise refused("EMPTY", "The zip holds no file.", "Zip the csv files of one export.")
        if len(members) > _MOST_FILES:
            raise refused("ZIP_TOO_MANY_MEMBERS", f"The zip holds {len(members):,} files.", "Zip one export alone.")
        if len(set(names)) < len(names):
            raise refused("ZIP_NAME_TWICE", "The zip holds two files of one name.", "Zip one export alone.")
        for number, (member, name) in enumerate(zip(members, names, strict=True)):
            part = Path(folder) / f"{number}.csv"  # never under a name that the zip chooses
            with part.open("wb") as file:
                for piece in stream_part(archive, member.filename):
                    file.write(piece)
            look(part)
            contents[name] = read_delimited(part)
    return joined("zip", contents)


def read_xml(path: Path) -> Content:
    """Return the records of an XML file, a sheet a kind of record. Raises UnreadableFileError.

    Row n of a sheet is the n-th record of its kind. Each carries a number of its own and those of the records it lies
    in, under the names that the same return has as csv files: persontableid, requeststableid, ….
    """
    tables: dict[str, list[dict[str, str]]] = {}
    torn: dict[str, list[int]] = {}
    try:
        with path.open("rb") as file:
            for kind, record, whole in _records(file):
                rows = tables.setdefault(kind, [])
                rows.append(record)
                if not whole:
                    torn.setdefault(kind, []).append(len(rows))
                if len(tables) > _MOST_KINDS:
                    raise _no_return()
    except DefusedXmlException as error:
        raise refused(
            "XML_DTD", "The file declares a document type (DTD) or entities, as no return does.",
            "Export it again from the system it came from.",
        ) from error  # fmt: skip
    except (ParseError, ValueError, LookupError) as error:
        raise refused("FILE_DAMAGED", "The XML is cut off or damaged.", "Export it again.") from error
    sheets = [_sheet(kind, rows, torn.get(kind, [])) for kind, rows in tables.items()]
    return Content("xml", tuple(sheets))


def _no_return() -> Exception:
    return refused("XML_NO_RECORDS", "The XML holds no records that look like a return.", "Give the return itself.")


def _records(file: Any) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Yield each record: its element's name, its fields, and whether no field stands twice."""
    open_elements: list[tuple[str, int, dict[str, str], bool]] = []
    counts: dict[str, int] = {}
    events = defusedxml.ElementTree.iterparse(file, events=("start", "end"), forbid_dtd=True)
    for event, element in events:
        assert isinstance(element, Element)
        name = element.tag.rpartition("}")[2]
        if event == "start":
            if len(open_elements) >= _DEEPEST:
                raise _no_return()
            counts[name] = counts.get(name, 0) + 1
            open_elements.append((name, counts[name], {}, True))
            continue
        _, own_number, fields, whole = open_elements.pop()
        if len(element) == 0 and not fields and open_elements:
            above, number, those, so_far = open_elements[-1]
            those_whole = so_far and name not in those
            those[name] = (element.text or "").strip()
            open_elements[-1] = (above, number, those, those_whole)
        else:
            numbers = {f"{above.casefold()}tableid": str(number) for above, number, _, _ in open_elements}
            own = {f"{name.casefold()}tableid": str(own_number)}
            yield name, {**numbers, **own, **fields}, whole
        element.clear()


def _sheet(kind: str, rows: list[dict[str, str]], torn: list[int]) -> Sheet:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    if len(headings) > MAX_COLUMNS or len(headings) * len(rows) > MAX_CELLS:
        raise refused("SHEET_TOO_LARGE", "The XML holds more than is read.", "Split it by year.")
    body = [[row.get(key, "") for key in headings] for row in rows]
    cells = pd.DataFrame([headings, *body], dtype="str")
    cells.columns = pd.RangeIndex(len(headings))
    return Sheet(kind, cells, problems=tuple(ReadProblem("RAGGED_ROW", row) for row in torn))
