"""The local plan read from its folder (data/plan): everything that is wrong with it at once, or all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from etl.documents import read_document
from etl.errors import DocumentError
from etl.settings import source_names
from metrics.definition import Definition, load_definitions
from metrics.known_issues import FILE as KNOWN_ISSUES
from metrics.known_issues import KnownIssues, issue_faults, load_known_issues
from metrics.plan import Plan, Scorecard
from metrics.plan_amendments import Amendments, amendment_faults
from metrics.plan_faults import figure_fault, plan_faults, scorecard_faults, target_fault
from metrics.plan_tables import PlanTables, load_plan_tables

Read = TypeVar("Read")


@dataclass(frozen=True)
class LocalPlan:
    """The plan, its scorecard as first written, what was changed since, its longer lists, its known issues."""

    plan: Plan
    scorecard: Scorecard
    amendments: Amendments
    tables: PlanTables
    known_issues: KnownIssues


def load_plan(folder: Path) -> LocalPlan:
    """Return the plan. Raises DocumentError with one line per fault of any file: file, key, rule and remedy.

    A folder without amendments.yaml, actions.csv, impact_measures.csv, no_number.yaml or known_issues.yaml has none of
    these.
    """
    faults: list[str] = []
    plan = _tried(faults, lambda: read_document(folder / "plan.yaml", Plan))
    scorecard = _tried(faults, lambda: read_document(folder / "scorecard.yaml", Scorecard))
    changes = folder / "amendments.yaml"
    amendments = _tried(faults, lambda: read_document(changes, Amendments)) if changes.is_file() else Amendments()
    issues = _tried(faults, lambda: load_known_issues(folder))
    kpis = load_definitions()
    tables = None
    if plan:
        faults += [f"plan.yaml: {fault}" for fault in plan_faults(plan)]
        tables = _tried(faults, lambda: load_plan_tables(folder, plan))
    if plan and scorecard:
        faults += [f"scorecard.yaml: {fault}" for fault in scorecard_faults(plan, scorecard, kpis)]
    if plan and scorecard and amendments:
        told = [*amendment_faults(plan, scorecard, amendments), *_figures(amendments, kpis)]
        faults += [f"amendments.yaml: {fault}" for fault in told]
    if issues:
        faults += [f"{KNOWN_ISSUES}: {fault}" for fault in issue_faults(issues, kpis, source_names())]
    if faults or not (plan and scorecard and amendments and tables and issues):
        raise DocumentError(f"The plan in {folder} cannot be used:\n" + "\n".join(faults))
    return LocalPlan(plan, scorecard, amendments, tables, issues)


def _tried(faults: list[str], read: Callable[[], Read]) -> Read | None:
    """Return what was read, or None with its faults added to the list."""
    try:
        return read()
    except DocumentError as error:
        faults.append(str(error))
        return None


def _figures(amendments: Amendments, kpis: dict[str, Definition]) -> list[str]:
    faults = []
    for number, one in enumerate(amendments.amendments):
        value, key = (one.baseline.value, "baseline.value") if one.baseline else (one.target, "target")
        why_not = figure_fault if one.baseline else target_fault
        if value is not None and one.kpi in kpis and (fault := why_not(value, kpis[one.kpi])):
            faults.append(f"amendments.{number} ({one.kpi}).{key}: {fault}")
    return faults
