"""What the page of a progress review says: figures, ratings, changes and evidence in words and tables. No widgets."""

from collections.abc import Mapping

import pandas as pd

from metrics import reviews, wording
from pages.components import phrases
from pages.components.actions import is_blank, letter_words, rag_key, rag_words
from pages.components.text import plain
from pages.components.theme import RAG_MARKS


def names(rows: pd.DataFrame) -> dict[str, int]:
    """Return the reviews an edition holds, in words, the latest first, by their place."""
    held = rows.drop_duplicates("position").sort_values("position", ascending=False)
    return {reviews.review_words(str(r["label"]), r["month"]): int(r["position"]) for _, r in held.iterrows()}


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per KPI of a review: planned, the figure as read then, its status, and at the review before."""
    return pd.DataFrame(
        {
            "KPI": list(rows["title"]),
            "Planned": [_planned(row) for _, row in rows.iterrows()],
            "Figure then": [_reading(row, "reading") for _, row in rows.iterrows()],
            "Status": [phrases.status_words(str(row["status"])) for _, row in rows.iterrows()],
            "Review before": [_reading(row, "previous_reading") for _, row in rows.iterrows()],
        },
        dtype="str",
    )


def _planned(row: pd.Series) -> str:
    if pd.notna(row["target"]):
        return wording.number(row["target"], str(row["unit"]))
    return "" if is_blank(row["statement"]) else f"“{row['statement']}”"


def _reading(row: pd.Series, name: str) -> str:
    absent = all(is_blank(row[f"{name}{part}"]) for part in ("", "_at_least", "_flag"))
    if absent:
        return "no figure"
    words = phrases.figure_words(row, str(row["unit"]), name, f"{name}_at_least", f"{name}_flag")
    month, length = row[f"{name}_month"], row[f"{name}_period_months"]
    return words if is_blank(month) else f"{words} ({wording.short_period(month, int(length))})"


def lines(texts: pd.Series) -> list[str]:
    """Return texts as lines that a Markdown widget shows as they are."""
    return [plain(text) for text in texts]


def counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per rating: how many actions carried it at the review, and at the one before."""
    now = [rag_key(row) for _, row in rows.iterrows()]
    before = ["none" if is_blank(rag) else str(rag) for rag in rows["previous_rag"]]
    return pd.DataFrame(
        {
            "RAG": [letter_words(key) for key in RAG_MARKS if now.count(key) or before.count(key)],
            "Actions": [now.count(key) for key in RAG_MARKS if now.count(key) or before.count(key)],
            "Review before": [before.count(key) for key in RAG_MARKS if now.count(key) or before.count(key)],
        }
    )


def overdue_words(rows: pd.DataFrame) -> str:
    """Return how many actions were overdue at a review, in a sentence."""
    late = [str(ref) for ref in rows.loc[rows["overdue"].astype("bool"), "ref"]]
    if not late:
        return "No action was past a firm date."
    verb = "action was" if len(late) == 1 else "actions were"
    return f"{len(late)} {verb} past a firm date and not complete: {', '.join(late)}."


def changes(rows: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per action that changed since the review before: how it stands, what changed, in its words."""
    rows = rows[rows["changed"].notna()]
    words = rows["changed"].str.cat(rows["progress"].fillna(""), sep=" · ").str.removesuffix(" · ")
    return pd.DataFrame(
        {
            "Action": [f"{row['ref']} {titles.get(str(row['action_id']), '')}" for _, row in rows.iterrows()],
            "What changed": [
                f"{rag_words(row)} · {said}" for (_, row), said in zip(rows.iterrows(), words, strict=True)
            ],
        },
        dtype="str",
    )


def evidence(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per evidence given since the review before."""
    rows = rows[rows["evidence"].notna()]
    given = [(str(row["ref"]), line) for _, row in rows.iterrows() for line in str(row["evidence"]).split("\n")]
    return pd.DataFrame(given, columns=pd.Index(["Action", "Evidence"]), dtype="str")
