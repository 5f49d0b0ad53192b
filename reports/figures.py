"""The edition's own figures as typed rows for a workbook: numbers as numbers, months as dates, reasons in words."""

from collections.abc import Mapping

import pandas as pd

from etl.tables import EVERYONE
from metrics import capacity_view, waits_view, wording
from pages.components.charts.capacity import band_words
from pages.components.edition import Edition
from reports.scorecard_parts import signals

MONTH, VALUE, COUNT, WORDS, LONG = "mmm yyyy", "#,##0.0##", "#,##0", "@", "long"


def scorecard(edition: Edition) -> pd.DataFrame:
    """Return one row per scored KPI, in the plan's order."""
    rows = edition.tables["scorecard"].sort_values("position").merge(_named(edition), on="kpi", how="left")
    return pd.DataFrame(
        {
            "Priority area": rows["priority_area"],
            "Outcome": rows["outcome"],
            "Plan reference": rows["plan_ref"],
            "KPI": rows["title"],
            "Unit": rows["unit"],
            "Month or last month": rows["month"],
            "Months covered": rows["period_months"],
            "Value": rows["value"],
            "At least": rows["at_least"],
            "Without a value": _reasons(rows).where(rows["no_figure"].isna(), rows["no_figure"]),
            "Numerator": rows["numerator"],
            "Denominator": rows["denominator"],
            "95 % low": rows["low"],
            "95 % high": rows["high"],
            "Planned that month": rows["planned"],
            "Gap to plan": rows["gap"],
            "Status": rows["status"].map(wording.STATUS_WORDS),
            "Next milestone": rows["next_label"],
            "Signals": ["; ".join(signals(edition, str(kpi))) for kpi in rows["kpi"]],
            "Attention, rank": rows["attention"],
            "Attention, why": rows["attention_reason"],
            "In words": rows["sentence"],
            "Owner": rows["owner"],
            "KPI id": rows["kpi"],
        }
    )


def series(edition: Edition) -> pd.DataFrame:
    """Return one row per KPI, area of interest and period, not broken down; the scorecard's KPIs first."""
    areas = edition.tables["areas"]
    wanted = areas.loc[areas["role"] != "other", "area"]
    results = edition.tables["results"]
    rows = results[(results["breakdown"] == EVERYONE) & results["area"].isin(wanted)].merge(_named(edition), on="kpi")
    scored = edition.tables["scorecard"].set_index("kpi")["position"]
    rows = rows.assign(place=rows["kpi"].map(scored).astype("float64").fillna(10.0**6))
    rows = rows.sort_values(["place", "kpi", "area", "month", "period_months"])
    return pd.DataFrame(
        {
            "KPI": rows["title"],
            "Area": rows["area"].map(edition.area_names()),
            "Period": [
                wording.period_words(m, int(n)) for m, n in zip(rows["month"], rows["period_months"], strict=True)
            ],
            "Month or last month": rows["month"],
            "Months covered": rows["period_months"],
            "Value": rows["value"],
            "Unit": rows["unit"],
            "At least": rows["at_least"],
            "Without a value": _reasons(rows),
            "Numerator": rows["numerator"],
            "Denominator": rows["denominator"],
            "95 % low": rows["low"],
            "95 % high": rows["high"],
            "KPI id": rows["kpi"],
            "Area code": rows["area"],
        }
    )


def milestones(edition: Edition) -> pd.DataFrame:
    """Return one row per scored KPI and milestone, the baseline included."""
    scored = edition.tables["scorecard"].set_index("kpi")["position"]
    rows = edition.tables["milestones"].merge(_named(edition), on="kpi", how="left")
    rows = rows.assign(place=rows["kpi"].map(scored)).sort_values(["place", "kpi", "position"])
    return pd.DataFrame(
        {
            "KPI": rows["title"],
            "Milestone": rows["label"],
            "Due": rows["month"],
            "Planned": rows["target"],
            "Planned in words": rows["statement"],
            "Actual": rows["reading"],
            "Unit": rows["unit"],
            "Actual, at least": rows["reading_at_least"],
            "Without an actual": _reasons(rows, "reading"),
            "Actual for": rows["reading_month"],
            "Months covered": rows["reading_period_months"],
            "Status": rows["status"].map(wording.STATUS_WORDS),
            "Chance, 0 to 1": rows["chance"],
            "First planned": rows["original"],
            "Amended": rows["amended"],
            "KPI id": rows["kpi"],
        }
    )


