"""Where plan and scorecard contradict each other, the KPIs, or common sense: key, rule and remedy of each fault."""

from collections import Counter
from collections.abc import Iterable, Mapping

from etl.organisations import kind_of
from metrics.definition import Definition
from metrics.plan import Plan, Scorecard, ScorecardRow

# Kinds whose values can lie below 0: a list can shrink.
_MAY_BE_NEGATIVE = ("net_flow",)


def plan_faults(plan: Plan) -> list[str]:
    """Return what plan.yaml says against itself."""
    outcomes = [outcome.key for area in plan.priority_areas.values() for outcome in area.outcomes]
    faults = [
        f"themes.{number} ({theme.key}).outcome: {theme.outcome} is not under priority_areas; known: {_list(outcomes)}"
        for number, theme in enumerate(plan.themes)
        if theme.outcome not in outcomes
    ]
    for months in _repeated(slot.months for slot in plan.slots.values()):
        faults.append(f"slots: two milestones are {months} months after the start; give each a month of its own")
    for name, keys in (("priority_areas", outcomes), ("themes", [theme.key for theme in plan.themes]),
                       ("areas", [area.area for area in plan.areas])):  # fmt: skip
        faults += [f"{name}: {key} is given twice; rename or remove one" for key in _repeated(keys)]
    if not plan.rolls_up and plan.local and not kind_of(plan.home).startswith("local_authority"):
        faults.append("areas: put the council (E06… to E10…) first of the local areas; children belong to it")
    if not plan.local:
        faults.append("areas: none has role local; mark the plan's own area")
    return faults


def scorecard_faults(plan: Plan, scorecard: Scorecard, kpis: Mapping[str, Definition]) -> list[str]:
    """Return what scorecard.yaml says against plan.yaml, the KPIs, or what their units can hold."""
    faults = [f"rows: {kpi} is scored twice; remove one" for kpi in _repeated(row.kpi for row in scorecard.rows)]
    for number, row in enumerate(scorecard.rows):
        own = [*_places(plan, row), *(_figures(row, kpis[row.kpi]) if row.kpi in kpis else [_unknown(row, kpis)])]
        faults += [f"rows.{number} ({row.kpi}).{fault}" for fault in own]
    return faults


def _places(plan: Plan, row: ScorecardRow) -> list[str]:
    faults = []
    if row.area not in plan.local:
        faults.append(f"area: {row.area} is no local area of plan.yaml; known: {_list(plan.local)}")
    area = plan.priority_areas.get(row.priority_area)
    if area is None:
        faults.append(f"priority_area: {row.priority_area} is not in plan.yaml; known: {_list(plan.priority_areas)}")
    elif row.outcome not in (own := [outcome.key for outcome in area.outcomes]):
        faults.append(f"outcome: {row.outcome} is none of priority area {row.priority_area}; known: {_list(own)}")
    if unknown := sorted(set(row.milestones) - set(plan.slots)):
        faults.append(f"milestones: slot {_list(unknown)} is not in plan.yaml; known: {_list(plan.slots)}")
    return faults


def _figures(row: ScorecardRow, kpi: Definition) -> list[str]:
    found = {"baseline.value": figure_fault(row.baseline.value, kpi)} if row.baseline else {}
    targets = {slot: milestone.target for slot, milestone in row.milestones.items()}
    found |= {f"milestones.{s}.target": target_fault(value, kpi) for s, value in targets.items() if value is not None}
    return [f"{key}: {fault}" for key, fault in found.items() if fault]


def target_fault(value: float, kpi: Definition) -> str | None:
    """Return why a number cannot be a KPI's target, with the remedy; None where it can."""
    if kpi.better == "neither":
        return "neither way is better for this KPI, so no number can be met; write it as a statement"
    return figure_fault(value, kpi)


def figure_fault(value: float, kpi: Definition) -> str | None:
    """Return why a KPI can never have this value, with the remedy; None where it can."""
    if kpi.unit == "percent" and not 0 <= value <= 100:
        return "a percentage lies from 0 to 100; write 75 for 75 %"
    if value < 0 and kpi.kind not in _MAY_BE_NEGATIVE:
        return f"{kpi.unit} cannot be below 0; correct the figure"
    return None


def _unknown(row: ScorecardRow, kpis: Mapping[str, Definition]) -> str:
    near = [name for name in kpis if name.split("_")[0] == row.kpi.split("_")[0]]
    known = f"; those that begin alike: {_list(near)}" if near else ""
    return f"kpi: no such definition in metrics/definitions{known}; correct the name or add the definition"


def _repeated(keys: Iterable[object]) -> list[object]:
    return [key for key, count in Counter(keys).items() if count > 1]


def _list(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "none"
