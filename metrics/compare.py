"""What differs between two editions, figure by figure, and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from etl.tables import EVERYONE
from metrics.edition import read_manifest, read_tables
from metrics.edition_tables import RESULTS

Tables = Mapping[str, pd.DataFrame]

_KEY = list(RESULTS.key)
_PARTS = ("value", "numerator", "denominator", "at_least", "flag")
COLUMNS = ["kpi", "title", "unit", "area", "breakdown", "group", "month", "period_months", "before", "before_at_least",
           "before_flag", "after", "after_at_least", "after_flag", "why"]  # fmt: skip

NEW_MONTH, FILLED_IN = "new month", "earlier month filled in"
CORRECTED, WITHDRAWN = "corrected load", "load withdrawn or replaced"
DEFINITION, NEW_KPI, DROPPED_KPI = "changed definition", "new KPI", "KPI no longer published"
RECOMPUTED = "computed anew"
TARGET, RULES, STATUS = "amended target", "changed rule set", "changed status"


def compare(folder: Path, before: str, after: str) -> list[dict[str, Any]]:
    """Return one row per figure that appeared, went or changed, months as YYYY-MM. Raises EditionError."""
    old, new = (read_tables(folder, read_manifest(folder, edition).edition_id) for edition in (before, after))
    rows = figures(old, new)
    rows = rows.assign(month=rows["month"].dt.strftime("%Y-%m"))
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows.to_dict("records")]


def figures(old: Tables, new: Tables) -> pd.DataFrame:
    """Return COLUMNS, one row per key of RESULTS whose figure appeared, went or changed between two editions.

    `why` is the first cause that fits: another set of KPIs, another definition, another load, a new month.
    """
    both = old["results"].merge(new["results"], on=_KEY, how="outer", suffixes=("_before", "_after"), indicator="side")
    same = (both["side"] == "both").astype("bool")
    for part in _PARTS:
        left, right = both[f"{part}_before"], both[f"{part}_after"]
        same &= ((left == right) | (left.isna() & right.isna())).fillna(False).astype("bool")
    changed = both[~same]
    known = pd.concat([new["kpis"], old["kpis"]]).drop_duplicates("kpi").set_index("kpi")
    parts = {
        f"{side}{'' if part == 'value' else f'_{part}'}": changed[f"{part}_{side}"]
        for side in ("before", "after")
        for part in ("value", "at_least", "flag")
    }
    rows = changed.assign(
        title=changed["kpi"].map(known["title"]), unit=changed["kpi"].map(known["unit"]), **parts,
        why=_causes(changed, old, new),
    )  # fmt: skip
    return rows[COLUMNS].reset_index(drop=True)


def of_the_plan(old: Tables, new: Tables) -> pd.DataFrame:
    """Return one row per scored KPI and thing that changed beside its figures: kpi, title, why, before, after.

    Things are a target or statement of a milestone, the rule set of the control chart, and the status.
    """
    titles = pd.concat([new["kpis"], old["kpis"]]).drop_duplicates("kpi").set_index("kpi")["title"]
    frames = [
        _moved(old["milestones"].assign(said=_said(old["milestones"])),
               new["milestones"].assign(said=_said(new["milestones"])), ["kpi", "label"], "said", TARGET),
        _moved(old["charts"], new["charts"], ["kpi"], "rules", RULES),
        _moved(old["scorecard"], new["scorecard"], ["kpi"], "status", STATUS),
    ]  # fmt: skip
    rows = pd.concat(frames, ignore_index=True)
    rows.insert(1, "title", rows["kpi"].map(titles))
    return rows


def local(rows: pd.DataFrame, scorecard: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return those of the changed figures a board reads: not broken down, of a local area; scored KPIs first."""
    own = set(areas.loc[areas["role"] == "local", "area"])
    held = rows[(rows["breakdown"] == EVERYONE) & rows["area"].isin(own)]
    place = dict(zip(scorecard["kpi"], scorecard["position"], strict=True))
    ranked = held.assign(place=held["kpi"].map(place).fillna(10**6))
    ordered = ranked.sort_values(["place", "kpi", "month"], ascending=[True, True, False], kind="stable")
    return ordered.drop(columns="place").reset_index(drop=True)


