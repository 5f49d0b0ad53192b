"""One file, examined: recognised, read, cleaned and checked, with nothing loaded. Runs in a limited child process.

What leaves the child is a description (JSON) and typed rows (Parquet); never the file's bytes or an unread cell.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl import settings
from etl.belongs import belongs
from etl.clean import Cleaned
from etl.errors import UnreadableFileError
from etl.extract import Context
from etl.finding import Finding, Reject, Severity, Verdict, grouped, verdict
from etl.layout_crosstab import clean_crosstab
from etl.layout_figures import clean_figures
from etl.layout_pathways import clean_pathways
from etl.layout_rows import clean_rows
from etl.layout_survey import clean_survey, other_field_work
from etl.layout_values import clean_values
from etl.local_area import load_local_area
from etl.months import published_month
from etl.organisations import load_numbered, load_organisations
from etl.privacy import holds_identifier
from etl.published import missing_areas, refuse_structure, unknown_areas
from etl.read import Content, read, read_together
from etl.recognise import Match, recognise
from etl.screen import screen
from etl.source import Source
from etl.survey_screen import screen_survey
from etl.waves import known_sources

# More bad rows than this and loading the rest would falsify the list (house rule; DESIGN "Safety").
BAD_ROWS_ALLOWED = 0.05
# Rows that are no data at all (footnotes, exact repeats, rows of other lists) say nothing of the quality of the rest.
_NO_DATA = ("NOT_DATA", "ROW_REPEATED", "NOT_IN_SCOPE", "NOT_FILLED")
_READ_AT_ONCE = 1_048_576
_HASHED_AT_ONCE = 100_000  # rows: hashing makes a Python object of every different text
# What reading noticed and what follows from it; the rest is said in passing.
_GRAVE: dict[str, Severity] = {"FILE_TRUNCATED": "error"}
# What the layouts say themselves, of the columns it matters in.
_SAID_LATER = "FORMULA_NOT_CALCULATED"


@dataclass(frozen=True)
class Surroundings:
    """What an examination may know besides the file: today, the folders of lookups and plan, and the key's file."""

    today: date
    reference: Path
    plan: Path
    key_file: Path


