"""What screens say of actions, check-ins, reminders, reviews and escalations: words and tables. No widgets."""

from collections.abc import Mapping

import pandas as pd

from metrics import wording
from pages.components.theme import RAG_MARKS

KIND_WORDS = {
    "month": "Firm date",
    "month_uncertain": "Uncertain date",
    "start_month": "Only a start",
    "status_in_place": "In place",
    "status_completed": "Completed",
    "tbc": "To be confirmed",
    "words": "Words without a date",
    "blank": "No date",
}
RAG_NAMES = {"R": "R", "A": "A", "G": "G", "C": "C", "none": "Not rated", "conflict": "Two ratings"}
SINCE_WORDS = {
    "better": "better by more than chance since",
    "worse": "worse by more than chance since",
    "no_signal": "complete, but no signal yet",
    "too_few": "complete, too few figures since to tell",
    "no_chart": "complete; this KPI has no control chart",
    "not_complete": "not complete",
}
_EXCEPTIONS = {"newly_off": "Newly off trajectory", "worse": "Worse by more than chance"}


def rag_key(row: Mapping[str, object] | pd.Series) -> str:
    """Return the key of an action's mark: its letter, none, or conflict."""
    if bool(row["in_conflict"]) and is_blank(row["rag"]):
        return "conflict"
    return "none" if is_blank(row["rag"]) else str(row["rag"])


def rag_words(row: Mapping[str, object] | pd.Series) -> str:
    """Return shape and letter of an action's rating: "● G", "○ Not rated", "✕ Two ratings"."""
    return letter_words(rag_key(row))


def letter_words(key: str) -> str:
    """Return shape and letter of a rating."""
    return f"{RAG_MARKS[key].glyph} {RAG_NAMES[key]}"


def date_words(row: pd.Series) -> str:
    """Return a date in its own words, what it means, and whether it is past: "Sep-23 (overdue)"."""
    if is_blank(row["by_when"]):
        return "no date"
    marks = {"month": " (overdue)" if bool(row["overdue"]) else "", "month_uncertain": " (uncertain)"}
    return f"{row['by_when']}{marks.get(str(row['by_when_kind']), '')}"


def lead_words(row: pd.Series) -> str:
    """Return role and organisation that lead, and whether the plan leaves it open."""
    named = ", ".join(str(row[name]) for name in ("owner_role", "owner_organisation") if not is_blank(row[name]))
    if not named:
        return "no lead named"
    return named if is_blank(row["owner_confirmed"]) or bool(row["owner_confirmed"]) else f"{named} (not confirmed)"


def last_words(row: pd.Series) -> str:
    """Return when and by which role an action was last heard of."""
    if is_blank(row["checked_at"]):
        return "never"
    return f"{wording.day_words(row['checked_at'])}, {row['checked_by']}"


def last_check_in(rows: pd.DataFrame, plan_ref: object) -> str:
    """Return how the action a KPI is scored under was rated last, and by whom, in words; "" where it never was."""
    own = rows[(rows["first_ref"] == str(plan_ref)) & rows["checked_at"].notna()]
    return "" if own.empty else f"Last check-in: {rag_words(own.iloc[0])}, {last_words(own.iloc[0])}"


