"""The pack's parts on the plan's actions: by RAG, and beside the KPI they are meant to move.

RAG is a person's judgement with the plan's own meanings, never computed and never mixed with a status.
"""

from collections.abc import Mapping

import pandas as pd

from metrics import wording
from pages.components import phrases
from pages.components.edition import Edition
from reports.content import Part, Table

ACTIONS = "Actions"
RAG_WORDS = {"R": "R, red", "A": "A, amber", "G": "G, green", "C": "C, finished"}
_NOT_JUDGED = "not judged yet"


def held(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Return a table that not every edition has, empty where it is not there."""
    return tables.get(name, pd.DataFrame())


def actions(edition: Edition) -> list[Part]:
    """Return how the actions stand and, one part a rating, each of them; nothing where an edition has no actions."""
    rows = _in_the_plan(edition)
    if rows.empty:
        return []
    counts = rows["rag"].map(RAG_WORDS).fillna(_NOT_JUDGED).value_counts()
    order = [*RAG_WORDS.values(), _NOT_JUDGED]
    told = [f"{words}: {counts[words]}" for words in order if words in counts]
    late = int(rows["overdue"].astype("bool").sum())
    parts = [
        Part(
            "Actions by RAG",
            ACTIONS,
            (f"The plan has {len(rows)} actions. RAG is the judgement of a named role; it is never computed.",),
            lists=(("How they stand", (*told, f"past a firm date and not complete: {late}")),),
        )
    ]
    for letter in ("R", "A"):
        of_it = rows[rows["rag"] == letter]
        if len(of_it):
            parts.append(_listed(f"Actions rated {RAG_WORDS[letter]}", of_it))
    overdue = rows[rows["overdue"].astype("bool") & ~rows["rag"].isin(["R", "A"])]
    if len(overdue):
        parts.append(_listed("Other actions past a firm date", overdue))
    rest = rows[~rows.index.isin(overdue.index) & ~rows["rag"].isin(["R", "A"])]
    if len(rest):
        parts.append(_listed("Other actions", rest))
    return parts


def beside(edition: Edition, kpi: str) -> tuple[str, ...]:
    """Return the actions a KPI follows, those it names first, each with its rating and date."""
    links = held(edition.tables, "action_links")
    if links.empty:
        return ()
    own = links[links["kpi"] == kpi].sort_values("direct", ascending=False, kind="stable")
    rows = _in_the_plan(edition).set_index("action_id")
    return tuple(_line(rows.loc[action]) for action in own["action_id"] if action in rows.index)


def ratings(edition: Edition, kpi: str) -> str:
    """Return how many of the actions a KPI names have which rating: "1 R · 2 A"; "" where it names none."""
    links, rows = held(edition.tables, "action_links"), _in_the_plan(edition)
    if links.empty or rows.empty:
        return ""
    own = rows[rows["action_id"].isin(links.loc[(links["kpi"] == kpi) & links["direct"].astype("bool"), "action_id"])]
    counts = own["rag"].fillna("?").value_counts()
    told = [f"{counts[letter]} {letter}" for letter in RAG_WORDS if letter in counts]
    return "\n".join([*told, f"{counts['?']} {_NOT_JUDGED}"] if "?" in counts else told)


def responses(edition: Edition, kpi: str) -> tuple[str, ...]:
    """Return what the owner answered to each exception report on a KPI, or that no answer is on record."""
    reports = held(edition.tables, "exceptions")
    own = reports[reports["kpi"] == kpi] if len(reports) else reports
    if own.empty:
        return ("No response is on record.",)
    return tuple(_response(row) for _, row in own.sort_values("month", ascending=False).iterrows())


def _response(row: pd.Series) -> str:
    asked = f"{wording.month_words(row['month'])}, {row['reason']}"
    if not row["answered"]:
        return f"{asked}: not answered yet."
    who = "" if pd.isna(row["answered_by"]) else f" ({row['answered_by']}, {phrases.day(row['answered_at'])})"
    owner = "" if pd.isna(row["owner"]) else f" Owner: {row['owner']}."
    due = "" if pd.isna(row["due_on"]) else f" By {phrases.day(row['due_on'])}."
    return f"{asked}: {row['response']}{who}.{owner}{due}"


def _in_the_plan(edition: Edition) -> pd.DataFrame:
    rows = held(edition.tables, "actions")
    return rows if rows.empty else rows[~rows["retired"].astype("bool")].sort_values("position")


def _line(row: pd.Series) -> str:
    words = "no text in the plan" if pd.isna(row["title"]) else str(row["title"])
    by_when = "no date" if pd.isna(row["by_when"]) else f"by {row['by_when']}"
    overdue = ", past its date" if row["overdue"] else ""
    return f"{row['ref']} {words} ({_rating(row)}, {by_when}{overdue})"


def _rating(row: pd.Series) -> str:
    if row["in_conflict"]:
        return "two check-ins to settle"
    return _NOT_JUDGED if pd.isna(row["rag"]) else RAG_WORDS[str(row["rag"])]


def _listed(title: str, rows: pd.DataFrame) -> Part:
    frame = pd.DataFrame(
        {
            "Action": [f"{r['ref']} {'' if pd.isna(r['title']) else r['title']}" for _, r in rows.iterrows()],
            "Lead": ["not named" if pd.isna(role) else str(role) for role in rows["owner_role"]],
            "By when": [_when(row) for _, row in rows.iterrows()],
            "RAG": [_rating(row) for _, row in rows.iterrows()],
            "Latest check-in": [_checked(row) for _, row in rows.iterrows()],
        },
        dtype="str",
    )
    return Part(title, ACTIONS, tables=(Table(title, frame, widths=(4, 2, 1.7, 1.3, 3.6)),))


def _when(row: pd.Series) -> str:
    now = "no date" if pd.isna(row["by_when"]) else str(row["by_when"])
    first = "" if pd.isna(row["first_by_when"]) else f"\nfirst {row['first_by_when']}"
    return f"{now}{first}\npast its date" if row["overdue"] else f"{now}{first}"


def _checked(row: pd.Series) -> str:
    if pd.isna(row["checked_at"]):
        return "none"
    return f"{phrases.day(row['checked_at'])}, {row['checked_by']}: {row['progress']}"
