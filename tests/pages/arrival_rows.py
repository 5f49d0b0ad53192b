"""What arrived, what was found in it, and what its checks say, in the full edition. Findings and checks are made up."""

from datetime import datetime

import pandas as pd

from tests.pages.contract_rows import ENGLAND, SHARE, SLT, TRUST, Row, Rows, month


def rows(months: list[str]) -> Rows:
    """Return the tables about arrivals, of lists that came in these months."""
    return {
        "loads": _loads(months),
        "findings": _findings(),
        "rejected": [{"load_id": "chs_sitrep-2023-04-1", "rule": "not_a_count", "held_back": 3}],
        "checks": _checks(),
        "known_issues": _known_issues(),
        "arrivals": _arrivals(months),
    }


def _load(number: int, source: str, organisation: str, when: str, **more: object) -> Row:
    row: Row = {"load_id": f"{source}-{when}-{number}", "source": source, "organisation": organisation}
    row |= {"title": "Community Health Services SitRep", "publisher": "NHS England", "licence": "OGL v3.0"}
    row |= {"sender": "NHS England", "period_months": 0}
    row |= {"month": month(when), "covers_from": month(when), "covers_to": month(when), "state": "current"}
    row |= {"file_name": f"{source}_{when}.xlsx", "rows_in": 420, "rows_loaded": 420, "rows_rejected": 0}
    return {**row, "loaded_at": datetime(2026, 11, 2, 9, 30), **more}


def _loads(months: list[str]) -> list[Row]:
    out = [_load(1, "chs_sitrep", "NHS England", m) for m in [*months, "2025-10"]]
    out[3] |= {"rows_loaded": 417, "rows_rejected": 3}
    replaced: Row = {"state": "superseded", "state_reason": "replaced by chs_sitrep-2023-05-1"}
    out.append(_load(0, "chs_sitrep", "NHS England", "2023-05", **replaced, loaded_at=datetime(2026, 11, 1)))
    dfe: Row = {"title": "EHC plans within 20 weeks", "publisher": "Department for Education", "rows_in": 918}
    dfe |= {"file_name": "=timeliness.csv", "rows_loaded": 918, "covers_from": month("2019-12")}
    dfe |= {"sender": "Department for Education", "period_months": 12}
    return [*out, _load(1, "dfe_timeliness", "DfE", "2024-12", **dfe)]


def _findings() -> list[Row]:
    return [
        {
            "load_id": "chs_sitrep-2023-04-1",
            "rule": "not_a_count",
            "severity": "query",
            "sheet": "Trust Level",
            "row": 41,
            "column": "18-52 weeks",
            "count": 3,
            "message": "3 rows held back: not a whole number.",
            "explanation": "Confirmed with the publisher: footnotes.",
        },
        {
            "load_id": "chs_sitrep-2023-01-1",
            "rule": "star_is_suppressed",
            "severity": "note",
            "count": 12,
            "message": "12 cells hold * and are kept as suppressed.",
        },
    ]


def _checks() -> list[Row]:
    """Return made-up checks: two months that hold and one whose children appear from nowhere."""
    held = {"2023-02": True, "2023-03": True, "2023-04": False}
    row: Row = {"clock": "slt", "area": TRUST, "check": "stock_flow"}
    told = {True: "859 at the start, 60 started, 40 completed, 3 removed: 876 expected, 876 on the list."}
    told[False] = "816 at the start, 20 started, 76 completed, 0 removed: 760 expected, 790 on the list."
    checks = [{**row, "month": month(m), "passed": ok, "sentence": told[ok]} for m, ok in held.items()]
    return [*checks, {**checks[0], "area": ENGLAND}, {**checks[0], "check": "unchanged"}]


def _known_issues() -> list[Row]:
    """Return two made-up issues: one that goes on and touches two KPIs, one that is over and touches none."""
    shared: Row = {"number": 1, "title": "The list holds another area too", "effect": "It is longer than ours."}
    shared |= {"first_month": month("2023-01"), "sources": "Community Health Services SitRep"}
    over: Row = {"number": 2, "title": "A form was printed twice", "effect": "Some answers count double."}
    over |= {"first_month": month("2023-02"), "last_month": month("2023-05")}
    return [{**shared, "kpi": SLT}, {**shared, "kpi": SHARE}, over]


def _arrivals(months: list[str]) -> list[Row]:
    spans = {("chs_sitrep", "NHS England"): "2025-10", ("dfe_timeliness", "DfE"): "2024-12"}
    return [
        {
            "source": source,
            "organisation": sender,
            "month": when.date(),
            "period_months": 0 if source == "chs_sitrep" else 12,
            "arrived": source != "chs_sitrep" or f"{when:%Y-%m}" in {*months, "2025-10"},
        }
        for (source, sender), last in spans.items()
        for when in (
            pd.date_range("2023-01-01", f"{last}-01", freq="MS")
            if source == "chs_sitrep"
            else pd.date_range("2019-12-01", f"{last}-01", freq="12MS")
        )
    ]
