"""Which action is behind which KPI, what the KPI did since an action was completed, and the events on its charts.

A KPI follows the actions its definition names, and those that share an impact measure with it. A move after an action
is a signal of the control chart and no proof of a cause; a new start of the usual range is proposed and never made.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from etl.plan_record import PlanRecord, latest
from metrics.action_tables import ACTION_LINKS, EVENTS
from metrics.course import RULE_SET
from metrics.definition import Definition
from metrics.plan_measures import OF_THE_PLAN
from metrics.plan_state import Standing, known
from metrics.signal_rules import rule_set
from metrics.wording import month_words

_BETTER, _WORSE = "special_cause_improvement", "special_cause_concern"
_LOOKED_AT = 12  # figures before the action, so that years long past do not stand for how it was


class Link(NamedTuple):
    """A KPI and an action it follows."""

    kpi: str
    action_id: str
    direct: bool
    impact_measures: tuple[str, ...]


def links(record: PlanRecord, kpis: Iterable[Definition]) -> list[Link]:
    """Return every KPI and action that belong together.

    Definitions name references as the plan first printed them, so a renumbered action keeps its KPIs, and another one
    that now carries the reference does not take them over.
    """
    now = latest(record.actions, "action_id")
    first = record.actions[record.actions["version"] == 1].sort_values("at", ascending=False)  # the earliest wins
    owner = {str(row["ref"]): str(row["action_id"]) for rows in (now, first) for row in rows.to_dict("records")}
    wanted = latest(record.impact_measures, "id").to_dict("records")
    behind = {str(row["id"]): str(row["action_ids"]).split() if known(row["action_ids"]) else [] for row in wanted}
    found: list[Link] = []
    for kpi in kpis:
        if kpi.id in OF_THE_PLAN:
            continue
        named = {owner[ref] for ref in kpi.plan_refs if ref in owner}
        shared: dict[str, list[str]] = {}
        for impact in kpi.impact_measures:
            for one in behind.get(impact, []):
                shared.setdefault(one, []).append(impact)
        found += [Link(kpi.id, one, one in named, tuple(shared.get(one, ()))) for one in sorted({*named, *shared})]
    return found


def action_links(pairs: Iterable[Link], standings: Iterable[Standing], signals: pd.DataFrame) -> pd.DataFrame:
    """Return the action_links contract; `signals` is the edition's table of control charts."""
    by_id = {str(one.version["action_id"]): one for one in standings}
    charts = {str(kpi): rows.sort_values("month") for kpi, rows in signals.groupby("kpi")}
    return ACTION_LINKS.frame(
        {
            "kpi": link.kpi, "action_id": link.action_id, "ref": one.version["ref"], "direct": link.direct,
            "impact_measures": " ".join(link.impact_measures) or None, **_since(link, one, charts.get(link.kpi)),
        }
        for link in pairs
        if (one := by_id[link.action_id])
    )  # fmt: skip


def _since(link: Link, one: Standing, chart: pd.DataFrame | None) -> dict[str, Any]:
    """Return what a control chart says from the month of completion on, and means before and after."""
    done = one.completed_on()
    if done is None:
        return {"since": "not_complete"}
    held = None if chart is None else chart[chart["value"].notna()]
    if held is None or held.empty:
        return {"since": "no_chart"}
    month, enough = pd.Timestamp(done.replace(day=1)), rule_set(RULE_SET).shift_points
    before, after = held[held["month"] < month].tail(_LOOKED_AT), held[held["month"] >= month]
    told = after.loc[after["meaning"].isin([_BETTER, _WORSE]), "meaning"]
    if len(told):
        since = "better" if told.iloc[-1] == _BETTER else "worse"
    else:
        since = "no_signal" if len(after) >= enough else "too_few"
    means: dict[str, Any] = {"since": since, "figures_before": len(before), "figures_after": len(after)}
    if len(before) and len(after):
        means |= {"mean_before": float(before["value"].mean()), "mean_after": float(after["value"].mean())}
    anew = bool(after["rebase_reason"].notna().any())
    # A range started anew after a turn for the worse would hide it, so that is nobody's proposal but a person's.
    if link.direct and since == "better" and min(len(before), len(after)) >= enough and not anew:
        reason = f"Action {one.version['ref']} was completed"
        means["rebase"] = f"{{kpi: {link.kpi}, month: {month:%Y-%m}, decided_by: , reason: '{reason}'}}"
    return means


def events(pairs: Iterable[Link], standings: Iterable[Standing]) -> pd.DataFrame:
    """Return the events contract: what happened to the actions that a KPI names."""
    by_id = {str(one.version["action_id"]): one for one in standings}
    rows = [
        {"kpi": link.kpi, "month": month, "kind": kind, "action_id": link.action_id, "ref": ref, "words": words}
        for link in pairs
        if link.direct
        for ref in [str(by_id[link.action_id].version["ref"])]
        for month, kind, words in _of_action(by_id[link.action_id], ref)
    ]
    return EVENTS.frame(rows).drop_duplicates(list(EVENTS.key), keep="last").reset_index(drop=True)


def _of_action(one: Standing, ref: str) -> Iterable[tuple[date, str, str]]:
    done = one.completed_on()
    if done:
        yield done.replace(day=1), "completed", f"Action {ref} completed in {month_words(done)}"
    if one.retired:
        return
    if one.when["by_when_kind"] == "month" and known(one.when["due_on"]):
        due = one.when["due_on"].date()
        yield due.replace(day=1), "due", f"Action {ref} due in {month_words(due)}"
    for entry in one.check_ins:
        if known(entry["by_when"]):
            at = entry["at"].date()
            yield at.replace(day=1), "date_changed", f"Action {ref}: date changed in {month_words(at)}"
