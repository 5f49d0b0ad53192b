"""Which lines are one and the same pathway: exact repeats keep one, contradicting ones are all held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from etl.clocks import Ticking
from etl.derive import day_texts
from etl.extract import Extract

_BETWEEN = "\x1f"  # cannot stand in a tidied cell, so joined parts cannot be mistaken for other ones


@dataclass(frozen=True)
class Identity:
    """What tells pathways apart, as text to be hashed, and, where a file has no referral id, whose they are."""

    text: pd.Series
    owner: pd.Series | None


def identity(
    extract: Extract, identifiers: Mapping[str, pd.Series], codes: Mapping[str, pd.Series], ticking: Sequence[Ticking]
) -> Identity:
    """Return the identity of each line; lines without one are held.

    Without a referral id it is the child, what the referral is for, and the clock start: a child referred again after
    the first referral ended has two pathways.
    """
    rule = extract.layout.pathway
    if extract.has(rule.id):
        text = identifiers[str(rule.id)]
        _hold_missing(extract, str(rule.id), text == "")
        return Identity(text, None)
    parts = {**identifiers, **{key: column.fillna("") for key, column in codes.items()}}
    keys = [key for key in rule.otherwise if key in parts]
    if not any(key in identifiers for key in keys):
        problem = "there is no column with an id of the referral or the child, so nobody can be told apart"
        extract.refuse(None, "ID_COLUMN_MISSING", problem, "Ask the sender for a local id; a pseudonym will do.")
        blank = pd.Series("", index=extract.index, dtype="str")
        return Identity(blank, blank)
    for key in (key for key in keys if key in identifiers):
        _hold_missing(extract, key, parts[key] == "")
    owner = parts[keys[0]]
    for key in keys[1:]:
        owner = owner + _BETWEEN + parts[key]
    return Identity(owner + _BETWEEN + day_texts(ticking[0].started), owner if rule.alone else None)


def _hold_missing(extract: Extract, key: str, missing: pd.Series) -> None:
    remedy = "Fill in the id; without it the row cannot be told from others."
    extract.hold(missing, key, "ID_MISSING", "the row has no id", remedy)


def hold_repeats(extract: Extract, key: Identity, lines: pd.DataFrame, ticking: Sequence[Ticking]) -> None:
    """Hold exact repeats but the first (a note), and all lines of a pathway that contradict each other (a query)."""
    column = extract.layout.pathway.id if extract.has(extract.layout.pathway.id) else None
    good = extract.good
    owner = key.text if key.owner is None else key.owner
    again = owner[good].duplicated(keep=False)
    rows = again.index[again]
    if rows.empty:
        return
    told = lines.loc[rows].assign(identity=key.text[rows])
    for clock in ticking:
        told[f"{clock.name} started"] = clock.started[rows]
        told[f"{clock.name} stopped"] = clock.stopped[rows]
        told[f"{clock.name} reason"] = clock.reason[rows]
        told[f"{clock.name} excepted"] = clock.excepted[rows]
        told[f"{clock.name} applies"] = clock.applies[rows]
    extract.hold(
        _on_all(extract, told.duplicated()), column, "ROW_REPEATED", "the row stands there before; it counts once",
        "", "note",
    )  # fmt: skip
    left = told[extract.good[rows]]
    contradicting = left["identity"].duplicated(keep=False)
    if key.owner is not None:
        contradicting |= _overlapping(owner[left.index], ticking[0])
    extract.hold(
        _on_all(extract, contradicting), column, "ROW_CONFLICTS", "rows of the same pathway contradict each other",
        "Ask the sender which is right; none of them is loaded.",
    )  # fmt: skip


def _on_all(extract: Extract, some: pd.Series) -> pd.Series:
    return some.reindex(extract.index, fill_value=False)


def _overlapping(owner: pd.Series, clock: Ticking) -> pd.Series:
    """Return the lines that start before another of the same owner stopped: no child waits twice for one thing."""
    order = pd.DataFrame(
        {"owner": owner, "started": clock.started[owner.index], "stopped": clock.stopped[owner.index]}
    ).sort_values(["owner", "started", "stopped"])
    same = order["owner"].eq(order["owner"].shift())
    before = order["stopped"].shift()
    clash = same & (before.isna() | order["started"].isna() | (order["started"] < before))
    return (clash | (clash.shift(-1, fill_value=False))).reindex(owner.index)
