"""What a change of the warehouse would do to the figures: tried on a private copy, computed as publishing does."""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from etl.leftovers import working_folder
from etl.tables import COVERAGE
from etl.warehouse import Warehouse
from metrics.arrived import read_feeds
from metrics.compute import compute_all
from metrics.definition import Definition, load_definitions
from metrics.edition_tables import RESULTS
from metrics.integrity import checks, withheld
from metrics.kept_cells import kept_facts
from metrics.kept_store import KeptStore, copy_kept, with_store
from metrics.plan_folder import load_plan

_SHOWN = ("value", "at_least", "flag")
COLUMNS = ["kpi", "title", "unit", "area", "area_name", "month", "period_months",
           *(f"{side}{'' if part == 'value' else f'_{part}'}" for side in ("previous", "before", "after")
             for part in _SHOWN), "usual_move", "remark", "lost"]  # fmt: skip
# A figure moves from one period to the next by less than 3.268 times its mean move, unless something has changed:
# the upper limit of the moving-range chart (Shewhart's D4 for two figures).
_UPPER_RANGE = 3.268
_FEWEST_MOVES = 7  # eight figures: what a forecast needs too
JUMPS, TOO_FEW = "jumps", "too_few"
_KEY = ["kpi", "area", "month", "period_months"]


def preview(
    warehouse: Warehouse, kept: Path, plan_folder: Path, change: Callable[[Warehouse], object], at: date
) -> pd.DataFrame:
    """Return COLUMNS, one row per KPI and local area whose figures the change would add, correct or take away.

    `change` is done to a copy; `kept` is the folder of kept cells, copied too. Of each KPI and area, the latest period
    that would differ, up to the month of the files if any, none later than `at`: the figure of the period before, the
    figure as it stands, and as it would be. `remark` is `jumps` where it moves from the period before by more than it
    usually does, `too_few` where nobody can tell. `lost` counts the periods whose figure would be there no longer,
    withheld by a failed check for one.
    Raises DocumentError, WarehouseBusyError; nothing was changed in any case.
    """
    plan = load_plan(plan_folder)
    areas = plan.plan.local
    folder = working_folder("waymark-preview-")
    try:
        copies = [warehouse.copy_to(folder / f"{side}.duckdb") for side in ("before", "after")]
        change(copies[1])
        fed = [_fed(copy) for copy in copies]
        apart = _apart(*fed)
        named = set(zip(apart["lead"].astype("str"), apart["name"].astype("str"), strict=True))
        kpis = fed_by(named, load_definitions())
        with copies[1].reading() as reader:
            names = reader.query("SELECT area, name FROM areas").drop_duplicates("area", keep="last")
        cells = folder / "kept"
        copy_kept(kept, cells)
        before, after = (_figures(copy, loads, cells, kpis, areas, at) for copy, loads in zip(copies, fed, strict=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = differing(before, after, kpis, apart["month"].max())
    rows["area_name"] = rows["area"].map(names.set_index("area")["name"]).fillna(rows["area"])
    place = {row.kpi: number for number, row in enumerate(plan.scorecard.rows)}
    ranked = rows.assign(place=rows["kpi"].map(place).fillna(len(place))).sort_values(["place", "kpi", "area"])
    return ranked[COLUMNS].reset_index(drop=True)


def fed_by(names: set[tuple[str, str]], kpis: Mapping[str, Definition]) -> dict[str, Definition]:
    """Return the KPIs that rest on a clock, survey or measure among the names."""
    return {
        kpi.id: kpi
        for kpi in kpis.values()
        if (kpi.lead, str(kpi.select[kpi.lead])) in names or ("measure", kpi.population) in names
    }


def differing(before: pd.DataFrame, after: pd.DataFrame, kpis: Mapping[str, Definition], month: object) -> pd.DataFrame:
    """Return COLUMNS but for `area_name`, one row per KPI and area with a difference: the latest up to a month, if any.

    Takes RESULTS rows that are not broken down.
    """
    both = before.merge(after, on=_KEY, how="outer", suffixes=("_before", "_after"), indicator="side")
    same = both["side"] == "both"
    for part in ("value", "numerator", "denominator", "at_least", "flag"):
        left, right = both[f"{part}_before"], both[f"{part}_after"]
        same &= ((left == right) | (left.isna() & right.isna())).fillna(False).astype("bool")
    moved = both[~same]
    moved = moved.assign(due=moved["month"] <= month, gone=moved["value_before"].notna() & moved["value_after"].isna())
    moved["lost"] = moved.groupby(["kpi", "area"])["gone"].transform("sum")
    latest = moved.sort_values(["due", "month"]).drop_duplicates(["kpi", "area"], keep="last")
    rows = [_row(one, after, kpis[str(one["kpi"])]) for one in latest.to_dict("records")]
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "area_name"])


