"""A first draft of a source YAML from a file nobody has described yet: headings found, and what they resemble."""

import difflib
import re
from pathlib import Path

from etl.privacy import holds_identifier
from etl.read import Content, Sheet, read
from etl.source import Source, load_sources, normal
from etl.survey_sketch import sketch_survey
from etl.waves import load_waves

_LIKE = 0.75
# What stands in rows and not in headings: a date, an e-mail address, a number that may be somebody's.
_DATUM = re.compile(r"\d{5}|\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|@")


def sketch(path: Path, plan: Path) -> str:
    """Return the draft as YAML text, of a survey's export that of a wave; every line to settle says TODO.

    `plan` is the plan folder with the waves known so far. Raises UnreadableFileError.

    Headings are quoted, cells below them never.
    """
    content = read(path)
    name = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold()).strip("_")
    if draft := sketch_survey(content, name, load_waves(plan)):
        return draft
    sheet = max((s for s in content.sheets if not s.hidden), key=lambda s: len(s.cells) * len(_header(s)[1]))
    header_row, headings = _header(sheet)
    return "\n".join([*_top(path, content, sheet, header_row, name), *_columns(headings), *_rest(), ""])


def _header(sheet: Sheet) -> tuple[int, list[str]]:
    """Return the first row near the top that fills at least half as many cells as the fullest: never a row below it.

    A row of the body may hold more words than the headings do, and a child's name and address must not be quoted. Nor
    must those of a list without headings: a row with a date or a number of five digits is none, and no heading is told.
    """
    top = sheet.cells.head(40)
    filled = (top != "").sum(axis=1)
    if filled.empty or filled.max() == 0:
        return 1, []
    row = int(filled.index[filled >= filled.max() / 2][0])
    cells = [str(cell).strip() for cell in top.loc[row]]
    if any(_DATUM.search(cell) or holds_identifier(cell) for cell in cells):
        return row, []
    return row, [cell for cell in cells if re.search(r"[A-Za-z]", cell)]


def _top(path: Path, content: Content, sheet: Sheet, header_row: int, name: str) -> list[str]:
    return [
        f"# Draft for {path.name}: sheet {sheet.name!r}, headings in row {header_row}.",
        f"# Save as etl/sources/{name}.yaml, settle every TODO, then run: python -m etl check FILE",
        "title: TODO what the file is",
        "publisher: TODO who sends it",
        "public: false",
        "organisation: TODO short name of the sender",
        "coverage: snapshot   # TODO or history, when one file answers for many months",
        f"formats: [{content.kind}]",
        "month: {latest: TODO}   # TODO the column with the period, or title: a pattern with (?P<month>…)",
        "symbols: {'': not_supplied}   # TODO what stands where a number is not given",
        "rows:",
        "  columns:",
    ]


def _columns(headings: list[str]) -> list[str]:
    lines = [] if headings else ["    TODO: {headers: [TODO]}   # no row of headings was found: put one above the rows"]
    for heading in dict.fromkeys(headings):
        key = re.sub(r"[^a-z0-9]+", "_", normal(heading)).strip("_") or "column"
        resembles = _resembles(heading, list(load_sources().values()))
        lines.append(f"    {key}: {{headers: [{heading!r}]}}{resembles}")
    return lines


def _resembles(heading: str, sources: list[Source]) -> str:
    scored = [
        (difflib.SequenceMatcher(None, normal(heading), normal(known)).ratio(), f"{source.name}: {key}")
        for source in sources
        for key, wanted in source.headings().items()
        for known in wanted.headers
    ]
    score, place = max(scored)
    return f"   # like {place} ({score:.0%})" if score >= _LIKE else ""


def _rest() -> list[str]:
    return [
        "  period: TODO",
        "  level: {headers: [TODO], values: {}}",
        "  area_code: {}   # TODO column with the code, by level",
        "  area_name: {}",
        "  split: {topic: TODO, group: TODO, topics: {}}",
        "  measures: {}   # TODO name: {numerator: column, denominator: [column]}",
    ]


def sketch_to_answer(*, path: str, plan: str, out: Path) -> dict[str, str]:
    """Run `sketch` in the limited child process."""
    assert out
    return {"draft": sketch(Path(path), Path(plan))}
