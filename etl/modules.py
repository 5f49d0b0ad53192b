"""Several tables that belong together, put together: one line per request, with what hangs off it and stands above it.

Every record of every table is either part of a line that loads, or held back with its rule: none is lost on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from etl.clean import Cleaned, trimmed
from etl.extract import Context, Extract, without_missing
from etl.finding import Finding, Reject
from etl.locate import Located, Match
from etl.module import Module, above
from etl.origin import Origin
from etl.pathways import Pathways
from etl.recognise_modules import key_of

_COLUMN = "pathways.columns."


@dataclass
class _Records:
    """The records of one module: their cells by our names, and the numbers of their own and of those above."""

    table: Located
    text: dict[str, pd.Series]
    numbers: dict[str, pd.Series]
    index: pd.Index


def open_modules(match: Match, context: Context) -> Extract:
    """Return the lines of a source of several modules, with records that belong to no line already held back."""
    layout = match.source.pathways
    assert layout
    result = Cleaned()
    records = {str(table.module): _records(table, layout, result) for table in match.tables}
    parents = _parents(records, layout.modules, result)
    rows, line_of = _lines(records, parents, layout.modules, result)
    of_key = {key: name for name, module in layout.modules.items() for key in module.columns if name in records}
    lines = next(name for name, module in layout.modules.items() if module.lines)
    tables = {name: one.table for name, one in records.items()}
    text = _text(records, rows, layout)
    places = {
        key.removeprefix(_COLUMN): place
        for one in records.values()
        for key, place in one.table.columns.items()
        if key.startswith(_COLUMN)
    }
    return Extract(
        match.source, layout, tables[lines], context, result, text, pd.Series(True, index=rows.index, dtype="bool"),
        places, Origin(tables, of_key, lines, rows, line_of),
    )  # fmt: skip


def settle(extract: Extract) -> None:
    """Hold back the records that only lines held back were made of, so that rows in = loaded + rejected."""
    if extract.origin is None:
        return
    held = {(reject.sheet, reject.row) for reject in extract.result.rejects}
    loaded = extract.good.index[extract.good]
    for name, table in extract.origin.tables.items():
        if extract.layout.modules[name].header:
            continue
        line_of = extract.origin.line_of[name]
        used = set(extract.origin.rows.loc[loaded, name].dropna())
        sheet = table.sheet.name
        left = [
            int(str(row))
            for row, line in line_of.items()
            if row not in used and line not in loaded and (sheet, int(str(row))) not in held
        ]  # fmt: skip
        if left:
            extract.result.rejects += [Reject(sheet, row, None, "HELD_WITH") for row in left]
            problem = "the record belongs to a request that is held back, and is held with it"
            extract.result.findings.append(
                Finding("HELD_WITH", "note", problem, "See the other findings.", sheet, min(left), count=len(left))
            )


def _records(table: Located, layout: Pathways, result: Cleaned) -> _Records:
    """Return the records of a table that can be read, ragged lines held back."""
    body = table.body()
    cells = body[list(table.columns.values())]
    cells = cells[(cells != "").any(axis=1)]
    header = layout.modules[str(table.module)].header
    result.rows_in += 0 if header else len(cells)  # who sent it and when is no record of anybody
    ragged = pd.Series(cells.index.isin([problem.row for problem in table.sheet.problems]), index=cells.index)
    result.hold(
        ragged, table.sheet.name, None, "RAGGED_ROW", "the record has more or fewer fields than it should",
        "Put fields that hold a comma into quotes, or export the file again.",
    )  # fmt: skip
    tidy = {key: without_missing(trimmed(cells.loc[~ragged, place]), layout) for key, place in table.columns.items()}
    text = {key.removeprefix(_COLUMN): column for key, column in tidy.items() if key.startswith(_COLUMN)}
    numbers = {key: _number(column) for key, column in tidy.items() if not key.startswith(_COLUMN)}
    return _Records(table, text, numbers, cells.index[~ragged])


def _number(text: pd.Series) -> pd.Series:
    """Return a record's number as it is compared: spreadsheets turn 12 into 12.0."""
    return text.str.replace(r"\.0$", "", regex=True).str.lower()


def _parents(
    records: Mapping[str, _Records], modules: Mapping[str, Module], result: Cleaned
) -> dict[str, tuple[str, pd.Series]]:
    """Return, by module, which module its records hang off in this file, and by row the row of that record there."""
    found: dict[str, tuple[str, pd.Series]] = {}
    for name, one in records.items():
        _hold_numbered_twice(name, one, modules, result)
        nearest = next((up for up in above(modules, name) if up in records and key_of(up) in one.numbers), None)
        if nearest is None:
            continue
        there = records[nearest]
        row_of = pd.Series(there.index, index=there.numbers[key_of(nearest)].loc[there.index])
        rows = one.numbers[key_of(nearest)].loc[one.index].map(row_of[row_of.index != ""]).astype("Int64")
        lost = rows.isna()
        result.hold(
            lost, one.table.sheet.name, _heading(one.table, key_of(nearest)), "ORPHAN_RECORD",
            f"the record belongs to none that is loaded from {modules[nearest].title}",
            "Export all modules on the same day, for the same children.",
        )  # fmt: skip
        one.index = one.index[~lost]
        found[name] = (nearest, rows[~lost].astype("int64"))
    return found