def _row(one: Mapping[object, object], after: pd.DataFrame, kpi: Definition) -> dict[str, object]:
    own = after[(after["kpi"] == one["kpi"]) & (after["area"] == one["area"])]
    own = own[(own["period_months"] == one["period_months"]) & (own["month"] < one["month"])].sort_values("month")
    last = own.iloc[-1] if len(own) else None
    usual, remark = _judged(own, one)
    told: dict[str, object] = {"kpi": kpi.id, "title": kpi.title, "unit": kpi.unit, "usual_move": usual}
    told |= {"remark": remark, "lost": int(str(one["lost"]))}
    for part in _SHOWN:
        ending = "" if part == "value" else f"_{part}"
        told[f"previous{ending}"] = None if last is None else last[part]
        told |= {f"{side}{ending}": one[f"{part}_{side}"] for side in ("before", "after")}
    return {**told, **{name: one[name] for name in ("area", "month", "period_months")}}


def _judged(earlier: pd.DataFrame, one: Mapping[object, object]) -> tuple[float | None, str | None]:
    """Return the largest usual move from one period to the next, and the remark; neither without a new figure."""
    now = one["value_after"]
    if pd.isna(now):  # type: ignore[call-overload]
        return None, None
    step = max(1, int(str(one["period_months"])))
    months = pd.to_datetime(pd.Series([*earlier["month"], one["month"]])).dt
    numbers = months.year * 12 + months.month
    values = pd.Series([*earlier["value"], now], dtype="Float64")
    moves = values.diff().abs().where(numbers.diff() == step).to_numpy(dtype=float, na_value=np.nan)
    known = moves[:-1][~np.isnan(moves[:-1])]
    if len(known) < _FEWEST_MOVES or np.isnan(moves[-1]):
        return None, TOO_FEW
    usual = _UPPER_RANGE * float(known.mean())
    return usual, JUMPS if moves[-1] > usual else None


def _fed(warehouse: Warehouse) -> pd.DataFrame:
    with warehouse.reading() as reader:
        return read_feeds(reader)


def _apart(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return clocks, surveys and measures, lead and name, that a load feeds for a month in only one of the states."""
    key = ["lead", "name", "area", "load_id", "month"]
    both = before[key].merge(after[key], on=key, how="outer", indicator="side")
    return both[both["side"] != "both"]


def _figures(
    copy: Warehouse, fed: pd.DataFrame, cells: Path, kpis: Mapping[str, Definition], areas: Sequence[str], at: date
) -> pd.DataFrame:
    """Return the RESULTS rows of these KPIs and areas that publishing would show, not broken down."""
    if not kpis:
        return RESULTS.empty()
    with copy.writing() as writer:  # every load that feeds none of them is left out: it would only cost time
        needed = fed[fed["name"].isin(_names(kpis.values()))]["load_id"].unique().tolist()
        unneeded = f"DELETE FROM {writer.stored(COVERAGE)} WHERE NOT list_contains(?, load_id)"  # noqa: S608 (contract)
        writer.execute(unneeded, [needed])
    whole = [kpi.model_copy(update={"breakdowns": []}) for kpi in kpis.values()]

    def work(store: KeptStore | None) -> pd.DataFrame:
        with copy.reading() as reader:
            facts = kept_facts(reader, store)
        results = compute_all(whole, facts)
        known = results["month"] <= pd.Timestamp(at.replace(day=1))
        results = results[known & results["area"].isin(areas)]
        return withheld(results.reset_index(drop=True), kpis.values(), checks(facts))

    return with_store(cells, copy, work)


def _names(kpis: Iterable[Definition]) -> set[str]:
    return {name for kpi in kpis for name in (str(kpi.select[kpi.lead]), kpi.population) if name}
