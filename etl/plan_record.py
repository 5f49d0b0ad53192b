"""The plan as the warehouse holds it: actions and impacts as they stand, and which check-ins stand at the end.

Check-ins form a chain: each says which one its writer had seen. Two that were written on the same one both stand, in
conflict, until a later one settles them; nothing is overwritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from etl.record_tables import ACTIONS, CHECK_INS, ESCALATIONS, EXCEPTION_RESPONSES, IMPACT_MEASURES
from etl.warehouse import Reader


@dataclass(frozen=True)
class PlanRecord:
    """Every row of the plan's tables, as they were entered."""

    actions: pd.DataFrame
    impact_measures: pd.DataFrame
    check_ins: pd.DataFrame
    responses: pd.DataFrame
    escalations: pd.DataFrame

    @cached_property
    def versions(self) -> dict[str, list[Mapping[str, Any]]]:
        """Return the rows of each action, in the order they were entered."""
        return _by_action(self.actions)

    @cached_property
    def entries(self) -> dict[str, list[Mapping[str, Any]]]:
        """Return the check-ins of each action, in the order they were entered."""
        return _by_action(self.check_ins)


def _by_action(rows: pd.DataFrame) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(str(row["action_id"]), []).append({str(name): value for name, value in row.items()})
    return found


def read_plan_record(reader: Reader) -> PlanRecord:
    """Return what the warehouse holds of the plan, in the order in which it was entered."""
    ordered = (
        (ACTIONS, "position, version"), (IMPACT_MEASURES, "position, version"),
        (CHECK_INS, '"at", length(check_in_id), check_in_id'),  # the tenth of an action comes after its ninth
        (EXCEPTION_RESPONSES, '"at", response_id'), (ESCALATIONS, '"at", escalation_id'),
    )  # fmt: skip
    return PlanRecord(
        *(t.typed(reader.query(f'SELECT * FROM "{t.name}" ORDER BY {order}')) for t, order in ordered)  # noqa: S608 (ours)
    )


def latest(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the latest version of each action or impact measure, in the plan's order."""
    newest = rows.sort_values("version").drop_duplicates(key, keep="last")
    return newest.sort_values("position", kind="stable").reset_index(drop=True)


def standing(check_ins: Iterable[Mapping[Any, Any]]) -> set[str]:
    """Return the ids of the check-ins that nothing follows or settles: one an action, several where in conflict."""
    rows = list(check_ins)
    named = [text for row in rows for text in (row["follows"], row["settles"]) if isinstance(text, str)]
    return {str(row["check_in_id"]) for row in rows} - {one for text in named for one in text.split()}


def next_number(ids: Iterable[str], before: str) -> int:
    """Return the number after the highest of ids that are `before` and a number."""
    ends = [one.removeprefix(before) for one in ids if one.startswith(before)]
    return 1 + max((int(end) for end in ends if end.isdigit()), default=0)


def filled(
    record: PlanRecord, actions: Iterable[dict[str, object]], measures: Iterable[dict[str, object]]
) -> PlanRecord:
    """Return the record with the plan folder's actions and impacts, where nothing was loaded into the warehouse."""
    if len(record.actions):
        return record
    return replace(record, actions=ACTIONS.frame(actions), impact_measures=IMPACT_MEASURES.frame(measures))
