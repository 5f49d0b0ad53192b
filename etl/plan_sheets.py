"""The plan workbook: its sheets and columns, and how one is read. The reading runs in the child of etl/confine.py.

data/plan/actions.csv and impact_measures.csv have the same columns under shorter headings and are read the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from etl.clean import trimmed
from etl.finding import Finding, grouped
from etl.formats import Content, Sheet
from etl.heading import Heading
from etl.locate import best_header, share_found
from etl.privacy import EVERY_KIND, identifiers_in, shown, unexpected
from etl.read import read, read_together

Kind = str  # a key of SHEETS


def _columns(needed: Mapping[str, str], optional: Mapping[str, str]) -> dict[str, Heading]:
    """Return headings by our name; each may also be written as our name is."""
    return {
        key: Heading(headers=[words, key], optional=key in optional) for key, words in {**needed, **optional}.items()
    }


SHEETS: dict[Kind, dict[str, Heading]] = {
    "Actions": _columns(
        {"ref": "Reference", "theme": "Theme", "title": "Action", "by_when": "By when"},
        {
            "action_id": "Action id", "priority_area": "Priority area", "outcome": "Outcome",
            "owner_role": "Lead role", "owner_organisation": "Lead organisation", "owner_confirmed": "Lead confirmed",
            "owner_basis": "Lead printed or inferred", "placeholder": "Placeholder", "same_text_as": "Same text as",
            "note": "Note", "retired_why": "Retired because",
        },
    ),
    "Impact measures": _columns(
        {"id": "Impact measure", "themes": "Themes", "status": "Status"},
        {
            "priority_area": "Priority area", "action_refs": "Actions", "title": "Impact",
            "method_as_printed": "Method as printed", "baseline_as_printed": "Baseline as printed",
            "method_realigned": "Method as meant", "baseline_realigned": "Baseline as meant",
            "confidence": "Confidence", "note": "Note",
        },
    ),
    "Check-ins": _columns(
        {"ref": "Reference", "at": "Date", "role": "Role", "rag": "RAG", "progress": "Progress"},
        {
            "check_in_id": "Check-in", "action_id": "Action id", "evidence": "Evidence", "by_when": "New date",
            "reason": "Why the new date", "follows": "Follows", "settles": "Settles",
        },
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of a sheet: cells by our name, tidied, None where blank, and where it stands."""

    sheet: str
    row: int
    cells: Mapping[str, str | None]

    def __getitem__(self, key: str) -> str | None:
        return self.cells.get(key)


@dataclass(frozen=True)
class PlanFile:
    """A plan workbook as read: lines by sheet, the columns each sheet has, and what was found on the way."""

    name: str
    lines: Mapping[Kind, Sequence[Line]]
    columns: Mapping[Kind, frozenset[str]]
    findings: tuple[Finding, ...]


def read_to_answer(*, path: str, others: Sequence[str] = (), out: Path) -> dict[str, Any]:
    """Read a plan workbook, or the lists of a plan folder, in the child: lines as text, and findings."""
    assert out
    paths = [Path(path), *map(Path, others)]
    content = read_together(paths) if others else read(paths[0])
    findings = _screened(content)
    sheets = {}
    for kind, wanted in SHEETS.items():
        found = _best(content, kind)
        if isinstance(found, Finding):
            findings.append(found)
        elif found is not None:
            sheet, row, places = found
            missing = [wanted[key].headers[0] for key in wanted if key not in places and not wanted[key].optional]
            findings += [
                Finding("COLUMN_MISSING", "error", f"the sheet has no column {words}", "Take the template's headings.",
                        sheet.name, row)
                for words in missing
            ]  # fmt: skip
            sheets[kind] = {"columns": sorted(places), "lines": [] if missing else _lines(sheet, row, places)}
    if "Actions" not in sheets and "Check-ins" not in sheets:
        remedy = "python -m etl plan template writes a workbook with the headings."
        findings.append(Finding("NO_PLAN", "error", "no sheet holds actions or check-ins", remedy))
    if any(finding.severity == "error" for finding in findings):
        sheets = {}
    return {"sheets": sheets, "findings": [asdict(finding) for finding in grouped(findings)]}


def from_answer(name: str, answer: Mapping[str, Any]) -> PlanFile:
    """Return what the child read."""
    lines = {
        kind: [Line(sheet, row, cells) for sheet, row, cells in told["lines"]]
        for kind, told in answer["sheets"].items()
    }
    columns = {kind: frozenset(told["columns"]) for kind, told in answer["sheets"].items()}
    return PlanFile(name, lines, columns, tuple(Finding(**finding) for finding in answer["findings"]))


def _best(content: Content, kind: Kind) -> "tuple[Sheet, int, dict[str, int]] | Finding | None":
    """Return the visible sheet that follows a kind, its header row and columns; None without one."""
    wanted = SHEETS[kind]
    own = [(sheet, *best_header(sheet, wanted)) for sheet in content.sheets if not sheet.hidden]
    fits = [one for one in own if share_found(one[2], wanted) == 1]
    fits = fits or [one for one in own if one[0].name.strip().casefold() == kind.casefold()]
    if len(fits) > 1:
        return Finding(
            "SHEETS_AMBIGUOUS", "error", f"two sheets hold {kind.lower()}", "Leave one in the file.", fits[1][0].name
        )
    return fits[0] if fits else None


def _lines(sheet: Sheet, header: int, places: Mapping[str, int]) -> list[tuple[str, int, dict[str, str | None]]]:
    body = sheet.cells.loc[header + 1 :]
    told = {key: [_unguarded(text) for text in trimmed(body[place])] for key, place in places.items()}
    rows = [(int(row), {key: values[n] for key, values in told.items()}) for n, row in enumerate(body.index)]
    return [(sheet.name, row, cells) for row, cells in rows if any(cells.values())]


def _unguarded(text: str) -> str | None:
    """Return a cell without the apostrophe that keeps a text from starting a formula (etl/workbook.py)."""
    guarded = text.startswith("'") and text[1:].startswith(("=", "+", "-", "@"))
    return " ".join(text[1 if guarded else 0 :].split()) or None


def _screened(content: Content) -> list[Finding]:
    """Return errors for identifiers anywhere in the file: a plan has none."""
    findings = []
    for sheet in content.sheets:
        for place in sheet.cells.columns:
            cells: pd.Series = sheet.cells[place]
            findings += unexpected(
                identifiers_in(cells, EVERY_KIND),
                sheet.name,
                shown(_heading(sheet, int(place)), int(place)),
                hidden=sheet.hidden,
            )
    return findings


def _heading(sheet: Sheet, place: int) -> str:
    return str(next((text for text in sheet.cells[place].head(5) if text), ""))
