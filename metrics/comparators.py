"""How an area stands among others: rank and quarter by the good direction, and its statistical neighbours.

Compared are published figures of areas of one level. Where their definitions differ, a plain warning says so.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from etl.documents import Document, read_document
from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.quality_tables import COMPARATORS, DIFFERENCES

_WARNINGS = Path(__file__).parent / "comparators.yaml"
_PERIOD = ["month", "period_months"]


class Warning_(Document):  # noqa: N801 (Warning is Python's own)
    """A difference of definition: for these KPIs, and these areas or all."""

    kpis: list[str]
    areas: list[str] = []
    words: str


class _Warnings(Document):
    warnings: list[Warning_]


def load_warnings(path: Path = _WARNINGS) -> list[Warning_]:
    """Return the differences of definition that readers must know. Raises DocumentError."""
    return read_document(path, _Warnings).warnings


def differences(kpis: Iterable[str]) -> pd.DataFrame:
    """Return where the areas that stand beside each other are not counted the same, for these KPIs.

    Areas of several levels are not ranked, so that the table of ranks has no row to carry the words.
    """
    known = set(kpis)
    return DIFFERENCES.frame(
        {"kpi": kpi, "number": number, "area": area, "words": one.words}
        for number, one in enumerate(load_warnings())
        for kpi in one.kpis
        if kpi in known
        for area in (one.areas or (None,))
    )


def load_neighbours(folder: Path) -> Mapping[str, list[str]]:
    """Return each area's statistical neighbours, closest first; none where the lookup is not there."""
    path = folder / "statistical_neighbours.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: (row["area"], int(row["position"])))
    near: dict[str, list[str]] = {}
    for row in rows:
        near.setdefault(row["area"], []).append(row["neighbour"])
    return near


def compared(
    results: pd.DataFrame, kpis: Iterable[Definition], areas: pd.DataFrame, neighbours: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Return one row per KPI, area and period that more than one area of its level has a value for.

    `areas` says each area's level. KPIs without a better direction are not ranked. Equal values share a place.
    """
    levels = areas.drop_duplicates("area", keep="last").set_index("area")["level"]
    whole = results[(results["breakdown"] == EVERYONE) & results["value"].notna()]
    whole = whole.assign(level=whole["area"].map(levels))
    warnings = load_warnings()
    frames = []
    for kpi in kpis:
        own = whole[(whole["kpi"] == kpi.id) & whole["level"].notna()]
        if kpi.better != "neither" and len(own):
            groups = [group for _, group in own.groupby(["level", *_PERIOD]) if len(group) > 1]
            frames += [_ranked(group, kpi, neighbours, warnings) for group in groups]
    if not frames:
        return COMPARATORS.empty()
    ranked = COMPARATORS.typed(pd.concat(frames, ignore_index=True))
    return ranked.sort_values(list(COMPARATORS.key), ignore_index=True)


def _ranked(
    group: pd.DataFrame, kpi: Definition, neighbours: Mapping[str, list[str]], warnings: list[Warning_]
) -> pd.DataFrame:
    rank = places(group["value"], kpi.better)
    values = dict(zip(group["area"], group["value"], strict=True))
    near = [_near(area, values, neighbours, kpi.better) for area in group["area"]]
    return group.assign(
        rank=rank,
        areas=len(group),
        quartile=quarters(rank, len(group)),
        neighbours=[one[0] for one in near],
        neighbours_rank=pd.Series([one[1] for one in near], index=group.index, dtype="Int64"),
        neighbours_median=pd.Series([one[2] for one in near], index=group.index, dtype="Float64"),
        warning=pd.Series(
            [_warning(kpi, area, list(values), warnings) for area in group["area"]], index=group.index, dtype="str"
        ),
    )


def places(values: pd.Series, better: str) -> pd.Series:
    """Return each value's place, 1 the best; equal values share the better place."""
    return values.astype("Float64").rank(method="min", ascending=better == "lower").astype("Int64")


def quarters(rank: pd.Series, areas: int) -> pd.Series:
    """Return the quarter each place lies in, A the best; with fewer than four areas there are none."""
    if areas < 4:
        return pd.Series(None, index=rank.index, dtype="str")
    return ((rank - 1) * 4 // areas).map({0: "A", 1: "B", 2: "C", 3: "D"}).astype("str")


def _near(
    area: str, values: Mapping[str, float], neighbours: Mapping[str, list[str]], better: str
) -> tuple[int, int | None, float | None]:
    found = [values[name] for name in neighbours.get(area, []) if name in values]
    if not found:
        return 0, None, None
    ahead = sum(value < values[area] if better == "lower" else value > values[area] for value in found)
    return len(found), ahead + 1, float(pd.Series(found, dtype="float64").median())


def _warning(kpi: Definition, area: str, others: list[str], warnings: list[Warning_]) -> str | None:
    words = [
        one.words
        for one in warnings
        if kpi.id in one.kpis and (not one.areas or area in one.areas or set(one.areas) & set(others))
    ]
    return " ".join(words) or None
