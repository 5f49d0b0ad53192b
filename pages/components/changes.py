"""Sentences and tables on what differs between two editions; the differences come from metrics/compare."""

import pandas as pd

from metrics import wording
from metrics.compare import STATUS
from metrics.edition import Manifest

_CAUSES = {
    "new month": "for a new month",
    "earlier month filled in": "for an earlier month filled in",
    "corrected load": "from a corrected load",
    "load withdrawn or replaced": "gone, their load being withdrawn or replaced",
    "changed definition": "by a changed definition",
    "new KPI": "of new KPIs",
    "KPI no longer published": "of KPIs no longer published",
    "computed anew": "computed anew from the same loads",
}


def in_short(before: Manifest, now: Manifest, rows: pd.DataFrame, local: pd.DataFrame) -> list[str]:
    """Return sentences: the two editions, how many figures differ, and by which cause."""
    told = [f"Before: {_edition(before)}", f"Now: {_edition(now)}"]
    if before.content_sha256 == now.content_sha256:
        return [*told, "Nothing differs: both hold the same figures to the last digit."]
    told.append(f"{_figures(len(rows))} differ, {len(local):,} of them the local area's own.")
    counted = local["why"].value_counts()
    told += [f"{_figures(int(counted[why]))} {words}." for why, words in _CAUSES.items() if why in counted]
    return told


def figures_table(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return one row per changed figure: KPI, area by its name, period, before, now, difference, why."""
    return pd.DataFrame(
        {
            "KPI": list(rows["title"]),
            "Area": [names.get(area, area) for area in rows["area"]],
            "Period": [wording.period_words(r["month"], int(r["period_months"])) for _, r in rows.iterrows()],
            "Before": [_side(r, "before") for _, r in rows.iterrows()],
            "Now": [_side(r, "after") for _, r in rows.iterrows()],
            "Difference": [_difference(r) for _, r in rows.iterrows()],
            "Why": list(rows["why"]),
        },
        dtype="str",
    )


def plan_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per thing that moved on the scorecard: KPI, what, before, now."""
    words = [wording.STATUS_WORDS if why == STATUS else {} for why in rows["why"]]
    named = [w if pd.isna(m) else f"{w}, {m}" for w, m in zip(rows["why"], rows["milestone"], strict=True)]
    return pd.DataFrame(
        {
            "KPI": list(rows["title"]),
            "What": named,
            "Before": [_word(v, known) for v, known in zip(rows["before"], words, strict=True)],
            "Now": [_word(v, known) for v, known in zip(rows["after"], words, strict=True)],
        },
        dtype="str",
    )


def _edition(manifest: Manifest) -> str:
    note = f" Note: {manifest.note}" if manifest.note else ""
    moment = wording.moment_words(manifest.published_at)
    return f"edition {manifest.edition_id}, published {moment} by {manifest.published_by}.{note}"


def _figures(count: int) -> str:
    return "1 figure" if count == 1 else f"{count:,} figures"


def _side(row: pd.Series, side: str) -> str:
    if row[[side, f"{side}_at_least", f"{side}_flag"]].isna().all():
        return "none"
    return wording.figure(row[side], row["unit"], at_least=row[f"{side}_at_least"], flag=row[f"{side}_flag"])


def _difference(row: pd.Series) -> str:
    if pd.isna(row["before"]) or pd.isna(row["after"]):
        return ""
    return wording.difference(row["after"] - row["before"], row["unit"])


def _word(value: object, known: dict[str, str]) -> str:
    return "none" if pd.isna(value) else known.get(str(value), str(value))  # type: ignore[call-overload]
