"""Exception reports: a KPI that is newly off its trajectory, or worse by more than chance, asks for an answer.

Drafted at publication, from the scorecard beside that of the edition before, and kept from edition to edition until a
role has answered; also where the figure has recovered since, because somebody should know why.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from metrics.action_tables import EXCEPTIONS
from metrics.trajectory import newly_off
from metrics.wording import month_words

Tables = Mapping[str, pd.DataFrame]

_CONCERN = "special_cause_concern"
_ANSWER = ("answered", "response", "owner", "due_on", "answered_at", "answered_by")


def exceptions(tables: Tables, before: Tables | None, responses: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the exceptions contract from today's scorecard, charts and path, and the edition before, if any.

    `responses` is the warehouse's table of answers; the latest one a report counts.
    """
    titles = dict(zip(tables["kpis"]["kpi"], tables["kpis"]["title"], strict=True))
    rows: dict[str, Mapping[Any, Any]] = {
        str(row["exception_id"]): row for row in _raised(tables, before, titles, as_of)
    }
    if before is not None:
        kept = before["exceptions"]
        kept = kept[(kept["month"] <= pd.Timestamp(as_of)) & kept["kpi"].isin(titles)]
        rows = {str(row["exception_id"]): row for row in kept.drop(columns=list(_ANSWER)).to_dict("records")} | {
            one: row for one, row in rows.items() if one not in set(kept["exception_id"])
        }
    answers = {str(row["exception_id"]): row for row in responses.sort_values("at").to_dict("records")}
    told = [{**row, **_answer(answers.get(one))} for one, row in rows.items()]
    return EXCEPTIONS.frame(told).sort_values(["answered", "month", "kpi"]).reset_index(drop=True)


def _raised(tables: Tables, before: Tables | None, titles: Mapping[str, str], as_of: date) -> list[dict[str, object]]:
    variations = dict(zip(tables["charts"]["kpi"], tables["charts"]["variation"], strict=True))
    statuses, charted = _before(before)
    found: list[dict[str, object]] = []
    for _, row in tables["scorecard"].iterrows():
        kpi = str(row["kpi"])
        if pd.isna(row["month"]):
            continue
        path = tables["path"][tables["path"]["kpi"] == kpi]
        fell = newly_off(path) if before is None else statuses.get(kpi) != "off"
        if row["status"] == "off" and fell:
            found.append(_drafted(row, titles[kpi], "newly_off", as_of))
        if variations.get(kpi) == _CONCERN and charted.get(kpi) != _CONCERN:
            found.append(_drafted(row, titles[kpi], "worse", as_of))
    return found


def _before(before: Tables | None) -> tuple[dict[str, str], dict[str, str]]:
    if before is None:
        return {}, {}
    scorecard, charts = before["scorecard"], before["charts"]
    return (
        dict(zip(scorecard["kpi"], scorecard["status"], strict=True)),
        dict(zip(charts["kpi"], charts["variation"].astype("object"), strict=True)),
    )


def _drafted(row: pd.Series, title: str, kind: str, as_of: date) -> dict[str, object]:
    month = month_words(row["month"])
    reason = (
        f"Newly off its trajectory with the figure for {month}"
        if kind == "newly_off"
        else f"Worse by more than chance with the figure for {month}"
    )
    return {
        "exception_id": f"{row['kpi']}.{row['month']:%Y-%m}.{kind}", "kpi": row["kpi"], "title": title, "kind": kind,
        "month": row["month"], "raised_in": as_of, "sentence": row["sentence"], "reason": reason,
    }  # fmt: skip


def _answer(found: Mapping[object, object] | None) -> dict[str, object]:
    if found is None:
        return {"answered": False}
    return {
        "answered": True, "response": found["response"], "owner": found["owner"], "due_on": found["due_on"],
        "answered_at": found["at"], "answered_by": found["role"],
    }  # fmt: skip
