"""How every action of the plan stood at a moment: its version, its date in force, its rating, its last check-in.

Pure: the record of everything that was entered goes in, one row an action comes out. Overdue is judged by months: a
firm date in a month before the one looked at, and not rated C. Uncertain, missing and inferred dates are never overdue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from etl.plan_record import PlanRecord, filled, standing
from metrics.plan import first_of
from metrics.plan_tables import PlanTables

Row = Mapping[str, Any]

FINISHED = "C"


@dataclass(frozen=True)
class Standing:
    """One action at a moment. `version` is the ACTIONS row in force, `last` the latest CHECK_INS row, if any."""

    version: Row
    first: Row
    when: Row  # by_when, by_when_kind, due_on, starts_in in force
    rag: str | None
    in_conflict: bool
    last: Row | None
    check_ins: list[Row]

    @property
    def retired(self) -> bool:
        """Return whether the action had left the plan."""
        return known(self.version["retired_why"])

    def evidence(self) -> str | None:
        """Return the latest evidence given."""
        return next((str(one["evidence"]) for one in reversed(self.check_ins) if known(one["evidence"])), None)

    def completed_on(self) -> date | None:
        """Return the day since which it has been rated C without a break; None where it is not."""
        if self.rag != FINISHED:
            return None
        since: date | None = None
        for one in self.check_ins:
            since = (since or one["at"].date()) if one["rag"] == FINISHED else None
        return since

    def overdue(self, month: date) -> bool:
        """Return whether it was past a firm date in a month, and neither finished nor out of the plan."""
        firm = self.when["by_when_kind"] == "month" and known(self.when["due_on"])
        late = firm and self.when["due_on"].date() < month
        return bool(late) and self.rag != FINISHED and not self.retired


def known(value: object) -> bool:
    """Return whether a cell holds something."""
    return not (value is None or pd.isna(value))  # type: ignore[call-overload]


def end_of(month: date) -> pd.Timestamp:
    """Return the last second of a month."""
    return pd.Timestamp(month) + pd.DateOffset(months=1) - pd.Timedelta(seconds=1)


def with_folder(record: PlanRecord, tables: PlanTables) -> PlanRecord:
    """Return the record; where the warehouse has no actions, with those of the plan folder as they would be loaded."""
    actions = []
    for place, action in enumerate(tables.actions, start=1):
        told = action.model_dump(exclude={"starts_in"})
        starts = first_of(action.starts_in) if action.starts_in else None
        actions.append(
            {
                **told, "action_id": action.action_id or f"A{place:03}", "version": 1, "position": place,
                "starts_in": starts, "placeholder": bool(action.placeholder),
            }
        )  # fmt: skip
    ids = {str(row["ref"]): str(row["action_id"]) for row in actions}
    measures = [
        {**measure.model_dump(exclude={"action_refs"}), "version": 1, "position": place,
         "action_ids": " ".join(ids[ref] for ref in (measure.action_refs or "").split()) or None}
        for place, measure in enumerate(tables.impact_measures, start=1)
    ]  # fmt: skip
    return filled(record, actions, measures)


def as_they_stood(record: PlanRecord, until: pd.Timestamp | None = None) -> list[Standing]:
    """Return every action as it stood at a moment, by default as it stands, in the plan's order.

    What came with the first load of the plan was in it from its start; later actions from when they were loaded.
    """
    begun = record.actions["at"].min()
    found = []
    for action, versions in record.versions.items():
        in_force = [row for row in versions if _in_force(row, begun, until)]
        entered = [row for row in record.entries.get(action, []) if until is None or row["at"] <= until]
        if in_force:
            found.append(_standing(in_force, entered))
    return sorted(found, key=lambda one: int(one.version["position"]))


def _in_force(row: Row, begun: Any, until: pd.Timestamp | None) -> bool:
    original = row["version"] == 1 and (not known(begun) or row["at"] == begun)
    return until is None or original or row["at"] <= until


def _standing(versions: list[Row], entered: list[Row]) -> Standing:
    versions = sorted(versions, key=lambda row: int(row["version"]))
    ids = standing(entered)
    heads = [row for row in entered if row["check_in_id"] in ids]
    ratings = {str(row["rag"]) for row in heads}
    rag = ratings.pop() if len(ratings) == 1 else None
    when = _date_in_force(versions, entered)
    return Standing(versions[-1], versions[0], when, rag, len(heads) > 1, heads[-1] if heads else None, entered)


def _date_in_force(versions: list[Row], entered: Iterable[Row]) -> Row:
    """Return whichever gave the date last: a version of the plan that changed it, or a check-in that did."""
    given = versions[0]
    moment: Any = None
    for before, row in zip(versions, versions[1:], strict=False):
        if _words(before) != _words(row):
            given, moment = row, row["at"]
    for row in entered:
        if known(row["by_when"]) and (moment is None or row["at"] >= moment):
            given, moment = row, row["at"]
    return given


def _words(row: Row) -> str | None:
    return str(row["by_when"]) if known(row["by_when"]) else None
