"""What is known to be wrong with a source or a KPI: a short dated list beside the plan (data/plan/known_issues.yaml).

A known issue changes no figure. It stands beside every figure it touches, so that nobody has to find out twice.
"""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd
from pydantic import Field, model_validator

from etl.documents import Document, read_document
from metrics.plan import Month, Words, first_of
from metrics.quality_tables import KNOWN_ISSUES

FILE = "known_issues.yaml"


class KnownIssue(Document):
    """One issue: what is wrong, what it does to the figures, which months it touches; without a last one it goes on."""

    title: Words
    effect: Words
    first_month: Month
    last_month: Month | None = None
    sources: list[Words] = []
    kpis: list[Words] = []

    @model_validator(mode="after")
    def _fits_together(self) -> "KnownIssue":
        if not self.sources and not self.kpis:
            raise ValueError("name what it touches: sources, kpis, or both")
        if self.last_month and self.last_month < self.first_month:
            raise ValueError("last_month: lies before first_month; swap or correct them")
        return self

    @property
    def span(self) -> tuple[date, date | None]:
        """Return the first and the last month it touches; None while it goes on."""
        return first_of(self.first_month), first_of(self.last_month) if self.last_month else None


class KnownIssues(Document):
    """Every known issue, in the order they are shown."""

    issues: list[KnownIssue] = Field([])


def load_known_issues(folder: Path) -> KnownIssues:
    """Return the known issues; none where the plan folder has no such file. Raises DocumentError."""
    path = folder / FILE
    return read_document(path, KnownIssues) if path.is_file() else KnownIssues()


def issue_faults(known: KnownIssues, kpis: Collection[str], sources: Collection[str]) -> list[str]:
    """Return every KPI or source an issue names that does not exist: it would stand beside no figure at all."""
    faults = []
    for number, issue in enumerate(known.issues):
        place = f"issues.{number} ({issue.title[:40]})"
        faults += [
            f"{place}.kpis: {name} is no definition in metrics/definitions" for name in issue.kpis if name not in kpis
        ]
        faults += [
            f"{place}.sources: {name} is no source in etl/sources" for name in issue.sources if name not in sources
        ]
    return faults


def issues_table(
    known: KnownIssues, fed: pd.DataFrame, loads: pd.DataFrame, results: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Return the known issues that had begun in a month, each with the KPIs it touches: the known_issues contract.

    A source touches the KPIs that its loads fed in the months of the issue, where the area fed has any result. `fed`,
    `loads` and `results` are the edition's tables, the first of them called feeds.
    """
    titles = dict(zip(loads["source"], loads["title"], strict=True))
    named = fed.merge(loads[["load_id", "source"]], on="load_id")
    named = named.merge(results[["kpi", "area"]].drop_duplicates(), on=["kpi", "area"])
    rows: list[dict[str, object]] = []
    for number, issue in enumerate(known.issues, start=1):
        first, last = issue.span
        if first > as_of:
            continue
        inside = (
            named["source"].isin(issue.sources) & (named["last_month"] >= pd.Timestamp(first)) & ~named["set_aside"]
        )
        if last:
            inside &= named["first_month"] <= pd.Timestamp(last)
        told = {
            "number": number, "title": issue.title, "effect": issue.effect, "first_month": first, "last_month": last,
            "sources": "; ".join(titles.get(name, name) for name in issue.sources) or None,
        }  # fmt: skip
        touched = sorted({*issue.kpis, *named.loc[inside, "kpi"]})
        rows += [{**told, "kpi": kpi} for kpi in touched or [None]]
    return KNOWN_ISSUES.frame(rows)
