"""What was amended, as an edition shows it; and that nobody rewrote what an earlier edition had published."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Definition
from metrics.edition import Manifest
from metrics.edition_tables import AMENDMENTS, MILESTONES
from metrics.plan import Baseline, Milestone, Plan, Scorecard, ScorecardRow, first_of, months_later
from metrics.plan_amendments import Amendment, Amendments, Change, amended, loosens, number_of
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


def another_plan(plan: Plan, manifest: Manifest) -> bool:
    """Return whether an edition was of another plan: another title, and another area or another start."""
    return plan.title != manifest.plan_title and (plan.area_name, plan.start) != (
        manifest.area_name,
        manifest.plan_start,
    )


def clock_rewritten(plan: Plan, manifest: Manifest) -> list[str]:
    """Return where the plan's clock is no longer the published one; milestones may be added to it."""
    remedy = "put it back; a new plan has a title and a start of its own"
    faults = []
    if plan.start != manifest.plan_start:
        faults.append(f"plan.yaml: starts: was published as {manifest.plan_start:%Y-%m}; {remedy}")
    clock = [(slot.label, slot.months) for slot in plan.slots.values()]
    faults += [
        f"plan.yaml: slots: “{was.label}”, {was.months} months after the start, was published and is gone; {remedy}"
        for was in manifest.milestones
        if (was.label, was.months) not in clock
    ]
    return faults


def rewritten(
    plan: Plan, scorecard: Scorecard, amendments: Amendments, published: Mapping[str, pd.DataFrame], as_of: date
) -> list[str]:
    """Return everything of a published edition, read in `as_of`, that the plan folder no longer holds.

    A number or words once published stay as they were. A baseline published as missing may be filled in, and so may a
    target that is still to come; what was over in `as_of` can only be corrected, whatever day is written beside it.
    """
    due = {(was["kpi"], was["position"]): was["month"].date() for was in published["milestones"].to_dict("records")}
    known = {_published_line(was, due) for was in published["amendments"].to_dict("records")}
    held = {_line(plan, one): one for one in amendments.amendments}
    rows = {row.kpi: row for row in scorecard.rows}
    kept = [one for line, one in held.items() if line in known and one.kpi in rows]
    since = {row.kpi: row for row in amended(plan, scorecard, kept, date.max)[0].rows}
    faults = []
    for was in published["milestones"].to_dict("records"):
        first, words = _first(was)
        name = f"scorecard.yaml: {was['kpi']}, {was['label']}"
        now = _place(plan, rows.get(str(was["kpi"])), was)
        if first is None and words is None:
            if now is not None and was["position"] > 0 and was["month"].date() < as_of:
                faults.append(
                    f"{name}: was over without a target; take it out, and add a correction to amendments.yaml"
                )
        elif number_of(now) != first or (words is not None and _words_of(now) != words):
            faults.append(f"{name}: was published as something else or is gone; {_REMEDY}")
        elif isinstance(base := _place(plan, since.get(str(was["kpi"])), was), Baseline) and (
            (first_of(base.month), base.period_months, base.source)
            != (was["reading_month"].date(), was["reading_period_months"], was["source"])
        ):
            faults.append(f"{name}: its month, period or source was published as something else; {_REMEDY}")
    for was in published["scorecard"].to_dict("records"):
        row = rows.get(str(was["kpi"]))
        for key, then in (("area", was["area"]), ("tolerance", _known(was["tolerance"]))):
            if row is not None and getattr(row, key) != then:
                faults.append(f"scorecard.yaml: {was['kpi']}.{key}: was published as something else; put it back")
    for line in sorted(known - set(held), key=str):
        faults.append(f"amendments.yaml: {line[0]}: an amendment that was published is changed or gone; put it back")
    for line, one in held.items():
        if line not in known and one.kind == "change" and one.kpi in rows and line[1] < as_of:
            faults.append(
                f"amendments.yaml: {one.kpi}: that milestone was over in {as_of:%B %Y}, the month last published, "
                "so it stands; only a mistake in it can be mended, with kind: correction"
            )
    return faults


def _place(plan: Plan, row: ScorecardRow | None, was: Mapping[Hashable, Any]) -> Milestone | Baseline | None:
    """Return what a row of the scorecard says where an edition had a milestone or the baseline."""
    if row is None or was["position"] == 0:
        return row.baseline if row else None
    keys = [key for key, slot in plan.slots.items() if months_later(plan.start, slot.months) == was["month"].date()]
    return row.milestones.get(keys[0]) if keys else None


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


_Line = tuple[str, date, str, date, str, str, float | None, str | None]


def _line(plan: Plan, one: Amendment) -> _Line:
    """Return an amendment as it is told from others: all that it says."""
    due = plan.start if one.slot is None else months_later(plan.start, plan.slots[one.slot].months)
    figure = one.baseline.value if one.baseline else one.target
    return one.kpi, due, one.kind, one.decided_on, one.decided_by, one.reason, figure, one.statement


def _published_line(was: Mapping[Hashable, Any], due: Mapping[tuple[str, int], date]) -> _Line:
    place = due[was["kpi"], was["position"]]
    after, words = _known(was["after"]), _known(was["after_statement"])
    return was["kpi"], place, was["kind"], was["decided_on"].date(), was["decided_by"], was["reason"], after, words


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