def waits(edition: Edition) -> pd.DataFrame:
    """Return one row per waiting list, month and group of weeks."""
    frames = []
    for key, area in capacity_view.lists(edition.tables["bands"], edition.tables["areas"]):
        clock = capacity_view.clock(key)
        rows = waits_view.ribbon(waits_view.waiting(edition.tables["bands"], key, area), clock.weeks)
        frames.append(rows.assign(list=clock.title, area=edition.area_names().get(area, area)))
    if not frames:
        return pd.DataFrame()
    rows = pd.concat(frames, ignore_index=True)
    return pd.DataFrame(
        {
            "List": rows["list"],
            "Area": rows["area"],
            "Month": rows["month"],
            "Waiting": [band_words(a, b) for a, b in zip(rows["weeks_from"], rows["weeks_to"], strict=True)],
            "Weeks from": rows["weeks_from"],
            "Weeks to": rows["weeks_to"],
            "Children": rows["children"],
            "Without a count": [wording.MISSING if pd.isna(n) else None for n in rows["children"]],
        }
    )


def actions(edition: Edition) -> pd.DataFrame:
    """Return one row per action of the plan; empty where an edition has none."""
    rows = edition.tables["actions"]
    return _columns(
        rows if rows.empty else rows.sort_values("position"),
        {
            "Reference": "ref", "Priority area": "priority_area", "Theme": "theme_title", "Outcome": "outcome",
            "Action": "title", "Lead": "owner_role", "Organisation": "owner_organisation", "By when": "by_when",
            "Due on": "due_on", "First by when": "first_by_when", "RAG": "rag", "Overdue": "overdue",
            "Check-ins": "check_ins", "Latest check-in": "checked_at", "By role": "checked_by",
            "Progress": "progress", "Evidence": "evidence", "Completed on": "completed_on", "Retired": "retired",
        },
    )  # fmt: skip


def surveys(edition: Edition) -> pd.DataFrame:
    """Return one row per survey, wave, respondent group and question; empty where an edition has none."""
    rows = edition.tables["survey_questions"]
    if rows.empty:
        return pd.DataFrame()
    rows = rows.sort_values(["survey", "respondent_group", "area", "month", "position"])
    rows = rows.assign(reason=rows["flag"].map(wording.FLAG_WORDS), area=rows["area"].map(edition.area_names()))
    return _columns(
        rows,
        {
            "Survey": "survey", "Wave": "wave", "Month": "month", "Respondents": "respondent_group", "Area": "area",
            "Question": "text", "Favourable, percent": "value", "Without a value": "reason",
            "Favourable answers": "favourable", "Answers": "base", "95 % low": "low", "95 % high": "high",
            "Wave before": "previous_wave", "Before, percent": "previous_value", "Difference, points": "difference",
            "Difference, low": "difference_low", "Difference, high": "difference_high", "Verdict": "verdict",
            "Not compared": "not_compared",
        },
    )  # fmt: skip


def _columns(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns that a table has, under the names they are read by."""
    return pd.DataFrame() if rows.empty else pd.DataFrame({n: rows[c] for n, c in names.items() if c in rows})


def _named(edition: Edition) -> pd.DataFrame:
    return edition.tables["kpis"][["kpi", "title", "unit"]]


def _reasons(rows: pd.DataFrame, value: str = "value") -> pd.Series:
    """Return why there is no value, in the screens' words; missing where there is one, or an open band."""
    flag, least = ("flag", "at_least") if value == "value" else (f"{value}_flag", f"{value}_at_least")
    words = rows[flag].map(wording.FLAG_WORDS).astype("object").fillna(wording.MISSING)
    reasons: pd.Series = words.where(rows[value].isna() & rows[least].isna())
    return reasons
