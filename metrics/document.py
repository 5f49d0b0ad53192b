"""docs/kpis.md from the definitions, clocks and plan: what every KPI counts, and what it answers to."""

from collections.abc import Iterable, Mapping

from metrics.clocks import Clock, load_clocks
from metrics.definition import Definition, load_definitions

_HEAD = """# KPIs

Made from `metrics/definitions` and `metrics/clocks.yaml` by `python -m metrics document > docs/kpis.md`; do not edit.
Rates and counts are per month unless a period is named; a list is as at the end of the month.
"""
_GROUPS = {
    "ND": "Neurodevelopmental pathway",
    "ED": "Education",
    "MH": "Mental health",
    "SL": "Speech, language and communication",
    "EH": "EHC needs assessments and plans",
    "AR": "Annual reviews",
    "SV": "Surveys",
    "PL": "The plan itself",
}
_BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": "for context"}


def document() -> str:
    """Return docs/kpis.md as it must stand."""
    kpis, clocks = load_definitions(), load_clocks()
    parts = [_HEAD, "## Clocks\n", _clocks(clocks)]
    parts.append(f"## {len(kpis)} KPIs\n")
    for key, title in _GROUPS.items():
        own = [kpi for kpi in kpis.values() if any(entry.startswith(key) for entry in kpi.catalogue)]
        parts += [f"### {title}\n", *(_kpi(kpi) for kpi in sorted(own, key=lambda k: (k.catalogue, k.id)))]
    return "\n".join(parts)


def _clocks(clocks: Mapping[str, Clock]) -> str:
    rows = [
        f"| `{key}` | {clock.title} | {clock.start} | {_stop(clock)} | {_limit(clock)} | {clock.exceptions} "
        f"| {clock.source} |"
        for key, clock in clocks.items()
    ]
    return "\n".join(
        ["| clock | what is timed | starts | stops | limit | exceptions | source |", "|---|---|---|---|---|---|---|"]
        + [_flat(row) for row in rows]
        + [""]
    )


def _stop(clock: Clock) -> str:
    other = f". Not a stop: {clock.not_a_stop}" if clock.not_a_stop else ""
    return f"{clock.stop}{other}. Removed: {clock.removed}"


def _limit(clock: Clock) -> str:
    return " ".join(part.rstrip(".") + "." for part in (clock.standard or "none", clock.standard_note) if part)


def _kpi(kpi: Definition) -> str:
    lines = [f"#### {kpi.title}", "", f"*{kpi.question}*", "", f"`{kpi.id}` ({_list(kpi.catalogue)})", ""]
    lines.append(f"- Counted: {kpi.numerator_in_words}")
    if kpi.denominator_in_words:
        lines.append(f"- Of: {kpi.denominator_in_words}")
    lines.append(f"- In: {kpi.unit}, {_BETTER[kpi.better]}{_period(kpi)}")
    if kpi.standard:
        lines.append(f"- Standard, for reference: {kpi.standard.value:g} ({kpi.standard.source})")
    if kpi.breakdowns:
        lines.append(f"- Split by: {_list(kpi.breakdowns)}")
    if kpi.plan_refs:
        lines.append(f"- Plan: {_list([*kpi.plan_refs, *kpi.impact_measures])}")
    if kpi.beside:
        lines.append(f"- Read beside: {', '.join(f'`{name}`' for name in kpi.beside)}")
    if kpi.caveats:
        lines.append(f"- Mind: {kpi.caveats}")
    lines += [f"- Answers for it: {kpi.owner}", ""]
    return "\n".join(lines)


def _period(kpi: Definition) -> str:
    return "" if kpi.period == "month" else f", {kpi.period.replace('_', ' ')}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _flat(text: str) -> str:
    return " ".join(text.split())
