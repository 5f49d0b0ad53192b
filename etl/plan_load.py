"""Plan workbooks into the warehouse: read in a limited child, held against what is there, all of it or nothing."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from etl.audit import Act, append
from etl.confine import run_confined
from etl.errors import UnreadableFileError, UsageError
from etl.finding import Finding, verdict
from etl.leftovers import working_folder
from etl.plan_change import Change, frames
from etl.plan_compare import compare
from etl.plan_record import read_plan_record
from etl.plan_shape import PlanShape
from etl.plan_sheets import PlanFile, from_answer, read_to_answer
from etl.privacy import holds_identifier
from etl.roles import EVERY_RIGHT
from etl.tables import WAREHOUSE
from etl.warehouse import Reader, Warehouse

_TABLES = {table.name: table for table in WAREHOUSE}
_READER = f"{read_to_answer.__module__}:{read_to_answer.__name__}"


@dataclass(frozen=True)
class PlanOutcome:
    """What became of a plan workbook: what it adds, whether that is in the warehouse, and what must be explained."""

    file: str
    change: Change
    loaded: bool = False
    unexplained: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows it adds, by table."""
        return {name: len(rows) for name, rows in frames(self.change).items()}

    def as_json(self) -> dict[str, Any]:
        """Return what the doors print with --json."""
        return {
            "file": self.file,
            "verdict": verdict(self.change.findings),
            "adds": self.counts,
            "loaded": self.loaded,
            "unexplained": list(self.unexplained),
            "findings": [finding.as_json(self.file) for finding in self.change.findings],
        }


def read_plan_file(paths: Sequence[Path]) -> PlanFile:
    """Return a plan workbook, or the lists of a plan folder, read in a child; what is wrong with it is a finding."""
    for path in paths:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
    first, *others = paths
    name = "(name withheld)" if holds_identifier(first.stem) else first.name
    folder = working_folder("waymark-")
    call = {"path": str(first.resolve()), "others": [str(other.resolve()) for other in others]}
    try:
        return from_answer(name, run_confined(_READER, call, folder))
    except UnreadableFileError as error:
        return PlanFile(name, {}, {}, (Finding(error.rule, "error", error.message.rstrip("."), error.remedy),))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_plan(warehouse: Warehouse, file: PlanFile, shape: PlanShape, act: Act) -> PlanOutcome:
    """Return what a plan workbook would add, and what is wrong with it. Raises WarehouseBusyError."""
    with warehouse.reading() as reader:
        return _outcome(reader, file, shape, act, {})


def load_plan(
    warehouse: Warehouse, file: PlanFile, shape: PlanShape, act: Act, explanations: Mapping[str, str]
) -> PlanOutcome:
    """Put what a plan workbook adds into the warehouse, in one transaction, or nothing; return what became of it.

    A query loads only where `explanations` says why, rule by rule; the explanation stands in the audit. The same
    workbook again adds nothing. Raises WarehouseBusyError.
    """
    with warehouse.writing() as writer:
        found = _outcome(writer, file, shape, act, explanations)
        errors = sorted({finding.rule for finding in found.change.findings if finding.severity == "error"})
        if errors or found.unexplained:
            append(
                writer, act, "refuse", file.name, ", ".join(errors) or f"not explained: {', '.join(found.unexplained)}"
            )
            return found
        if any(found.counts.values()):
            for name, frame in frames(found.change).items():
                writer.insert(_TABLES[name], frame)
            told = [f"{count} rows of {name}" for name, count in found.counts.items() if count]
            told += [f"{rule}: {why}" for rule, why in explanations.items()]
            append(writer, act, "plan", file.name, "; ".join(told))
    return PlanOutcome(found.file, found.change, loaded=True)


def folder_files(plan: Path) -> list[Path]:
    """Return the lists of a plan folder that are there. Raises UsageError where it has no actions."""
    found = [plan / name for name in ("actions.csv", "impact_measures.csv") if (plan / name).is_file()]
    if not found or found[0].name != "actions.csv":
        raise UsageError(f"There is no actions.csv in {plan}. Load a plan workbook: python -m etl plan load FILE.")
    return found


def ensure_plan(warehouse: Warehouse, plan: Path, shape: PlanShape, act: Act) -> None:
    """Load the plan folder's actions where the warehouse has none yet. Raises UsageError where they are refused."""
    with warehouse.reading() as reader:
        if len(reader.query("SELECT 1 FROM actions LIMIT 1")):
            return
    # The plan folder is the area's own: whoever makes the first entry brings it in, without the right to load another.
    first = replace(act, rights=EVERY_RIGHT)
    found = load_plan(warehouse, read_plan_file(folder_files(plan)), shape, first, {})
    if not found.loaded:
        told = " ".join(finding.message(found.file) for finding in found.change.findings)
        raise UsageError(f"The actions of {plan} cannot be loaded. {told}")


def _outcome(
    reader: Reader, file: PlanFile, shape: PlanShape, act: Act, explanations: Mapping[str, str]
) -> PlanOutcome:
    change = compare(file, read_plan_record(reader), shape, act)
    queries = {finding.rule for finding in change.findings if finding.severity == "query"}
    return PlanOutcome(file.name, change, unexplained=tuple(sorted(queries - set(explanations))))
