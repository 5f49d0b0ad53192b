"""Does a list with the right headings really belong to a source? Most waiting lists share their headings."""

import re

from etl.columns import code_key
from etl.finding import Finding
from etl.formats import Content
from etl.heading import normal
from etl.recognise import Match


def belongs(content: Content, match: Match, name: str) -> list[Finding]:
    """Return what speaks against it: headings of another list, no row in scope, or nothing that says what it is."""
    source, table, layout = match.source, match.tables[0], match.source.pathways
    assert layout
    headings = [normal(str(cell)) for one in match.tables for cell in one.sheet.cells.loc[one.header_row]]
    foreign = [heading for heading in headings if any(re.fullmatch(p, heading) for p in layout.never)]
    if foreign:
        problem = f'a list with a column "{foreign[0]}" is another kind of list than {source.title}'
        return [
            Finding("WRONG_SOURCE", "error", problem, "Name the source it follows with --source.", table.sheet.name)
        ]
    if layout.modules:
        return []
    named = [key for key in (layout.pathway.id, *layout.pathway.otherwise) if key]
    made = [part for key in named for columns in layout.made.get(key, []) for part in columns]
    ids = [key for key in (*named, *made) if key in layout.holding("identifier")]
    if not any(f"pathways.columns.{key}" in table.columns for key in ids):
        remedy = f"If it has one, add its heading under pathways.columns.{ids[0]}.headers in {source.path}."
        problem = "there is no column with an id of the referral or the child"
        return [Finding("COL_MISSING", "error", problem, remedy, table.sheet.name, table.header_row)]
    for key, words in layout.only.items():
        place = table.columns.get(f"pathways.columns.{key}")
        if place is not None:
            wanted = {code_key(theirs) for theirs, ours in layout.columns[key].values.items() if ours in words}
            if not any(code_key(text) in wanted for text in table.body()[place].unique()):
                problem = f"no row belongs to this list ({source.title})"
                remedy = "Name the source it follows with --source."
                return [Finding("WRONG_SOURCE", "error", problem, remedy, table.sheet.name)]
            return []
    above = table.sheet.cells.loc[: table.header_row - 1].to_numpy().ravel()
    told = " ".join([name, *headings, *(sheet.name for sheet in content.sheets), *map(str, above)])
    if layout.evidence is None or re.search(layout.evidence, re.sub(r"[_\W]+", " ", told), re.IGNORECASE):
        return []
    problem = f"nothing in the file says that it is this list: {source.title}"
    return [Finding("SOURCE_UNCONFIRMED", "query", problem, f"If it is, say so with --source {source.name}.")]
