"""Rows of an edition, written short: one function per table, defaults for what a test does not care about."""

from datetime import date
from math import sqrt

LOCAL, TRUST, ENGLAND, NEIGHBOUR = "E06000051", "R1D", "E92000001", "E06000019"
EHC, SLT, SHARE, REVIEWS = (
    "ehc_plans_within_20_weeks_excluding_exceptions",
    "slt_waiting",
    "slt_within_18_weeks",
    "reviews_4_weeks",
)
PLANNED = {0: 45.9, 6: 60.0, 12: 75.0, 18: 100.0}
STOPS = [("Baseline", 0, "2023-04"), ("3 months", 3, "2023-07"), ("6 months", 6, "2023-10")]
STOPS += [("12 months", 12, "2024-04"), ("18 months", 18, "2024-10")]

Row = dict[str, object]
Rows = dict[str, list[Row]]


def month(words: str) -> date:
    """Return the first day of a month written YYYY-MM."""
    return date.fromisoformat(f"{words}-01")


def wilson(numerator: float, denominator: float) -> tuple[float, float]:
    """Return the 95 % Wilson interval in per cent."""
    z, share = 1.959963984540054, numerator / denominator
    middle = share + z * z / (2 * denominator)
    half = z * sqrt(share * (1 - share) / denominator + z * z / (4 * denominator**2))
    scale = 100 / (1 + z * z / denominator)
    return (middle - half) * scale, (middle + half) * scale


def kpi(name: str, title: str, question: str, unit: str, better: str, **more: object) -> Row:
    """Return a KPIS row."""
    return {
        "kpi": name,
        "title": title,
        "question": question,
        "why_it_matters": "A late answer costs a child part of a school year.",
        "kind": "share" if unit == "percent" else "count",
        "fact": "clock_counts",
        "unit": unit,
        "better": better,
        "numerator_in_words": "children whose wait ended, or stood, within the standard",
        "plan_refs": "5.1.2",
        "owner": "Commissioner for children's therapies",
        "reviewed": month("2026-11"),
        "definition": f"title: {title}\nexample:\n  rows: |\n    clock | started_on\n    slt   | 2024-01-01\n",
        **more,
    }


def result(name: str, area: str, when: str, months: int, value: float | None, **more: object) -> Row:
    """Return a RESULTS row, not broken down unless `more` says so."""
    row: Row = {"kpi": name, "area": area, "breakdown": "all", "group": "all", "month": month(when)}
    return {**row, "period_months": months, "value": value, **more}


def share(name: str, area: str, when: str, months: int, above: int, base: int, **more: object) -> Row:
    """Return a RESULTS row of a share with numerator, base and interval."""
    low, high = wilson(above, base)
    counted = {"numerator": above, "denominator": base, "low": low, "high": high}
    return result(name, area, when, months, 100 * above / base, **{**counted, **more})


def milestones(name: str, targets: dict[int, float], **more: object) -> list[Row]:
    """Return five MILESTONES rows; the 3-month slot without a target is a statement, other slots have nothing."""
    rows: list[Row] = []
    for position, (label, months, due) in enumerate(STOPS):
        row: Row = {"kpi": name, "position": position, "label": label, "month": month(due)}
        row |= {"kind": "none", "status": "no_target"}
        if months == 0:
            row |= {"kind": "baseline", "target": targets.get(0), "status": "not_due"}
        elif months in targets:
            row |= {"kind": "number", "target": targets[months], "status": "off"}
        elif months == 3:
            row |= {"kind": "statement", "statement": "Workflow and performance reporting reviewed"}
        rows.append({**row, **more})
    return rows


def scored(position: int, name: str, area: str, status: str, **more: object) -> Row:
    """Return a SCORECARD row."""
    row: Row = {"position": position, "kpi": name, "area": area, "status": status}
    row |= {"priority_area": "Quality of EHC plans and Annual Reviews", "outcome": "Quality of EHC plans"}
    row |= {"plan_ref": "5.1.2", "status_next": status, "status_last": status, "sentence": "A sentence."}
    return {**row, **more}
