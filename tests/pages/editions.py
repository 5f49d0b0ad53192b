"""Editions built by hand through the contracts: what the screens are tested on."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from metrics.edition import Manifest, MilestoneDate, content_hash, write_edition
from metrics.edition_tables import EDITION, RESULT_FLAGS
from tests.pages import course_edition, full_edition
from tests.pages.contract_rows import (
    EHC,
    LOCAL,
    PLANNED,
    REVIEWS,
    SLT,
    STOPS,
    TRUST,
    Row,
    Rows,
    kpi,
    milestones,
    month,
    result,
    scored,
)

HOSTILE = (
    "![x](https://evil.example/a.png) <img src=x> [l](https://evil.example) $x^2$ :red[hi] :smile: www.evil.example "
    "<script>document.title='ran'</script> [j](javascript:document.title='ran')"
)
TRUST_ROW: Row = {"area": TRUST, "level": "provider", "name": "Shropshire Community Health", "role": "local"}


def manifest(edition_id: str, tables: Mapping[str, pd.DataFrame], **changes: object) -> Manifest:
    """Return a manifest that fits the tables; `changes` replace its fields."""
    fields: dict[str, object] = {
        "edition_id": edition_id,
        "content_sha256": content_hash(tables),
        "published_at": datetime(2026, 11, 3, 14, 5),
        "published_by": "A. Analyst",
        "area_name": "Shropshire",
        "plan_title": "SEND Accelerated Progress Plan",
        "as_of": month("2025-10"),
        "plan_start": month("2023-04"),
        "months_elapsed": 30,
        "milestones": [MilestoneDate(label=name, months=n, month=month(due)) for name, n, due in STOPS],
        "demonstration": True,
        "version": "0.1.0",
        "rows": {name: len(frame) for name, frame in tables.items()},
    }
    return Manifest.model_validate({**fields, **changes})


def frames(rows: Rows) -> dict[str, pd.DataFrame]:
    """Return every table of an edition, typed by its contract, empty where `rows` has none."""
    return {t.name: t.frame(rows[t.name]) if rows.get(t.name) else t.empty() for t in EDITION}


def publish(folder: Path, rows: Rows, edition_id: str = "2026-11-03-1", **changes: object) -> Manifest:
    """Write an edition and make it the current one."""
    tables = frames(rows)
    return write_edition(folder, tables, manifest(edition_id, tables, **changes))


def full() -> Rows:
    """Return an edition as a local area has it: annual and monthly figures, a long gap, comparators, groups, loads."""
    return full_edition.rows()


def empty() -> Rows:
    """Return an edition published before any figure came: nothing in any table."""
    return {}


def missing_months() -> Rows:
    """Return one monthly KPI with months that never came and a real zero, and one KPI that has no figure at all."""
    some = {"2023-01": 859.0, "2023-02": 876.0, "2023-06": 690.0, "2024-03": 0.0}
    latest = {"month": month("2024-03"), "period_months": 0, "value": 0.0}
    return {
        "areas": [TRUST_ROW],
        "kpis": [
            kpi(SLT, "Children waiting for speech and language therapy", "How long is the list?", "children", "lower"),
            kpi(EHC, "EHC plans within 20 weeks", "Do children get their plan in time?", "percent", "higher"),
        ],
        "results": [result(SLT, TRUST, m, 0, v) for m, v in some.items()],
        "path": [{"kpi": SLT, "month": month(m), "actual": v, "period_months": 0} for m, v in some.items()],
        "milestones": [*milestones(SLT, {}), *milestones(EHC, PLANNED)],
        "scorecard": [
            scored(1, SLT, TRUST, "no_target", **latest),
            scored(2, EHC, LOCAL, "no_data", no_figure="Nothing has come yet on: EHC plans"),
        ],
        "arrivals": [
            {
                "source": "chs",
                "organisation": "NHS England",
                "month": m.date(),
                "period_months": 0,
                "arrived": f"{m:%Y-%m}" in some,
            }
            for m in pd.date_range("2023-01-01", "2024-03-01", freq="MS")
        ],
    }


def flagged() -> Rows:
    """Return one KPI per reason for a missing figure, plus a real zero and an open band."""
    rows: Rows = {"areas": [TRUST_ROW], "kpis": [], "results": [], "path": [], "milestones": [], "scorecard": []}
    cases: dict[str, Row] = {flag: {"flag": flag} for flag in RESULT_FLAGS}
    cases |= {"real_zero": {"value": 0.0}, "open_band": {"at_least": 52.0}}
    for position, (name, latest) in enumerate(cases.items()):
        status = name if name in ("withheld", "suppressed") else "no_data"
        rows["kpis"].append(kpi(name, f"KPI of {name}", f"What of {name}?", "weeks", "lower"))
        rows["results"] += [result(name, TRUST, "2024-01", 0, 18.6), result(name, TRUST, "2024-02", 0, None) | latest]
        now = {"actual" if field == "value" else field: v for field, v in latest.items()}
        rows["path"] += [
            {"kpi": name, "month": month("2024-01"), "actual": 18.6, "period_months": 0},
            {"kpi": name, "month": month("2024-02"), "period_months": 0, **now},
        ]
        reading = {"reading_flag": name} if "flag" in latest else {}
        rows["milestones"] += milestones(name, {0: 18.6, 12: 10.0}, **reading)
        rows["scorecard"].append(
            scored(position, name, TRUST, status, month=month("2024-02"), period_months=0) | latest
        )
    return rows


def statements_only() -> Rows:
    """Return an edition whose plan has milestones in words and no number anywhere."""
    return {
        "kpis": [kpi(REVIEWS, "Annual reviews decided in 4 weeks", "Are reviews in time?", "percent", "higher")],
        "milestones": milestones(REVIEWS, {}),
        "scorecard": [scored(1, REVIEWS, LOCAL, "no_target")],
        "summary": [{"position": 1, "sentence": "The plan has no numbers yet."}],
    }


def hostile() -> Rows:
    """Return the full edition with markup in every text that comes from files or the plan."""
    rows = full()
    texts = {"title", "question", "why_it_matters", "caveats", "owner", "numerator_in_words", "sentence", "outcome"}
    texts |= {"priority_area", "attention_reason", "statement", "file_name", "organisation", "message", "plan_ref"}
    texts |= {"name", "standard_source", "definition", "effect", "sources", "text", "channel", "not_compared"}
    texts |= {
        "progress",
        "evidence",
        "reason",
        "response",
        "words",
        "changed",
        "to_role",
        "method",
        "baseline",
        "meaning",
    }
    texts |= {"owner_role", "theme_title", "cohort_title", "checked_by", "answered_by", "retired_why", "rebase"}
    for row in (row for table in rows.values() for row in table):
        row |= {field: f"{HOSTILE} {row[field]}" for field in texts & set(row) if row[field]}
    return rows


def course() -> Rows:
    """Return thirty invented months: control charts with limits, forecasts, chances, pace, bands with flows."""
    return course_edition.rows()


def course_without_flows() -> Rows:
    """Return the same with the lists alone, as published sources have them."""
    return course_edition.rows(with_flows=False)


KINDS = {
    "full": full,
    "empty": empty,
    "missing_months": missing_months,
    "flagged": flagged,
    "statements_only": statements_only,
    "hostile": hostile,
    "course": course,
    "course_without_flows": course_without_flows,
}
