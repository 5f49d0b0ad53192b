"""A definition's worked example as warehouse rows: pathways, week bands or measures, told apart by their headings."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from etl.load import coverage
from etl.tables import BAND_COUNTS, COVERAGE, LOADS, MEASURES, PATHWAYS, Table
from etl.warehouse import Warehouse
from metrics.compute import Facts, read_facts
from metrics.definition import Definition

DAY0 = date(1970, 1, 1)
AREA = "X"


def facts_of(warehouse: Warehouse, definition: Definition) -> Facts:
    """Load the example's rows and return the facts the production SQL makes of them."""
    rows = definition.example.table()
    with warehouse.writing() as writer:
        writer.insert(COVERAGE, coverage(_loads({row["month"] for row in rows})))
        for table, frame in _frames(rows):
            writer.insert(table, frame)
    with warehouse.reading() as reader:
        return read_facts(reader)


def _frames(rows: list[dict[str, str]]) -> Iterable[tuple[Table, pd.DataFrame]]:
    if "measure" in rows[0]:
        yield MEASURES, MEASURES.frame(_measure(row) for row in rows)
    elif "weeks_from" in rows[0]:
        everyone = {"area": AREA, "breakdown": "all", "group": "all", "state": "waiting"}
        yield BAND_COUNTS, BAND_COUNTS.frame({**everyone, **_known(row), "load_id": row["month"]} for row in rows)
    else:
        yield PATHWAYS, PATHWAYS.frame(_pathway(number, row) for number, row in enumerate(rows))


def _measure(row: dict[str, str]) -> dict[str, object]:
    everyone = {"area": AREA, "breakdown": "all", "group": "all"}
    return {**everyone, **_known(row), "load_id": row["month"], "month": f"{row['month']}-01"}


def _known(row: dict[str, str]) -> dict[str, object]:
    numbers = ("weeks_from", "weeks_to", "children", "numerator", "denominator", "period_months")
    return {key: float(value) if key in numbers else value for key, value in row.items() if value}


def _pathway(number: int, row: dict[str, str]) -> dict[str, object]:
    day = {key: date.fromisoformat(row[key]) if row.get(key) else None for key in ("started_on", "stopped_on")}
    return {
        "pathway_id": str(number),
        "area": AREA,
        "excepted": False,
        "stop_reason": "completed" if day["stopped_on"] else None,
        **_known(row),
        **day,
        "load_id": row["month"],
        "started_day": (day["started_on"] - DAY0).days if day["started_on"] else None,
        "stopped_day": (day["stopped_on"] - DAY0).days if day["stopped_on"] else None,
    }


def _loads(months: set[str]) -> pd.DataFrame:
    loads = []
    for month in sorted(months):
        first = date.fromisoformat(f"{month}-01")
        span = {"month": first, "covers_from": first, "covers_to": first}
        base = {"load_id": month, "source": "example", "organisation": month, "coverage": "snapshot"}
        loads.append({**dict.fromkeys(LOADS.names()), **base, **span, "state": "current"})
    return LOADS.frame(loads)
