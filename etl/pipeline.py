"""Files in, findings and loads out: what the command line and the upload page both call."""

import shutil
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from etl import log
from etl.audit import Act
from etl.bundle import bundles
from etl.confine import run_confined, run_confined_each
from etl.errors import UnreadableFileError, UsageError, WaymarkError
from etl.examine import Examination
from etl.finding import Finding, grouped
from etl.handover import from_folder
from etl.history import beside_history
from etl.leftovers import working_folder
from etl.load import already_loaded, record_refusal, store
from etl.local_area import load_local_area
from etl.published_history import beside_published
from etl.settings import key_file, plan_folder, reference_folder
from etl.survey_beside import beside_waves
from etl.warehouse import Warehouse
from etl.waves import known_sources


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its examination, and the load that holds its figures, if any does."""

    found: Examination
    load_id: str | None = None
    changed: bool = False
    unexplained: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Return whether nothing of the file may be loaded as things stand."""
        return self.found.verdict == "reject" or bool(self.unexplained)

    def as_json(self) -> dict[str, Any]:
        """Return what `load --json` prints for the file."""
        return {
            **self.found.as_json(),
            "load_id": self.load_id,
            "changed": self.changed,
            "unexplained": list(self.unexplained),
        }


def examine_files(
    paths: Sequence[Path], *, today: date, source: str | None = None, month: date | None = None
) -> Generator[Examination, None, None]:
    """Yield one examination an extract, in order, each made in a limited child process. Raises UsageError.

    An extract is a file, or the files that are the modules of one (etl/bundle.py).
    """
    known = known_sources(plan_folder())
    if source and source not in known:
        raise UsageError(f"There is no source {source!r}; known are {', '.join(known)}.")
    for path in paths:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
    extracts = bundles(paths)
    folder = working_folder("waymark-")
    try:
        outs = [folder / str(number) for number in range(len(extracts))]
        calls = [
            {
                "path": str(path.resolve()),
                "others": [str(other.resolve()) for other in others],
                "today": today.isoformat(),
                "reference": str(reference_folder().resolve()),
                "plan": str(plan_folder().resolve()),
                "key_file": str(key_file()),
                "source": source,
                "month": month.isoformat() if month else None,
            }
            for path, *others in extracts
        ]
        answers = run_confined_each("etl.handover:examine_to_folder", list(zip(calls, outs, strict=True)))
        for (path, *others), out, answer in zip(extracts, outs, answers, strict=True):
            if isinstance(answer, UnreadableFileError):
                finding = Finding(answer.rule, "error", answer.message.rstrip("."), answer.remedy)
                yield Examination(path, others=tuple(others), findings=(finding,))
            elif isinstance(answer, WaymarkError):
                raise answer
            else:
                yield from_folder(path, answer, out, others)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def checked_files(
    warehouse: Warehouse,
    paths: Sequence[Path],
    *,
    today: date,
    source: str | None = None,
    month: date | None = None,
) -> Iterator[Examination]:
    """Yield one examination a file, compared with what is loaded. Raises UsageError, WarehouseBusyError."""
    for found in examine_files(paths, today=today, source=source, month=month):
        yield beside_loads(warehouse, found)


def beside_loads(warehouse: Warehouse, found: Examination, *, published: bool = True) -> Examination:
    """Return the examination with what is odd about it beside earlier loads added; the same file again is not odd.

    Without `published`, tables of published figures are not compared.
    """
    if found.verdict == "reject" or not found.frames or not warehouse.exists():
        return found
    with warehouse.reading() as reader:
        if not already_loaded(reader, found):
            odd = beside_history(reader, found) + beside_waves(reader, found)
            if published:
                odd += beside_published(reader, found, load_local_area(plan_folder()).areas)
            return replace(found, findings=tuple(grouped([*found.findings, *odd])))
    return found


