"""Which table of a file is which module of a source: told by its headings, wherever it stands and whatever its name."""

from collections.abc import Mapping
from dataclasses import replace

from etl.finding import Finding
from etl.formats import Sheet
from etl.heading import Heading, normal
from etl.locate import Located, Match, best_header, missing_columns, repeated_headings
from etl.module import Module, above
from etl.pathways import Pathways
from etl.source import Source

# A file that holds one module whole is a part of this source, and not something else.
_A_PART = 0.5
_LEAST_HEADINGS = 2
_LACKING = ("COL_MISSING", "MODULE_MISSING")


def key_of(module: str) -> str:
    """Return the name under which a module's own number stands among the columns of a table."""
    return f"pathways.modules.{module}.key"


def match_modules(sheets: list[Sheet], source: Source, *, may_lack: bool = False) -> Match:
    """Return how well the sheets follow a source of several modules, each table located.

    `may_lack`: in XML a field that no record fills has no column, and a module without records no table.
    """
    layout = source.pathways
    assert layout
    modules = layout.modules
    parts = [part for sheet in sheets for part in _stacked(sheet, modules)]
    best = {number: _best_module(part, layout) for number, part in enumerate(parts)}
    tables: list[Located] = []
    findings: list[Finding] = []
    whole = required = met = 0
    for name, module in modules.items():
        wanted = {f"pathways.columns.{key}": layout.columns[key] for key in module.columns}
        needed = [key for key, heading in wanted.items() if not heading.optional]
        required += 0 if module.optional else max(len(needed), 1)
        mine = [number for number, found in best.items() if found and found[0] == name]
        if not mine:
            findings += _absent(module)
            continue
        located = _located(parts[mine[0]], name, layout)
        met += 0 if module.optional else max(sum(key in located.columns for key in needed), 1 - len(needed))
        faults = _faults(located, name, wanted, source)
        faults += [_twice(parts[number], module) for number in mine[1:]]
        whole += not faults and not module.header
        findings += faults
        tables.append(located)
    findings += _misplaced(tables, modules)
    share = met / required if required else 0.0
    if may_lack and whole:
        findings = [_not_filled(finding) if finding.rule in _LACKING else finding for finding in findings]
        share = 1.0
    if any(finding.severity == "error" for finding in findings):
        share = min(share, 0.99)
        share = max(share, _A_PART) if whole else share
    return Match(source, share, tuple(tables), tuple(findings))


def _not_filled(finding: Finding) -> Finding:
    problem = f"{finding.problem}; no record gives it, so it is read as not given"
    return replace(finding, severity="query", problem=problem, remedy="Check that the export is complete.")


def _stacked(sheet: Sheet, modules: Mapping[str, Module]) -> list[Sheet]:
    """Return the tables of a sheet one by one where the modules' titles stand above them, else the sheet itself."""
    titles = {normal(title) for module in modules.values() for title in (module.title, *module.also)}
    if sheet.cells.empty:
        return []
    first = sheet.cells[sheet.cells.columns[0]]
    alone = first != ""
    for other in sheet.cells.columns[1:]:
        if not alone.any():  # as in most lists after a column or two, which saves comparing the rest
            break
        alone &= sheet.cells[other] == ""
    starts = [int(str(row)) for row, cell in first[alone].items() if normal(str(cell)) in titles]
    if len(starts) < _LEAST_HEADINGS:
        return [sheet]
    ends = [*(start - 1 for start in starts[1:]), int(str(first.index[-1]))]
    return [replace(sheet, cells=sheet.cells.loc[a + 1 : b]) for a, b in zip(starts, ends, strict=True)]


def _wanted(name: str, layout: Pathways) -> dict[str, Heading]:
    """Return every heading of a module: its columns, its own number and those above it, and what is left out."""
    modules = layout.modules
    wanted: dict[str, Heading] = {f"pathways.columns.{key}": layout.columns[key] for key in modules[name].columns}
    for other in (name, *above(modules, name)):
        if modules[other].key:
            wanted[key_of(other)] = Heading(headers=modules[other].key, optional=True)
    return wanted | {f"known.{heading}": Heading(headers=[heading]) for heading in modules[name].known}


def _best_module(sheet: Sheet, layout: Pathways) -> tuple[str, int] | None:
    found = {name: len(best_header(sheet, _wanted(name, layout))[1]) for name in layout.modules}
    best = max(found, key=lambda name: found[name])
    least = 1 if layout.modules[best].header else _LEAST_HEADINGS
    return (best, found[best]) if found[best] >= least else None


def _located(sheet: Sheet, name: str, layout: Pathways) -> Located:
    header_row, columns = best_header(sheet, _wanted(name, layout))
    ours = {key: place for key, place in columns.items() if not key.startswith("known.")}
    return Located(sheet, header_row, ours, module=name)


def _faults(located: Located, name: str, wanted: Mapping[str, Heading], source: Source) -> list[Finding]:
    layout = source.pathways
    assert layout
    sheet, row = located.sheet, located.header_row
    findings = missing_columns(sheet, row, located.columns, wanted, source)
    findings += repeated_headings(sheet, row, _wanted(name, layout))
    below = any(name in above(layout.modules, other) for other in layout.modules)
    parents = [other for other in above(layout.modules, name) if layout.modules[other].key]
    if layout.modules[name].lines and below and key_of(name) not in located.columns:
        findings.append(_no_key(name, located, source))
    if parents and not any(key_of(parent) in located.columns for parent in parents):
        findings.append(_no_key(parents[0], located, source))
    return findings


def _no_key(name: str, located: Located, source: Source) -> Finding:
    layout = source.pathways
    assert layout
    module = layout.modules[name]
    problem = f'no column "{module.key[0]}", the number of the record in {module.title} that each row belongs to'
    remedy = f"Export it with its numbers, or add the heading under pathways.modules.{name}.key in {source.path}."
    return Finding("COL_MISSING", "error", problem, remedy, located.sheet.name, located.header_row)


def _absent(module: Module) -> list[Finding]:
    if module.header:
        return []
    if module.optional:
        problem = f"the module {module.title} is not there; what it holds is read as not given"
        return [Finding("MODULE_NOT_SUPPLIED", "note", problem)]
    headings = ", ".join(f'"{heading}"' for heading in module.key[:1])
    problem = f"the module {module.title} is missing (a table with a column {headings})"
    remedy = "Give all the files of the export together, or the zip that holds them."
    return [Finding("MODULE_MISSING", "error", problem, remedy)]


def _twice(sheet: Sheet, module: Module) -> Finding:
    problem = f"a second table looks like the module {module.title}, so it is not clear which counts"
    return Finding("MODULE_TWICE", "error", problem, "Give the files of one export alone.", sheet.name)


def _misplaced(tables: list[Located], modules: Mapping[str, Module]) -> list[Finding]:
    """Ask about a column that this version of the layout has in another module: res and wbp moved in 2024."""
    known = [(normal(heading), name) for name, module in modules.items() for heading in module.known]
    headings = [heading for heading, _ in known]
    home = {heading: name for heading, name in known if headings.count(heading) == 1}
    findings = []
    for table in tables:
        for cell in table.sheet.cells.loc[table.header_row]:
            there = home.get(normal(str(cell)))
            if there and there != table.module:
                problem = f"the column belongs to the module {modules[there].title} in this version of the return"
                remedy = "Check which year's layout the export follows; the column is left out either way."
                findings.append(
                    Finding(
                        "COLUMN_MISPLACED", "query", problem, remedy, table.sheet.name, table.header_row,
                        str(cell).strip(),
                    )
                )  # fmt: skip
    return findings
