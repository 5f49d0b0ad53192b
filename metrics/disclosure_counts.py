"""Every count a board file would tell, as sums of children: what the disclosure check bounds.

A count is the children of some *kinds* (state, week band, exceptions, in time or not: whatever a rule tells apart) in
one place (area, breakdown, group) over the months of its period. A lead is one clock, measure or survey.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.tables import EVERYONE
from metrics.definition import CLOCK_FACTS, LEAVING, Definition
from metrics.disclosure_cells import CELL, LONGEST_WEEKS, cells_of, kinds_of
from metrics.kinds import PLACE
from metrics.periods import LENGTH, PACE
from metrics.rule import COLUMNS, tried

KEY = ["lead", "area", "breakdown", "group", "month", "length", "quantity"]
# Published tables' bands: a list's weekly ones are joined into these for the board, or nearly all would be hidden.
BAND_STARTS = (0, 1, 2, 4, 6, 12, 18, 26, 39, 52, 65, 78, LONGEST_WEEKS)
BAND = "band"
REMEMBERED = -2
# Only the list is told by band; who came and who left in a month is told as one number.
LISTED = "waiting"
_PEOPLE = (
    "children",
    "percent",
    "weeks",
    "days",
    "plans",
    "requests",
    "families",
    "per 100 pupils",
    "per 1,000 children",
)

Strict = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Quantities:
    """What is counted of one lead: `kinds` one row a kind, `counted` kinds by quantities, whether a kind is in it."""

    kinds: pd.DataFrame
    counted: np.ndarray
    numbers: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Told:
    """Cells (`lead`, PLACE, kind, children), quantities by lead, and `counts`: one row per result and part."""

    cells: pd.DataFrame
    quantities: Mapping[str, Quantities]
    counts: pd.DataFrame


def counts_told(
    results: pd.DataFrame, bands: pd.DataFrame, kpis: Mapping[str, Definition], facts: Mapping[str, pd.DataFrame],
    strict: Strict, before: pd.DataFrame | None = None,
) -> Told:  # fmt: skip
    """Return the counts behind every result, and every band of a list, of a lead and area in `strict`, exact.

    What the board was shown before (`before`, the DISCLOSED table of the edition in use) and is not told now comes with
    REMEMBERED as its result. `before` among the columns of counts is how many it was then.

    `counts` has KEY, `kpi` ("band" for one of the board's bands), `part` (numerator, denominator, others of a share,
    started, left; a band's state and start), `result` (its row in results, -1 for bands) and `children`. A percentile
    tells its base; what its value tells is left to the check.
    """
    leads = {lead for lead, _ in strict}
    cells = cells_of(facts, leads)
    areas = pd.MultiIndex.from_tuples(sorted(strict), names=["lead", "area"])
    cells = cells[pd.MultiIndex.from_frame(cells[["lead", "area"]]).isin(areas)].reset_index(drop=True)
    kinds = {str(lead): kinds_of(rows) for lead, rows in cells.groupby("lead")}
    numbered, quantities, found = [], {}, []
    by_lead = _by_lead(kpis.values())
    for lead, own in cells.groupby("lead"):
        distinct = kinds[str(lead)]
        numbered.append(own.merge(distinct.assign(kind=range(len(distinct))), on=list(distinct.columns), how="left"))
        quantities[str(lead)] = _quantities(distinct, by_lead.get(str(lead).partition("/")[0], []))
    whole = pd.concat(numbered) if numbered else cells.assign(kind=pd.Series(dtype="int64"))
    cells = whole.groupby(CELL, sort=True)["children"].sum().reset_index()
    for kpi, rows in results[told_months(results)].groupby("kpi"):
        definition = kpis.get(str(kpi))
        if definition is not None and of_people(definition):
            found += _of_kpi(definition, rows, quantities, areas)
    found += _of_bands(bands, quantities, areas)
    columns = [*KEY, "kpi", "part", "result"]
    counts = pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
    counts = _with_earlier(counts.astype({"month": "datetime64[s]"}), before, quantities, areas)
    return Told(cells, quantities, _with_children(counts, cells, quantities))


def told_months(results: pd.DataFrame) -> pd.Series:
    """Return which results the board is told at all: every month of a whole, of a breakdown the latest one.

    The screens show groups in their latest month; a month of one group has too few children to be told well.
    """
    latest = results.groupby(["kpi", "area", "breakdown"])["month"].transform("max")
    return (results["breakdown"] == EVERYONE) | (results["month"] == latest)


def of_people(definition: Definition) -> bool:
    """Return whether a KPI's figures count children or families; money, staff and printed values count neither."""
    return definition.kind != "printed" and definition.unit in _PEOPLE


def parts(definition: Definition) -> list[str]:
    """Return which counts a KPI's figure tells."""
    if definition.kind == "net_flow":
        return ["started", "left"]
    if definition.kind == "clearance_weeks":
        return ["numerator", "left"]
    if definition.kind in ("percentile", "mean"):
        return ["denominator"]
    percent = definition.kind == "measure" and definition.unit == "percent"
    shares = definition.kind in ("share", "top_two_box") or percent
    rated = definition.kind == "rate" and definition.fact == "measure_values" and definition.population is None
    return ["numerator", "denominator"] if shares or rated else ["numerator"]


def _by_lead(kpis: Iterable[Definition]) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    for kpi in kpis:
        if of_people(kpi):
            found.setdefault(str(kpi.select[kpi.lead]), []).append(kpi)
    return found


def _quantities(kinds: pd.DataFrame, kpis: Iterable[Definition]) -> Quantities:
    told: list[np.ndarray] = []
    numbers: dict[tuple[str, str], int] = {}
    known: dict[bytes, int] = {}

    def add(name: tuple[str, str], inside: np.ndarray) -> None:
        if inside.tobytes() not in known:
            known[inside.tobytes()] = len(told)
            told.append(inside)
        numbers[name] = known[inside.tobytes()]

    for kpi in kpis:
        inside = {part: _inside(kpi, part, kinds) for part in parts(kpi)}
        if {"numerator", "denominator"} <= inside.keys():
            inside["others"] = inside["denominator"] & ~inside["numerator"]
        for part, of_part in inside.items():
            add((kpi.id, part), of_part)
    if "state" in kinds:
        starts = band_start(kinds.get("weeks_from", pd.Series(np.nan, index=kinds.index)))
        for state in sorted(set(kinds["state"]) - {""}):
            of_state = (kinds["state"] == state).to_numpy()
            if state != LISTED:
                add(band_quantity(state, 0), of_state)
                continue
            for start in BAND_STARTS:
                add(band_quantity(state, start), of_state & (starts == start).fillna(False).to_numpy(dtype=bool))
            add(band_quantity(state, None), of_state & starts.isna().to_numpy())
    counted = np.column_stack(told) if told else np.zeros((len(kinds), 0), dtype=bool)
    return Quantities(kinds, counted, numbers)


def band_quantity(state: str, start: int | None) -> tuple[str, str]:
    """Return the name of the children of a state in one of the board's bands; None: with an unknown wait."""
    return BAND, f"{state} {'unknown' if start is None else start}"


def band_start(weeks_from: pd.Series) -> pd.Series:
    """Return the start of the board's band that a band lies in; missing for an unknown wait."""
    place = np.searchsorted(BAND_STARTS, weeks_from.astype("float64"), side="right") - 1
    starts = pd.Series(np.array(BAND_STARTS)[np.maximum(place, 0)], index=weeks_from.index, dtype="Int64")
    return starts.where(weeks_from.notna())


def _inside(kpi: Definition, part: str, kinds: pd.DataFrame) -> np.ndarray:
    """Return which kinds a part of a KPI counts."""
    if kpi.fact == "measure_values":
        return (kinds["part"] == "in").to_numpy() if part == "numerator" else np.ones(len(kinds), dtype=bool)
    other: dict[str, str | bool | list[str]] = {}
    if part in ("started", "left"):
        other = {"state": "started" if part == "started" else list(LEAVING)}
    if kpi.kind == "clearance_weeks" and part == "numerator":
        other = {"state": "waiting"}
    inside = np.ones(len(kinds), dtype=bool)
    for column, value in {**kpi.select, **other}.items():
        if column != kpi.lead:
            wanted = value if isinstance(value, list) else [value]
            inside &= kinds[column].isin(wanted).to_numpy() if column in kinds else False
    if kpi.fact in ("clock_counts", "clock_days"):
        inside &= (kinds["cohort"] == "").to_numpy() if "cohort" in kinds else True
    columns = COLUMNS["clock_counts" if kpi.fact in CLOCK_FACTS else kpi.fact]
    known = kinds.assign(**{name: None for name in columns if name not in kinds})
    rules = {"base": kpi.base, "numerator": kpi.numerator if part != "denominator" else None}
    if kpi.over or kpi.kind in ("percentile", "mean"):
        rules = {}
    for name, rule in rules.items():
        if rule is not None:
            met = tried(known[inside], columns, rule, f"{kpi.id}.yaml: {name}")
            among = known[columns].merge(met, on=columns, how="left")["all_in"]
            inside &= among.fillna(False).astype("bool").to_numpy()
    if kpi.kind in ("percentile", "mean"):
        inside &= kinds["weeks_from"].notna().to_numpy()
    return inside


def _of_kpi(
    kpi: Definition, rows: pd.DataFrame, quantities: Mapping[str, Quantities], areas: pd.MultiIndex
) -> list[pd.DataFrame]:
    name = str(kpi.select[kpi.lead])
    lead = pd.Series(name, index=rows.index)
    if kpi.fact == "measure_values":
        lead = lead + "/" + rows["period_months"].astype("str")
    own = rows.assign(lead=lead, result=rows.index)
    own = own[pd.MultiIndex.from_frame(own[["lead", "area"]]).isin(areas) & own["lead"].isin(quantities)]
    found = []
    for part in parts(kpi):
        if kpi.over and part == "numerator":
            continue
        missing = own["denominator" if part == "denominator" else "numerator"].isna()
        told = own[~missing]
        length = LENGTH[PACE] if (kpi.kind, part) == ("clearance_weeks", "left") else LENGTH[kpi.period]
        length = 1 if kpi.fact == "measure_values" else length
        number = told["lead"].map({lead: q.numbers.get((kpi.id, part), -1) for lead, q in quantities.items()})
        found.append(told.assign(part=part, length=length, quantity=number))
    if len(found) == 2 and "denominator" in parts(kpi):
        number = found[0]["lead"].map({lead: q.numbers.get((kpi.id, "others"), -1) for lead, q in quantities.items()})
        found.append(found[0].assign(part="others", quantity=number))
    return found


def _of_bands(
    bands: pd.DataFrame, quantities: Mapping[str, Quantities], areas: pd.MultiIndex
) -> Iterable[pd.DataFrame]:
    own = bands.rename(columns={"clock": "lead"}).assign(start=band_start(bands["weeks_from"]))
    own = own[pd.MultiIndex.from_frame(own[["lead", "area"]]).isin(areas) & own["lead"].isin(quantities)]
    own = own.assign(start=own["start"].mask(own["state"] != LISTED, 0))
    own = own[["lead", "area", "month", "state", "start"]].drop_duplicates()
    names = [band_quantity(s, None if pd.isna(b) else int(b)) for s, b in zip(own["state"], own["start"], strict=True)]
    numbers = [quantities[lead].numbers[name] for lead, name in zip(own["lead"], names, strict=True)]
    own = own.assign(quantity=numbers, part=[name[1] for name in names], breakdown=EVERYONE, group=EVERYONE)
    return [own.assign(length=1, kpi=BAND, result=-1)]


def _with_earlier(
    counts: pd.DataFrame, before: pd.DataFrame | None, quantities: Mapping[str, Quantities], areas: pd.MultiIndex
) -> pd.DataFrame:
    """Add `before`, and a row for every count the board was once shown and is not told now."""
    if before is None or before.empty:
        return counts.assign(before=np.nan)
    seen = before[before["shown"].astype("bool")].rename(columns={"period_months": "length", "children": "before"})
    seen = seen[pd.MultiIndex.from_frame(seen[["lead", "area"]]).isin(areas) & seen["lead"].isin(quantities)]
    seen = seen.drop(columns=["treatment", "shown"]).astype({"month": "datetime64[s]", "before": "float64"})
    names = zip(seen["lead"], seen["kpi"], seen["part"], strict=True)
    numbers = [quantities[lead].numbers.get((kpi, part), -1) for lead, kpi, part in names]
    seen = seen.assign(quantity=numbers)[np.array(numbers, dtype="int64") >= 0]
    kinds = {"length": "int64", "quantity": "int64"}
    both = counts.astype(kinds).merge(seen.astype(kinds), on=[*KEY, "kpi", "part"], how="outer")
    return both.assign(result=both["result"].fillna(REMEMBERED).astype("int64"))


def _with_children(counts: pd.DataFrame, cells: pd.DataFrame, quantities: Mapping[str, Quantities]) -> pd.DataFrame:
    """Add the exact number of children of every count."""
    wanted = counts[KEY].drop_duplicates()
    own = dict(list(cells.groupby("lead")))
    found = [_added(rows, own[lead], quantities[str(lead)]) for lead, rows in wanted.groupby("lead")]
    if not found:
        return counts.assign(children=pd.Series(dtype="float64"))
    return counts.merge(pd.concat(found), on=KEY, how="left")


def _added(wanted: pd.DataFrame, own: pd.DataFrame, quantities: Quantities) -> pd.DataFrame:
    """Return `wanted` with the children of each: the cells of its place and quantity, over the months of its period."""
    sums = pd.DataFrame(quantities.counted[own["kind"].to_numpy()] * own[["children"]].to_numpy(dtype="float64"))
    place = own[PLACE].reset_index(drop=True).astype({"month": "datetime64[s]"})
    by_place = sums.groupby([place[name] for name in PLACE]).sum()
    source = np.repeat(np.arange(len(wanted)), wanted["length"].astype("int64"))
    spans = wanted.iloc[source]
    back = spans.groupby(source).cumcount().to_numpy().astype("timedelta64[M]")
    month = (spans["month"].to_numpy().astype("datetime64[M]") - back).astype("datetime64[s]")
    at = by_place.index.get_indexer(pd.MultiIndex.from_frame(spans[PLACE].assign(month=month)))
    quantity = spans["quantity"].to_numpy(dtype="int64")
    children = np.where((at >= 0) & (quantity >= 0), by_place.to_numpy()[at, quantity], 0.0)
    return wanted.assign(children=np.bincount(source, weights=children, minlength=len(wanted)))
