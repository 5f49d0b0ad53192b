"""The plan itself as an edition holds it: actions, check-ins, impacts, reviews, escalations; and, of the scored KPIs,
what the actions behind them did and which exceptions ask for an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from etl.plan_record import PlanRecord, latest, standing
from metrics.action_links import Link, action_links, events, links
from metrics.action_tables import ACTIONS, EDITION_CHECK_INS, EDITION_ESCALATIONS, IMPACT_MEASURES, RATINGS
from metrics.definition import Definition
from metrics.exceptions import exceptions
from metrics.plan import Plan
from metrics.plan_folder import LocalPlan
from metrics.plan_measures import current_escalations
from metrics.plan_state import Standing, as_they_stood, known, with_folder
from metrics.reviews import reviews

Tables = Mapping[str, pd.DataFrame]

# Numbers of children, which a board file does not hold.
_COUNTS = ("children", "escalated", "risk_recorded")


@dataclass(frozen=True)
class PlanInEdition:
    """The plan's record as far as an edition may know it, its actions as they stand, and their KPIs."""

    plan: Plan
    record: PlanRecord
    standings: list[Standing]
    pairs: list[Link]
    as_of: date

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that rest on the record alone."""
        return {
            "actions": ACTIONS.frame(_action(self.plan, one, self.as_of) for one in self.standings),
            "check_ins": _check_ins(self.record),
            "impact_measures": _impact_measures(self.plan, self.record),
            "reviews": reviews(self.plan, self.record, self.as_of),
            "escalations": _escalations(self.plan, self.record),
            "ratings": RATINGS.frame({"rag": rag, "meaning": words} for rag, words in self.plan.rag.items()),
        }

    def beside(self, scored: Tables, before: Tables | None) -> dict[str, pd.DataFrame]:
        """Return the tables that rest on the scored KPIs as well; `before` is the edition in use, for one audience."""
        return {
            "action_links": action_links(self.pairs, self.standings, scored["signals"]),
            "events": events(self.pairs, self.standings),
            "exceptions": exceptions(scored, before, self.record.responses, self.as_of),
        }


def plan_in_edition(
    local: LocalPlan, record: PlanRecord, kpis: Iterable[Definition], as_of: date, until: datetime | None
) -> PlanInEdition:
    """Return the plan for an edition read in a month; what was entered after `until` is left out."""
    whole = with_folder(record, local.tables)
    if until is not None:
        entered = (whole.check_ins, whole.responses, whole.escalations)
        cut = (frame[frame["at"] <= pd.Timestamp(until)].reset_index(drop=True) for frame in entered)
        whole = PlanRecord(whole.actions, whole.impact_measures, *cut)
    moment = None if until is None else pd.Timestamp(until)
    return PlanInEdition(local.plan, whole, as_they_stood(whole, moment), links(whole, kpis), as_of)


def escalations_for_board(rows: pd.DataFrame) -> pd.DataFrame:
    """Return escalations without numbers of children: a provider's cohort over a threshold is a handful."""
    counts = EDITION_ESCALATIONS.frame({} for _ in rows.index)
    return EDITION_ESCALATIONS.typed(rows.assign(**{name: counts[name] for name in _COUNTS}))


def _action(plan: Plan, one: Standing, as_of: date) -> dict[str, object]:
    version, when = one.version, one.when
    area = plan.priority_areas.get(int(version["priority_area"]))
    theme = next((theme.title for theme in plan.themes if theme.key == version["theme"]), str(version["theme"]))
    outcome = next(
        (o.title for o in (area.outcomes if area else []) if o.key == version["outcome"]), version["outcome"]
    )
    said = {name: when[name] for name in ("by_when", "by_when_kind", "due_on", "starts_in")}
    moved = known(one.first["by_when"]) and one.first["by_when"] != when["by_when"]
    last = one.last
    return {
        **{name: version[name] for name in ACTIONS.names() if name in version},
        "first_ref": one.first["ref"],
        "priority_area": f"{version['priority_area']}. {area.title}" if area else str(version["priority_area"]),
        "theme_title": theme, "outcome": outcome, **said,
        "first_by_when": one.first["by_when"] if moved else None,
        "first_kind": one.first["by_when_kind"],
        "retired": one.retired, "rag": one.rag, "in_conflict": one.in_conflict,
        "checked_at": last["at"] if last else None, "checked_by": last["role"] if last else None,
        "progress": last["progress"] if last else None, "evidence": one.evidence(), "check_ins": len(one.check_ins),
        "completed_on": one.completed_on(), "overdue": one.overdue(as_of),
    }  # fmt: skip


def _check_ins(record: PlanRecord) -> pd.DataFrame:
    rows, heads = record.check_ins, standing(record.check_ins.to_dict("records"))
    refs = dict(zip(record.actions["action_id"], record.actions["ref"], strict=True))
    several = rows[rows["check_in_id"].isin(heads)]["action_id"].value_counts()
    state = [
        "earlier" if one not in heads else "in_conflict" if several[action] > 1 else "current"
        for one, action in zip(rows["check_in_id"], rows["action_id"], strict=True)
    ]
    return EDITION_CHECK_INS.typed(
        rows.assign(ref=rows["action_id"].map(refs), standing=pd.Series(state, index=rows.index, dtype="str"))
    )


def _impact_measures(plan: Plan, record: PlanRecord) -> pd.DataFrame:
    rows = latest(record.impact_measures, "id")
    titles = {number: f"{number}. {area.title}" for number, area in plan.priority_areas.items()}
    return IMPACT_MEASURES.typed(
        rows.assign(
            impact_measure=rows["id"],
            priority_area=[titles.get(int(n), str(n)) for n in rows["priority_area"]],
            method=rows[f"method_{plan.impact_reading}"],
            baseline=rows[f"baseline_{plan.impact_reading}"],
        )
    )


def _escalations(plan: Plan, record: PlanRecord) -> pd.DataFrame:
    rows = record.escalations
    titles = {cohort.key: cohort.title for cohort in plan.cohorts}
    now = set(current_escalations(rows)["escalation_id"])
    return EDITION_ESCALATIONS.typed(
        rows.assign(
            cohort_title=[titles.get(key, key) for key in rows["cohort"]],
            current=rows["escalation_id"].isin(now),
        )
    )
