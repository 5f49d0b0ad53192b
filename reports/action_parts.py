"""The pack's parts on the plan's actions: by RAG, and beside the KPI they are meant to move.

RAG is a person's judgement with the plan's own meanings, never computed and never mixed with a status.
"""

import pandas as pd

from pages.components import actions as words
from pages.components import phrases
from pages.components.edition import Edition
from pages.components.theme import RAG_MARKS
from reports.content import Part, Table

ACTIONS = "Actions"
_WIDTHS = (0.9, 3.6, 1.2, 1.5, 2.0, 2.0, 3.0)
_REST = "All other actions"
_BESIDE = 3  # actions named beside a KPI; the rest are counted
_URGENT = {"R": "Actions rated R", "A": "Actions rated A", "conflict": "Actions with two ratings to settle"}


def actions(edition: Edition) -> list[Part]:
    """Return how the actions stand, and each of them, the most urgent ratings first; nothing where there are none."""
    rows = _in_the_plan(edition)
    if rows.empty:
        return []
    counts = words.counts(edition.tables["actions"])
    told = tuple(f"{words.letter_words(key)}: {count}" for key, count in counts.items() if count)
    late = rows["overdue"].astype("bool")
    parts = [
        Part(
            "Actions by RAG",
            ACTIONS,
            (
                f"The plan has {len(rows)} actions. RAG is the judgement of a named role; it is never computed.",
                "Every action stands in the workbook and on the page of this pack.",
            ),
            lists=(("How they stand", (*told, f"past a firm date and not complete: {int(late.sum())}")),),
        )
    ]
    keys = pd.Series([words.rag_key(row) for _, row in rows.iterrows()], index=rows.index)
    urgent = keys.isin(list(_URGENT))
    groups = [
        *((title, keys == key) for key, title in _URGENT.items()),
        ("Other actions past a firm date", late & ~urgent),
        (_REST, ~late & ~urgent),
    ]
    return [*parts, *(_listed(title, rows[chosen], title != _REST) for title, chosen in groups if chosen.any())]


def beside(edition: Edition, kpi: str) -> tuple[str, ...]:
    """Return the actions a KPI follows, those it names first, each with its rating and date; many are counted."""
    links = edition.of_kpi("action_links", kpi).sort_values("direct", ascending=False, kind="stable")
    rows = _in_the_plan(edition).set_index("action_id", drop=False)
    own = [rows.loc[action] for action in links["action_id"] if action in rows.index]
    told = [f"{row['ref']} {row['title']}: {words.rag_words(row)}, {words.date_words(row)}" for row in own[:_BESIDE]]
    return (*told, f"and {len(own) - _BESIDE} more") if len(own) > _BESIDE else tuple(told)


def ratings(edition: Edition, kpi: str) -> str:
    """Return how many of the actions a KPI names have which rating, one a line; "" where it names none."""
    links = edition.of_kpi("action_links", kpi)
    rows = _in_the_plan(edition)
    own = rows[rows["action_id"].isin(links.loc[links["direct"].astype("bool"), "action_id"])]
    counts = words.counts(own)
    return "\n".join(f"{counts[key]} {words.letter_words(key)}" for key in RAG_MARKS if counts[key])


def responses(edition: Edition, kpi: str, owner: str) -> tuple[str, ...]:
    """Return what the owner answered to each exception report on a KPI, or that there is no answer."""
    own = edition.of_kpi("exceptions", kpi).sort_values("month", ascending=False)
    return tuple(_response(row) for _, row in own.iterrows()) or (f"None on record. Answers for it: {owner}.",)


def _response(row: pd.Series) -> str:
    asked = words.exception_words(row)
    if not row["answered"]:
        return f"{asked}: not answered yet."
    given = f"{row['answered_by']}, {phrases.day(row['answered_at'])}"
    due = "" if pd.isna(row["due_on"]) else f", by {phrases.day(row['due_on'])}"
    owner = "" if pd.isna(row["owner"]) else f" Answers for it: {row['owner']}{due}."
    return f"{asked}: {row['response']} ({given}).{owner}"


def _in_the_plan(edition: Edition) -> pd.DataFrame:
    """Return the ACTIONS rows that have a text and are in the plan today, in its order."""
    rows = edition.tables["actions"]
    return rows[~rows["retired"].astype("bool") & rows["title"].notna()].sort_values("position")


def _listed(title: str, rows: pd.DataFrame, on_slides: bool) -> Part:
    return Part(title, ACTIONS, tables=(Table(title, words.table(rows), widths=_WIDTHS),), on_slides=on_slides)
