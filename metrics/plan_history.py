"""What was amended, as an edition shows it; and that nobody rewrote what an earlier edition had published."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from metrics.definition import Definition
from metrics.edition_tables import AMENDMENTS, MILESTONES
from metrics.plan import Baseline, Milestone, Plan, Scorecard
from metrics.plan_amendments import Amendments, Change, loosens, number_of
from metrics.wording import day_words, number

_REMEDY = "put it back, and add the change to amendments.yaml with who, when and why"


def amendments_table(changes: Sequence[Change], kpis: Mapping[str, Definition]) -> pd.DataFrame:
    """Return the amendments contract."""
    return AMENDMENTS.frame(
        {
            "number": place,
            **change.amendment.model_dump(include={"kpi", "kind", "decided_on", "decided_by", "reason"}),
            "position": change.position,
            "before": number_of(change.before),
            "before_statement": _words_of(change.before),
            "after": number_of(change.after),
            "after_statement": _words_of(change.after),
            "loosens": loosens(change, kpis[change.amendment.kpi].better),
            "sentence": amendment_sentence(change, kpis[change.amendment.kpi]),
        }
        for place, change in enumerate(changes, start=1)
    )


def with_originals(milestones: pd.DataFrame, amendments: pd.DataFrame) -> pd.DataFrame:
    """Return the milestones with what the plan first said where it was amended since, and how, in words."""
    by_place = amendments.sort_values("number").groupby(["kpi", "position"])
    told = by_place.agg(
        original=("before", lambda values: values.iloc[0]),
        original_statement=("before_statement", lambda values: values.iloc[0]),
        amended=("sentence", " ".join),
    ).reset_index()
    plain = milestones.drop(columns=["original", "original_statement", "amended"])
    return MILESTONES.typed(plain.merge(told, on=["kpi", "position"], how="left"))


def amendment_sentence(change: Change, kpi: Definition) -> str:
    """Return one amendment in words: what, from what to what, when, whether it asks for less, by whom and why."""
    made = change.amendment
    verb = "corrected" if made.kind == "correction" else "changed"
    before, after = _said(change.before, kpi.unit), _said(change.after, kpi.unit)
    words = [f"{change.label}: {verb} from {before} to {after} on {day_words(made.decided_on)}."]
    looser = loosens(change, kpi.better)
    if looser is not None and change.position == 0:
        words.append(f"Progress since then looks {'larger' if looser else 'smaller'} than before.")
    elif looser is not None:
        words.append(f"This asks for {'less' if looser else 'more'} than before.")
    return " ".join([*words, f"Decided by: {made.decided_by}. Reason: {made.reason.rstrip('.')}."])


def _said(said: Milestone | Baseline | None, unit: str) -> str:
    value = number_of(said)
    if value is not None:
        return number(value, unit)
    return f"“{_words_of(said)}”" if said else "no figure"


def _words_of(said: Milestone | Baseline | None) -> str | None:
    return said.statement if isinstance(said, Milestone) else None


def rewritten(
    plan: Plan, scorecard: Scorecard, amendments: Amendments, published: Mapping[str, pd.DataFrame]
) -> list[str]:
    """Return every baseline, target and amendment of a published edition that the plan folder no longer holds.

    Something published as missing may be filled in; a number or words once published stay as they were.
    """
    rows = {row.kpi: row for row in scorecard.rows}
    slots = dict(enumerate(sorted(plan.slots, key=lambda slot: plan.slots[slot].months), start=1))
    faults = []
    for was in published["milestones"].to_dict("records"):
        first, words = _first(was)
        if first is None and words is None:
            continue
        name = f"scorecard.yaml: {was['kpi']}, {was['label']}"
        row = rows.get(str(was["kpi"]))
        now: Milestone | Baseline | None = None
        if row is not None:
            now = row.baseline if was["position"] == 0 else row.milestones.get(slots.get(was["position"], -1))
        if number_of(now) != first or (words is not None and _words_of(now) != words):
            faults.append(f"{name}: was published as something else or is gone; {_REMEDY}")
    held = {_line(a.kpi, a.decided_on, a.decided_by, a.reason) for a in amendments.amendments}
    for was in published["amendments"].to_dict("records"):
        if _line(was["kpi"], was["decided_on"].date(), was["decided_by"], was["reason"]) not in held:
            faults.append(f"amendments.yaml: {was['kpi']}: an amendment that was published is gone; put it back")
    return faults


def _first(was: Mapping[object, object]) -> tuple[float | None, str | None]:
    """Return the number and the words that the plan first had at a milestone of an edition."""
    if pd.notna(was["amended"]):  # type: ignore[call-overload]
        names = ("original", "original_statement")
    else:
        names = ("reading" if was["position"] == 0 else "target", "statement")
    figure, words = (was[name] for name in names)
    return (
        None if pd.isna(figure) else float(figure),  # type: ignore[call-overload, arg-type]
        None if pd.isna(words) else str(words),  # type: ignore[call-overload]
    )


def _line(*parts: str | date) -> tuple[str, ...]:
    return tuple(str(part) for part in parts)