def _heading(table: Located, key: str) -> str | None:
    return table.heading(key) if key in table.columns else None


def _hold_numbered_twice(name: str, one: _Records, modules: Mapping[str, Module], result: Cleaned) -> None:
    key = key_of(name)
    if key not in one.numbers or modules[name].header:
        return
    numbers = one.numbers[key].loc[one.index]
    twice = (numbers != "") & numbers.duplicated(keep=False)
    result.hold(
        twice, one.table.sheet.name, _heading(one.table, key), "NUMBER_REPEATED",
        "records carry the same number, so it cannot be told which the others belong to",
        "Ask for a fresh export; none of them is loaded.",
    )  # fmt: skip
    one.index = one.index[~twice]


def _lines(
    records: Mapping[str, _Records],
    parents: Mapping[str, tuple[str, pd.Series]],
    modules: Mapping[str, Module],
    result: Cleaned,
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Return the lines, a column a module, and by module the line each record belongs to."""
    root = next(name for name, module in modules.items() if module.lines)
    rows = pd.DataFrame({root: records[root].index}, dtype="Int64")
    line_of: dict[str, pd.Series] = {}
    for name in above(modules, root):
        if name not in records:
            continue
        rows[name] = rows[root].map(parents[root][1]).astype("Int64") if root in parents else pd.NA
        _hold_alone(records[name], set(rows[name].dropna()), modules, result)
    below = [name for name in records if root in above(modules, name)]
    for name in sorted(below, key=lambda name: modules[name].several != "lines"):
        if modules[name].several == "lines":
            rows = _with_a_line_each(rows, name, parents[name], root)
    for name in records:
        if name in rows:
            line_of[name] = pd.Series(rows.index, index=rows[name]).dropna().groupby(level=0).last()
        elif name in below:
            rows[name], line_of[name] = _attached(records[name], modules[name], parents[name], line_of, result)
        else:
            first = records[name].index[:1]
            rows[name] = pd.Series([first[0]] * len(rows) if len(first) else pd.NA, index=rows.index, dtype="Int64")
            line_of[name] = pd.Series(0 if len(rows) else pd.NA, index=records[name].index, dtype="Int64")
    return rows, {name: line_of[name].reindex(records[name].index).astype("Int64") for name in records}


def _hold_alone(one: _Records, used: set[int], modules: Mapping[str, Module], result: Cleaned) -> None:
    alone = pd.Series([row not in used for row in one.index], index=one.index, dtype="bool")
    below = next(module.title for module in modules.values() if module.lines)
    result.hold(
        alone, one.table.sheet.name, None, "NOTHING_BELOW", f"the record has none in {below}, so it feeds no clock",
        f"Ask whether {below} is complete.",
    )  # fmt: skip
    one.index = one.index[~alone]


def _with_a_line_each(rows: pd.DataFrame, name: str, parent: tuple[str, pd.Series], root: str) -> pd.DataFrame:
    """Return the lines with one for each record of a module of which a request may have several."""
    of_root = parent[1].rename("parent")
    mine = pd.DataFrame({root: of_root.to_numpy(), name: of_root.index}, dtype="Int64")
    return rows.merge(mine, on=root, how="left").astype({name: "Int64"})


def _attached(
    one: _Records,
    module: Module,
    parent: tuple[str, pd.Series],
    line_of: Mapping[str, pd.Series],
    result: Cleaned,
) -> tuple[pd.Series, pd.Series]:
    """Return the record of each line, and the line of each record, of a module that has one record a line.

    A record that hangs off a request with several lines belongs to the last of them.
    """
    lines = parent[1].loc[one.index].map(line_of[parent[0]]).astype("Int64")
    order = module.order
    if order in one.text:
        ranks = pd.to_numeric(one.text[str(order)].loc[one.index], errors="coerce")
        lines = lines.loc[ranks.sort_values(kind="stable").index]
    first = ~lines.duplicated() & lines.notna()
    if module.several == "held":
        result.hold(
            (~first & lines.notna()).sort_index(), one.table.sheet.name, None, "RECORD_REPEATED",
            "the request has another such record already, which counts",
            "Ask which of them is right, and leave out the other.",
        )  # fmt: skip
        one.index = one.index[one.index.isin(lines.index[first])]
    record = pd.Series(lines.index[first], index=lines[first].astype("int64"), dtype="Int64")
    return record, lines.astype("Int64")


def _text(records: Mapping[str, _Records], rows: pd.DataFrame, layout: Pathways) -> dict[str, pd.Series]:
    """Return our columns line by line; blank where a line has no such record."""
    text: dict[str, pd.Series] = {}
    root = next(name for name, module in layout.modules.items() if module.lines)
    for name, one in records.items():
        for key, column in one.text.items():
            text[key] = rows[name].map(column).astype("str").fillna("")
    for key in (key for module in layout.modules.values() for key in module.columns):
        if key not in text and not layout.columns[key].optional:  # XML without a record that fills it
            text[key] = pd.Series("", index=rows.index, dtype="str")
    for name, module in layout.modules.items():
        here = rows[name].notna() if name in rows else pd.Series(False, index=rows.index)
        if module.marks:
            text[module.marks] = here.map({True: "yes", False: "no"}).astype("str")
        if module.numbers and name in rows:
            text[module.numbers] = (rows.groupby(root).cumcount() + 1).astype("str")
    return text