def _causes(changed: pd.DataFrame, old: Tables, new: Tables) -> pd.Series:
    texts = [dict(zip(side["kpis"]["kpi"], side["kpis"]["definition"], strict=True)) for side in (old, new)]
    added, gone = set(texts[1]) - set(texts[0]), set(texts[0]) - set(texts[1])
    reworded = {kpi for kpi in set(texts[0]) & set(texts[1]) if texts[0][kpi] != texts[1][kpi]}
    last = old["results"].groupby(["kpi", "area"])["month"].max()
    pairs = pd.MultiIndex.from_frame(changed[["kpi", "area"]])
    before = last.reindex(pairs).to_numpy()
    later = (changed["month"].to_numpy() > before) | pd.isna(before)
    causes = pd.Series(RECOMPUTED, index=changed.index)
    causes = causes.mask(_touched(changed, old, new), CORRECTED)
    causes = causes.mask(changed["kpi"].isin(reworded), DEFINITION)
    causes = causes.mask(changed["side"] == "right_only", FILLED_IN).mask(later, NEW_MONTH)
    causes = causes.mask(changed["side"] == "left_only", WITHDRAWN)
    return causes.mask(changed["kpi"].isin(added), NEW_KPI).mask(changed["kpi"].isin(gone), DROPPED_KPI)


def _touched(changed: pd.DataFrame, old: Tables, new: Tables) -> pd.Series:
    """Return whether a load that fed the KPI in only one of the editions answers for a month of the figure's period."""
    key = ["kpi", "load_id"]
    feeds = (side["feeds"][[*key, "first_month", "last_month"]] for side in (old, new))
    both = next(feeds).merge(next(feeds), on=key, how="outer", indicator="in", suffixes=("", "_new"))
    apart = both[both["in"] != "both"]
    hit = pd.Series(False, index=changed.index)
    length = changed["period_months"].fillna(0).astype("int64").clip(lower=1)
    first = pd.Series(
        [month - pd.DateOffset(months=n - 1) for month, n in zip(changed["month"], length, strict=True)],
        index=changed.index, dtype="datetime64[s]",
    )  # fmt: skip
    for _, load in apart.iterrows():
        begins = load["first_month"] if pd.notna(load["first_month"]) else load["first_month_new"]
        ends = load["last_month"] if pd.notna(load["last_month"]) else load["last_month_new"]
        hit |= (changed["kpi"] == load["kpi"]) & (first <= ends) & (changed["month"] >= begins)
    return hit


def _said(milestones: pd.DataFrame) -> pd.Series:
    """Return what a milestone asks for and by when; for the baseline, where it began."""
    value = milestones["target"].mask(milestones["kind"] == "baseline", milestones["reading"])
    words = value.astype("str").where(value.notna(), milestones["statement"])
    due = milestones["month"].dt.strftime(" (%Y-%m)").fillna("")
    said: pd.Series = (words + due).where(words.notna())
    return said


def _moved(old: pd.DataFrame, new: pd.DataFrame, key: list[str], column: str, why: str) -> pd.DataFrame:
    both = old[[*key, column]].merge(new[[*key, column]], on=key, how="outer", suffixes=("_before", "_after"))
    before, after = both[f"{column}_before"], both[f"{column}_after"]
    moved = both[((before != after) & ~(before.isna() & after.isna())).fillna(True).astype("bool")]
    columns = {"kpi": moved["kpi"], "milestone": moved.get("label"), "why": why}
    return pd.DataFrame({**columns, "before": before[moved.index], "after": after[moved.index]})
