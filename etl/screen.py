"""What may not come in: every sheet and column of a row-level file is looked through before anything is made of it."""

import re
from collections.abc import Iterable

from etl.finding import Finding
from etl.formats import Content, Sheet
from etl.heading import normal
from etl.pathways import Dropped
from etl.privacy import EVERY_KIND, OF_CHILDREN, announced, identifiers_in, shown, unexpected
from etl.recognise import Located, Match

# Columns that are meant to hold them are hashed or turned into an age; nothing else of them goes on.
_EXPECTED = ("identifier", "birth_date")


def screen(content: Content, match: Match) -> list[Finding]:
    """Return errors for identifiers where none belongs, and notes on what is dropped and what is not known."""
    tables = match.tables if match.source.pathways else ()
    findings = [finding for table in tables for finding in _of_table(table, match)]
    ours = {table.sheet.name for table in tables}
    for sheet in content.sheets:
        if sheet.name not in ours:
            findings += of_other_sheet(sheet)
    return findings


def _of_table(table: Located, match: Match) -> list[Finding]:
    layout = match.source.pathways
    assert layout
    ours = {place: key.rpartition(".")[2] for key, place in table.columns.items()}
    module = layout.modules.get(table.module or "")
    known = {normal(heading) for heading in module.known} if module else set()
    findings: list[Finding] = []
    dropped: list[str] = []
    unknown: list[str] = []
    body = table.body()
    for place in body.columns:
        heading = str(table.sheet.cells.at[table.header_row, place]).strip()
        if not heading and not (body[place] != "").any():
            continue
        entry = layout.columns.get(ours.get(int(place), ""))
        if entry and entry.holds in _EXPECTED:
            continue
        kinds: Iterable[str] = EVERY_KIND
        if entry is None:
            treatment = _treatment(heading, layout.dropped)
            if normal(heading) in known or _matches(heading, layout.dropped.structure) or int(place) in ours:
                findings += unexpected(identifiers_in(body[place]), table.sheet.name, shown(heading, int(place)))
                continue
            if treatment == "identifying":
                dropped.append(shown(heading, int(place)))
                continue
            (dropped if treatment else unknown).append(shown(heading, int(place)))
            kinds = OF_CHILDREN if treatment else EVERY_KIND
        findings += unexpected(identifiers_in(body[place], kinds), table.sheet.name, shown(heading, int(place)))
    return findings + _notes(table, dropped, unknown)


def _treatment(heading: str, dropped: Dropped) -> str | None:
    """Return how a column that is not ours is dropped, None where nobody has heard of it."""
    for treatment, patterns in (
        ("identifying", dropped.identifying),
        ("free_text", dropped.free_text),
        ("other", dropped.other),
    ):
        if _matches(heading, patterns):
            return treatment
    return "identifying" if announced(heading) else None


def _matches(heading: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, normal(heading), re.IGNORECASE) for pattern in patterns)


def _notes(table: Located, dropped: list[str], unknown: list[str]) -> list[Finding]:
    sheet, row = table.sheet.name, table.header_row
    findings = []
    if dropped:
        problem = f"columns that are not needed were dropped unread: {', '.join(dropped)}"
        findings.append(Finding("COLUMNS_DROPPED", "note", problem, "Ask the sender to leave them out.", sheet, row))
    named = [heading for heading in unknown if heading]
    if named:
        problem = f"columns that are not known were left out: {', '.join(named)}"
        findings.append(Finding("COLUMNS_UNKNOWN", "note", problem, "", sheet, row))
    return findings


def of_other_sheet(sheet: Sheet) -> list[Finding]:
    """Return errors for children's identifiers on a sheet that is not read; of a hidden one, for any identifiers."""
    kinds = EVERY_KIND if sheet.hidden else OF_CHILDREN
    findings = []
    for place in sheet.cells.columns:
        found = identifiers_in(sheet.cells[place], kinds)
        findings += unexpected(found, sheet.name, shown("", int(place)), hidden=sheet.hidden)
    return findings
