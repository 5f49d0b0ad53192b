"""Stores that both engines count: every KPI's worked example at once, and random children of several areas."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.publish import children
from etl.load import coverage
from etl.tables import AREAS, COVERAGE, LOADS, PATHWAYS, Table
from etl.warehouse import Warehouse
from metrics.definition import Definition
from tests.examples import example_frames, example_loads
from tests.loads import Row, load_row

Frames = list[tuple[Table, pd.DataFrame]]


def area_of(kpi: str) -> str:
    """Return the area that a KPI's example stands in, all to itself."""
    return f"X {kpi}"


def worked_examples(kpis: Mapping[str, Definition]) -> Frames:
    """Return every worked example, each with sources and an area of its own."""
    frames: Frames = []
    loads: list[dict[str, object]] = []
    for name, kpi in kpis.items():
        for number, rows in enumerate(kpi.example.tables()):
            source = f"{name} {number}"
            loads += example_loads(source, rows)
            for table, frame in example_frames(source, rows):
                frames.append((table, frame.assign(area=area_of(name)) if "area" in frame else frame))
    return [*frames, *_answering(loads)]


def random_children(count: int, areas: list[str]) -> Frames:
    """Return one history a half and two snapshots after it for each area, its words with quotes and gaps among them."""
    frames: Frames = []
    loads: list[dict[str, object]] = []
    for seed, area in enumerate(areas):
        rows = children(count, seed=seed).assign(area=area)
        rows.loc[np.arange(count) % 25 == 7, "area"] = areas[seed - 1]  # a neighbour's children on the list
        rows["locality"] = (
            rows["locality"].astype("str").replace({"locality 1": 'O\'Neill "North"', "locality 2": "nan"})
        )
        rows["started_day"] = rows["started_day"].astype("Int64").mask(np.arange(count) % 40 == 0)
        for number, (month, first, coverage_kind) in enumerate(
            [(date(2024, 3, 1), date(2023, 1, 1), "history"), (date(2024, 4, 1), date(2023, 11, 1), "snapshot"),
             (date(2024, 6, 1), date(2024, 6, 1), "snapshot")]
        ):  # fmt: skip
            name = f"{area} {number}"
            source = "history" if number == 0 else "list"
            more = {"organisation": area, "coverage": coverage_kind, "covers_from": first, "local_area": area}
            loads.append(load_row(name, source, month, **more))
            kept = rows.iloc[number::2].assign(load_id=name)
            kept = kept.reindex(columns=PATHWAYS.names())
            frames.append((PATHWAYS, PATHWAYS.typed(kept)))
            frames.append(
                (AREAS, AREAS.frame([{"load_id": name, "area": area, "level": "local_authority", "name": area}]))
            )
    return [*frames, *_answering(loads)]


def _answering(loads: list[Row]) -> Frames:
    frame = LOADS.frame(loads)
    return [(LOADS, frame), (COVERAGE, coverage(frame))]


def together(*stores: Frames) -> Frames:
    """Return several stores as one."""
    return [one for store in stores for one in store]


def fill(warehouse: Warehouse, frames: Frames) -> None:
    """Insert everything in one transaction: children list by list, as loads bring them, the rest a table at a time."""
    with warehouse.writing() as writer:
        for table in {table.name: table for table, _ in frames}.values():
            parts = [frame for named, frame in frames if named.name == table.name]
            lists = [part for part in parts if table is PATHWAYS and len(part) > 100]
            rest = [part for part in parts if not any(part is one for one in lists)]
            for rows in [*lists, *([pd.concat(rest)] if rest else [])]:
                writer.insert(table, table.typed(rows.reset_index(drop=True)))


def assert_same(one: pd.DataFrame, other: pd.DataFrame, where: str) -> None:
    """Assert the same rows in any order: all but decimal numbers exactly, those to 1e-9."""
    assert list(one.columns) == list(other.columns), where
    assert one.dtypes.astype("str").to_list() == other.dtypes.astype("str").to_list(), where
    decimals = [name for name in one if str(one[name].dtype).lower() == "float64" and name != "children"]
    key = [name for name in one if name not in decimals]
    frames = []
    for frame in (one, other):
        plain = frame.astype(dict.fromkeys(key, "str"))
        frames.append(plain.sort_values([*key, *decimals]).reset_index(drop=True))
    pd.testing.assert_frame_equal(*frames, check_exact=False, rtol=0, atol=1e-9, obj=where)