def load_files(
    warehouse: Warehouse,
    paths: Sequence[Path],
    act: Act,
    *,
    explanations: Mapping[str, str],
    source: str | None = None,
    month: date | None = None,
    demonstration: bool = False,
) -> Iterator[Outcome]:
    """Check and load files, all or nothing each, and yield what became of every one as soon as it is known.

    A file with a query loads only where `explanations` says why, rule by rule; a refused one is in the audit.
    Raises UsageError, WarehouseBusyError; what was yielded before stays loaded.
    """
    begun = time.monotonic()
    for found in examine_files(paths, today=act.at.date(), source=source, month=month):
        outcome = load_examined(warehouse, found, act, explanations=explanations, demonstration=demonstration)
        log_outcome(outcome, time.monotonic() - begun)
        yield outcome
        begun = time.monotonic()


def load_examined(
    warehouse: Warehouse,
    found: Examination,
    act: Act,
    *,
    explanations: Mapping[str, str],
    demonstration: bool = False,
) -> Outcome:
    """Hold an examined file against what is loaded by now, load it or record its refusal; return what became of it.

    `found` is as `examine_files` gave it. Raises WarehouseBusyError; the warehouse is as it was then.
    """
    # The demonstration's months are parts of published tables, with other areas each: nothing follows from them.
    found = beside_loads(warehouse, found, published=not demonstration)
    queries = {finding.rule for finding in found.findings if finding.severity == "query"}
    outcome = Outcome(found, unexplained=tuple(sorted(queries - set(explanations))))
    if outcome.refused:
        record_refusal(warehouse, found, outcome.unexplained, act)
        return outcome
    load_id, changed = store(warehouse, found, act, explanations, demonstration=demonstration)
    return Outcome(found, load_id, changed)


def log_outcome(outcome: Outcome, seconds: float) -> None:
    """Log what became of a file; neither its name nor whose it is, which the audit has."""
    found = outcome.found
    log.event(
        "load" if outcome.load_id else "refuse",
        source=found.source.kept_as if found.source else None,
        month=f"{found.month:%Y-%m}" if found.month else None,
        load_number=int(outcome.load_id.rpartition(".")[2]) if outcome.load_id else None,
        rows_in=found.rows_in,
        rows_held=found.rows_rejected,
        changed=outcome.changed,
        rules=sorted({finding.rule for finding in found.findings}),
        seconds=round(seconds, 3),
    )


def sketched(path: Path) -> str:
    """Return the draft of a source for a file nobody has described yet, made in a limited child process.

    Raises UnreadableFileError.
    """
    folder = working_folder("waymark-")
    try:
        answer = run_confined(
            "etl.sketch:sketch_to_answer", {"path": str(path.resolve()), "plan": str(plan_folder())}, folder
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return str(answer["draft"])


def status(warehouse: Warehouse) -> dict[str, Any]:
    """Return loads, coverage spans and gaps as plain data. Months are YYYY-MM. Raises WarehouseBusyError."""
    with warehouse.reading() as reader:
        loads = reader.query("SELECT * FROM loads ORDER BY source, organisation, month, loaded_at")
        covered = reader.query("SELECT source, organisation, month FROM coverage ORDER BY source, organisation, month")
    spans = []
    for (source, organisation), rows in covered.groupby(["source", "organisation"]):
        have = pd.DatetimeIndex(rows["month"])
        calendar = pd.date_range(have.min(), have.max(), freq="MS")
        spans.append(
            {
                "source": source,
                "organisation": organisation,
                "from": f"{have.min():%Y-%m}",
                "to": f"{have.max():%Y-%m}",
                "months": len(have),
                "gaps": [f"{month:%Y-%m}" for month in calendar.difference(have)],
            }
        )
    shown = loads.drop(columns=["sha256", "content_sha256"])
    for column in ("month", "covers_from", "covers_to"):
        shown[column] = shown[column].dt.strftime("%Y-%m")
    shown["loaded_at"] = shown["loaded_at"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    records = shown.astype("object").where(shown.notna(), None).to_dict("records")
    return {"loads": records, "coverage": spans}
