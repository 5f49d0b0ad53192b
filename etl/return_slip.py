"""What to send back to a provider: findings and rows held back as a workbook, without any cell's value."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from etl.errors import UsageError
from etl.examine import Examination
from etl.leftovers import working_folder
from etl.warehouse import Warehouse
from etl.workbook import Value, write_workbook

_FOLLOWS = {
    "error": "must be mended: nothing of the file was loaded",
    "query": "to be mended or explained",
    "note": "for information",
}
_FINDINGS = ("What follows", "Rule", "Sheet", "Row", "Column", "Rows", "What is wrong and what to do")
_REJECTS = ("Sheet", "Row", "Column", "Rule")
Rows = Sequence[Sequence[Value]]


def slip_of_file(found: Examination, path: Path) -> Path:
    """Write the slip of an examined file and return its path."""
    summary = _summary(found.file, found.source.title if found.source else None, found.rows_in, found.rows_rejected)
    findings = [
        [_FOLLOWS[f.severity], f.rule, f.sheet, f.row, f.column, f.count, f.message(found.file)] for f in found.findings
    ]
    return _write(path, summary, findings, [[r.sheet, r.row, r.column, r.rule] for r in found.rejects])


def slip_bytes(found: Examination) -> bytes:
    """Return the slip of an examined file as the content of a workbook."""
    folder = working_folder("waymark-slip-")
    try:
        return slip_of_file(found, folder / "findings.xlsx").read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def slip_of_load(warehouse: Warehouse, load_id: str, path: Path) -> Path:
    """Write the slip of a load and return its path. Raises UsageError for a load that is not there."""
    with warehouse.reading() as reader:
        loads = reader.query("SELECT * FROM loads WHERE load_id = ?", [load_id])
        if loads.empty:
            raise UsageError(f"There is no file and no load {load_id[:80]!r}; python -m etl status lists the loads.")
        findings = reader.query(
            'SELECT severity, rule, sheet, "row", "column", "count", message FROM findings WHERE load_id = ?', [load_id]
        )
        rejects = reader.query(
            'SELECT sheet, "row", "column", rule FROM rejects WHERE load_id = ? ORDER BY sheet, "row"', [load_id]
        )
    load = loads.iloc[0]
    told = [[_FOLLOWS[str(row[0])], *row[1:]] for row in _values(findings)]
    summary = _summary(load["file_name"], load["title"], int(load["rows_in"]), int(load["rows_rejected"]))
    return _write(path, summary, told, _values(rejects))


def _values(frame: Any) -> list[list[Any]]:
    rows: list[list[Any]] = frame.astype("object").where(frame.notna(), None).to_numpy().tolist()
    return rows


def _summary(file: str, source: str | None, rows_in: int, rejected: int) -> list[list[Value]]:
    return [
        ["File", file],
        ["Read as", source or "not recognised"],
        ["Rows in the file", rows_in],
        ["Rows that can be loaded", rows_in - rejected],
        ["Rows held back", rejected],
        ["", "Rows are numbered as Excel numbers them. No cell of the file is repeated here."],
    ]


def _write(path: Path, summary: Rows, findings: Rows, rejects: Rows) -> Path:
    sheets = [
        ("Summary", ("What", "Value"), summary),
        ("Findings", _FINDINGS, findings),
        ("Rows held back", _REJECTS, rejects),
    ]
    return write_workbook(path, sheets)