def chosen_by(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each action the words a reader chooses by: lead, rag and date."""
    date = [KIND_WORDS[str(kind)] for kind in rows["by_when_kind"]]
    late = rows["overdue"].astype("bool")
    return pd.DataFrame(
        {
            "lead": [lead_words(row) for _, row in rows.iterrows()],
            "rag": [rag_words(row) for _, row in rows.iterrows()],
            "date": pd.Series(date, index=rows.index).mask(late, "Overdue").tolist(),
        },
        index=rows.index,
    )


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row an action: reference, action, rating, date, lead, last check-in, progress."""
    return pd.DataFrame(
        {
            "Ref": list(rows["ref"]),
            "Action": [_title(row) for _, row in rows.iterrows()],
            "RAG": [rag_words(row) for _, row in rows.iterrows()],
            "By when": [date_words(row) for _, row in rows.iterrows()],
            "Lead": [lead_words(row) for _, row in rows.iterrows()],
            "Last check-in": [last_words(row) for _, row in rows.iterrows()],
            "Progress": ["" if is_blank(text) else str(text) for text in rows["progress"]],
        },
        dtype="str",
    )


def short_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row an action in two columns, so that it can be read on a telephone."""
    return pd.DataFrame(
        {
            "Action": [f"{row['ref']} {_title(row)}" for _, row in rows.iterrows()],
            "Where it stands": [
                f"{rag_words(row)} · {date_words(row)} · {lead_words(row)} · last check-in: {last_words(row)}"
                for _, row in rows.iterrows()
            ],
        },
        dtype="str",
    )


def history(check_ins: pd.DataFrame) -> pd.DataFrame:
    """Return one row a check-in, the newest first, those in conflict marked."""
    rows = check_ins.sort_values(["at", "check_in_id"], ascending=False)
    return pd.DataFrame(
        {
            "When and who": [
                f"{wording.day_words(row['at'])}, {row['role']}{_mark(row)}" for _, row in rows.iterrows()
            ],
            "What": [_entry(row) for _, row in rows.iterrows()],
        },
        dtype="str",
    )


def with_standing(check_ins: pd.DataFrame, heads: set[str]) -> pd.DataFrame:
    """Return check-ins of one action with whether each stands; `heads` are those that nothing follows."""
    stands = "in_conflict" if len(heads) > 1 else "current"
    told = [stands if one in heads else "earlier" for one in check_ins["check_in_id"]]
    return check_ins.assign(standing=pd.Series(told, index=check_ins.index, dtype="str"))


def _mark(row: pd.Series) -> str:
    return " (in conflict)" if row.get("standing") == "in_conflict" else ""


def _entry(row: pd.Series) -> str:
    parts = [letter_words(str(row["rag"])), str(row["progress"])]
    if not is_blank(row["by_when"]):
        parts.append(f"New date {row['by_when']}: {row['reason']}")
    if not is_blank(row["evidence"]):
        parts.append(f"Evidence: {row['evidence']}")
    return " · ".join(parts)


def counts(actions: pd.DataFrame) -> dict[str, int]:
    """Return how many actions carry each rating, in order of the marks, those with a text and in the plan."""
    rows = actions[~actions["retired"].astype("bool") & actions["title"].notna()]
    keys = [rag_key(row) for _, row in rows.iterrows()]
    return {key: keys.count(key) for key in RAG_MARKS}


def kinds_in_words(kinds: Mapping[str, int]) -> str:
    """Return how many actions have which kind of date: "17 firm date, 69 no date, …"."""
    told = [f"{kinds[kind]} {words[0].lower()}{words[1:]}" for kind, words in KIND_WORDS.items() if kind in kinds]
    return ", ".join(told)


def linked(rows: pd.DataFrame, titles: Mapping[str, str], units: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per KPI of an action: how it belongs, what its chart says since, before and after."""
    return pd.DataFrame(
        {
            "KPI": [titles.get(str(kpi), str(kpi)) for kpi in rows["kpi"]],
            "What is known": [
                f"{'names this action' if row['direct'] else 'shares an impact measure'}; "
                f"{SINCE_WORDS[str(row['since'])]}{_means(row, units.get(str(row['kpi']), ''))}"
                for _, row in rows.iterrows()
            ],
        },
        dtype="str",
    )


def behind(rows: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per action behind a KPI: what it is, how it stands, what the KPI did since."""
    by_id = actions.set_index("action_id")
    rows = rows[rows["action_id"].isin(by_id.index)]
    told = [(by_id.loc[row["action_id"]], row) for _, row in rows.iterrows()]
    return pd.DataFrame(
        {
            "Action": [f"{action['ref']} {_title(action)}" for action, _ in told],
            "Where it stands": [
                f"{rag_words(action)} · {date_words(action)} · last check-in: {last_words(action)}"
                f"{'' if row['since'] == 'not_complete' else ' · ' + SINCE_WORDS[str(row['since'])]}"
                for action, row in told
            ],
        },
        dtype="str",
    )


def before_and_after(row: pd.Series, title: str, unit: str) -> str:
    """Return a KPI's means before and since an action was completed, in a sentence."""
    return f"{title}: {SINCE_WORDS[str(row['since'])]}{_means(row, unit)}"


def _means(row: pd.Series, unit: str) -> str:
    if is_blank(row["mean_before"]) or is_blank(row["mean_after"]):
        return ""
    return (
        f" (mean {wording.number(row['mean_before'], unit)} over {row['figures_before']} figures before, "
        f"{wording.number(row['mean_after'], unit)} over {row['figures_after']} since)"
    )


def exception_words(row: pd.Series) -> str:
    """Return what an exception report is about: "Newly off trajectory, October 2025"."""
    return f"{_EXCEPTIONS[str(row['kind'])]}, {wording.month_words(row['month'])}"


def escalations(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row an entry that counts: whose waits, how many where it may be said, escalated to whom, outcome."""
    rows = rows[rows["current"].astype("bool")].sort_values(["month", "organisation"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Waits": [
                f"{row['cohort_title']}, {row['organisation']}: over {row['threshold_weeks']} weeks at the end of "
                f"{wording.month_words(row['month'])}{_children(row)}"
                for _, row in rows.iterrows()
            ],
            "Escalated": [
                f"{wording.day_words(row['escalated_on'])} to {row['to_role']}. "
                f"{'No outcome yet' if is_blank(row['outcome']) else 'Outcome: ' + str(row['outcome'])}"
                for _, row in rows.iterrows()
            ],
        },
        dtype="str",
    )


def _children(row: pd.Series) -> str:
    if is_blank(row["children"]):
        return ""
    risk = "" if is_blank(row["risk_recorded"]) else f", {row['risk_recorded']} with a risk priority"
    return f" ({row['children']} children, {row['escalated']} escalated{risk})"


def escalations_in_words(rows: pd.DataFrame) -> str:
    """Return how many entries count and how many wait for an outcome, in a sentence."""
    now = rows[rows["current"].astype("bool")]
    waiting = int(now["outcome"].isna().sum())
    return f"{len(now)} entries, {waiting} without an outcome so far. Numbers of children are for commissioners alone."


def _title(row: pd.Series) -> str:
    if bool(row["retired"]):
        return f"{row['title']} (left the plan)"
    return "the plan prints no text" if is_blank(row["title"]) else str(row["title"])


def is_blank(value: object) -> bool:
    """Return whether a cell holds nothing."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