@dataclass
class Examination:
    """What is known of one file before anything is loaded."""

    path: Path
    sha256: str = ""
    others: tuple[Path, ...] = ()
    source: Source | None = None
    month: date | None = None
    covers_from: date | None = None
    rows_in: int = 0
    rows_rejected: int = 0
    findings: tuple[Finding, ...] = ()
    rejects: tuple[Reject, ...] = ()
    frames: Mapping[str, pd.DataFrame] | None = None
    organisation: str | None = None
    key_id: str | None = None
    _content: str | None = None

    @property
    def file(self) -> str:
        """Return the file's name as messages show it; a name that holds an identifier is not repeated."""
        if any(holds_identifier(path.stem) for path in (self.path, *self.others)):
            return f"(name withheld){self.path.suffix}"
        return f"{self.path.name} and {len(self.others)} more" if self.others else self.path.name

    @property
    def verdict(self) -> Verdict:
        """Return accept, query or reject."""
        return verdict(self.findings)

    def content_sha256(self) -> str:
        """Return the hash of the rows to load, whatever their order: equal for equal figures in another format."""
        if self._content is None:
            self._content = self._hashed()
        return self._content

    def _hashed(self) -> str:
        digest = hashlib.sha256()
        for name, frame in sorted((self.frames or {}).items()):
            pieces = [frame.iloc[begin : begin + _HASHED_AT_ONCE] for begin in range(0, len(frame), _HASHED_AT_ONCE)]
            rows = [pd.util.hash_pandas_object(piece, index=False).to_numpy() for piece in pieces]
            digest.update(name.encode() + np.sort(np.concatenate([np.array([], np.uint64), *rows])).tobytes())
        return digest.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return what `check --json` prints for the file."""
        return {
            "file": self.file,
            "source": self.source.name if self.source else None,
            "month": f"{self.month:%Y-%m}" if self.month else None,
            "verdict": self.verdict,
            "rows_in": self.rows_in,
            "rows_loadable": self.rows_in - self.rows_rejected,
            "rows_rejected": self.rows_rejected,
            "findings": [finding.as_json(self.file) for finding in self.findings],
        }


def examine(
    path: Path,
    *,
    today: date,
    reference: Path,
    source: str | None,
    month: date | None,
    plan: Path | None = None,
    key_file: Path | None = None,
    others: Sequence[Path] = (),
) -> Examination:
    """Return everything about one file, or several that are one extract; problems are findings, never exceptions.

    `reference` and `plan` are the folders of lookups and of the local plan, `key_file` holds the pseudonym key.
    """
    around = Surroundings(today, reference, plan or settings.plan_folder(), key_file or settings.key_file())
    found = Examination(path, others=tuple(others))
    if "withheld" in found.file:
        remedy = "Rename the file, and tell your information governance lead."
        return _refused(found, [Finding("IDENTIFIER_IN_NAME", "error", "the file's name holds an identifier", remedy)])
    try:
        found.sha256 = _sha256([path, *others])
        content = read_together([path, *others]) if others else read(path)
    except UnreadableFileError as error:
        return _refused(found, [Finding(error.rule, "error", error.message.rstrip("."), error.remedy)])
    match = recognise(
        content, known_sources(around.plan), source,
        lambda m: belongs(content, m, path.stem) if m.source.pathways else other_field_work(m),
    )  # fmt: skip
    notes = _reading_notes(content, match)
    if isinstance(match, Finding):
        return _refused(found, [*notes, match])
    found.source = match.source
    if not match.source.public and load_local_area(around.plan).members:
        remedy = "Load it with the plan of the area it is of; the roll-up counts it from there."
        words = "this plan rolls up other areas, and has no children of its own"
        return _refused(found, [*notes, Finding("ROLLED_UP", "error", words, remedy)])
    screened = []
    if match.tables and not match.source.public:
        screened = screen_survey(content, match) if match.source.survey else screen(content, match)
    before = [*notes, *match.findings, *screened]
    if verdict([*match.findings, *screened]) == "reject":
        return _refused(found, before)
    _take(found, match, content, around, month, before)
    if found.verdict == "reject":
        found.frames = None
    return found


def _take(
    found: Examination, match: Match, content: Content, around: Surroundings, said: date | None, before: list[Finding]
) -> None:
    """Fill in what the rows give; `before` is what was found until then."""
    cleaned, month_findings = _cleaned(found, match, content, around, said)
    found.organisation, found.key_id = cleaned.organisation or match.source.organisation, cleaned.key_id
    found.covers_from = cleaned.months[0] if cleaned.months else found.month
    found.rows_in, found.rows_rejected = cleaned.rows_in, cleaned.rows_rejected
    found.frames, found.rejects = cleaned.frames, tuple(cleaned.rejects)
    found.findings = tuple(grouped([*before, *cleaned.findings, *month_findings, *_volume(cleaned)]))


def _sha256(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(_READ_AT_ONCE):
                digest.update(piece)
    return digest.hexdigest()


def _cleaned(
    found: Examination, match: Match, content: Content, around: Surroundings, said: date | None
) -> tuple[Cleaned, list[Finding]]:
    """Return what the layout of the source makes of the file, its month settled, and findings on the month."""
    organisations = load_organisations(around.reference)
    if match.source.pathways:
        area = load_local_area(around.plan)
        context = Context(
            found.path, around.today, said, area, organisations, around.key_file, content.epoch_1904
        )  # fmt: skip
        cleaned, found.month = clean_pathways(match, context, _uncalculated(content, match))
        return cleaned, []
    plan = load_local_area(around.plan)
    if match.source.survey:
        cleaned, found.month = clean_survey(match, plan, said, around.today)
        return cleaned, []
    if match.source.figures:
        cleaned = clean_figures(match, plan, around.today)
        found.month, findings = published_month(match, cleaned, said, around.today)
        return cleaned, findings
    faults = refuse_structure(match, content)
    if match.source.crosstab:
        cleaned = clean_crosstab(match, organisations, plan)
    elif match.source.values:
        cleaned = clean_values(match, organisations, load_numbered(around.reference))
    else:
        cleaned = clean_rows(match, organisations)
    found.month, findings = published_month(match, cleaned, said, around.today)
    areas = cleaned.frames["areas"]
    coded = match.source.crosstab is None or "code" in match.tables[0].columns
    findings += [*faults, *unknown_areas(areas, organisations, coded=coded), *missing_areas(areas["area"], plan)]
    return cleaned, findings


def _uncalculated(content: Content, match: Match) -> set[int]:
    sheets = {table.sheet.name for table in match.tables}
    notes = [note for note in content.notes if note.rule == "FORMULA_NOT_CALCULATED" and note.sheet in sheets]
    return {note.column for note in notes if note.column is not None}


def _refused(found: Examination, findings: list[Finding]) -> Examination:
    found.findings = tuple(grouped(findings))
    return found


def _reading_notes(content: Content, match: Match | Finding) -> list[Finding]:
    """Return what reading noticed about the file as a whole and about the columns that count; the rest is noise."""
    tables = {} if isinstance(match, Finding) else {table.sheet.name: table for table in match.tables}
    findings = []
    for note in content.notes:
        table = None if note.rule == _SAID_LATER else tables.get(note.sheet or "")
        if (
            note.sheet is None
            or (table and note.column in (None, *table.columns.values()))
            or (table and note.rule == "STRAY_CELL")
        ):
            grave = _GRAVE.get(note.rule, "note")
            findings.append(
                Finding(note.rule, grave, note.message.rstrip("."), "", note.sheet, note.row, count=note.count)
            )
    return findings


def _volume(cleaned: Cleaned) -> list[Finding]:
    bad = len({(r.sheet, r.row) for r in cleaned.rejects if r.rule not in _NO_DATA})
    if cleaned.rows_in == cleaned.rows_rejected:
        return [Finding("EMPTY", "error", "there is no row to load", "Ask the sender for the full file.")]
    if bad > BAD_ROWS_ALLOWED * cleaned.rows_in:
        return [
            Finding(
                "TOO_MANY_BAD_ROWS", "error",
                f"{bad:,} of {cleaned.rows_in:,} rows cannot be loaded, more than {BAD_ROWS_ALLOWED:.0%}",
                "Mend the rows named by the other findings, or ask the sender for a corrected file.",
            )
        ]  # fmt: skip
    return []
