"""What publishing would change: the same publication, made in a private folder, beside the edition in use."""

import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from etl.leftovers import working_folder
from etl.tables import EVERYONE
from etl.warehouse import Warehouse
from metrics.compare import figures
from metrics.edition import EditionError, Manifest, current_edition, read_tables
from metrics.kept_store import copy_kept
from metrics.publish import Step, publish

_SHOWN = ("value", "at_least", "flag")
COLUMNS = ["kpi", "title", "unit", "month", "period_months", "status_before", "status_after", "why",
           *(f"{side}{'' if part == 'value' else f'_{part}'}" for side in ("before", "after")
             for part in _SHOWN)]  # fmt: skip


@dataclass(frozen=True)
class Rehearsal:
    """What would be published: its manifest, whether it differs from the edition in use, and how the scorecard would.

    `scorecard` has COLUMNS, one row per scored KPI whose latest figure or status would change; `first` where there is
    no readable edition to compare with; `figures` is how many figures of any kind would differ.
    """

    manifest: Manifest
    changed: bool
    first: bool
    figures: int
    scorecard: pd.DataFrame


def rehearse(
    warehouse: Warehouse, editions: Path, plan_folder: Path, *, by: str, at: datetime,
    as_of: date | None = None, step: Step = lambda _: None,
) -> Rehearsal:  # fmt: skip
    """Publish into a private folder beside the editions and return what would change. Raises what `publish` raises."""
    editions.parent.mkdir(parents=True, exist_ok=True)
    folder = working_folder(".rehearsal-", editions.parent)
    try:
        tried = folder / "editions"
        before = current_edition(editions)
        if editions.is_dir():  # editions never change, so a second name for each file is a copy
            shutil.copytree(editions, tried, copy_function=os.link, ignore=shutil.ignore_patterns(".*"))
        copy_kept(editions.parent / "kept", folder / "kept")
        done = publish(warehouse, tried, plan_folder, by=by, note="", at=at, as_of=as_of, step=step)
        step("compare")
        now = read_tables(tried, done.manifest.edition_id)
        try:
            old = read_tables(tried, before) if before else None
        except EditionError:
            old = None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if old is None:
        return Rehearsal(done.manifest, done.changed, True, len(now["results"]), pd.DataFrame(columns=COLUMNS))
    differing = figures(old, now)
    return Rehearsal(done.manifest, done.changed, False, len(differing), on_the_scorecard(old, now, differing))


def on_the_scorecard(old: dict[str, pd.DataFrame], now: dict[str, pd.DataFrame], rows: pd.DataFrame) -> pd.DataFrame:
    """Return COLUMNS, one row per scored KPI whose latest figure, its month or its status changed, in the plan's order.

    `rows` are the differing figures with their causes (metrics/compare.py); `why` is the cause of the latest figure's.
    """
    parts = ["month", "period_months", "status", *_SHOWN]
    both = now["scorecard"][["kpi", "area", "position", *parts]].merge(
        old["scorecard"][["kpi", *parts]], on="kpi", how="left", suffixes=("", "_old"), indicator="side"
    )
    same = both["side"] == "both"
    for part in parts:
        left, right = both[part], both[f"{part}_old"]
        same &= ((left == right) | (left.isna() & right.isna())).fillna(False).astype("bool")
    moved = both[~same].sort_values("position")
    known = now["kpis"].set_index("kpi")
    whole = rows[rows["breakdown"] == EVERYONE].set_index(["kpi", "area", "month", "period_months"])["why"]
    causes = whole[~whole.index.duplicated()].to_dict()
    keys = zip(moved["kpi"], moved["area"], moved["month"], moved["period_months"], strict=True)
    sides = {
        f"{side}{'' if part == 'value' else f'_{part}'}": moved[f"{part}{ending}"]
        for side, ending in (("before", "_old"), ("after", ""))
        for part in _SHOWN
    }
    why = pd.Series([causes.get(key) for key in keys], index=moved.index, dtype="str")
    named = {name: moved["kpi"].map(known[name]) for name in ("title", "unit")}
    told = moved.assign(status_before=moved["status_old"], status_after=moved["status"], why=why, **named, **sides)
    return told[COLUMNS].reset_index(drop=True)
