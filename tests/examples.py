"""A definition's worked example as warehouse rows: pathways, bands, measures or answers, told apart by headings."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from etl.tables import ANSWERS, AREAS, BAND_COUNTS, MEASURES, PATHWAYS, Table
from etl.warehouse import Warehouse
from metrics.compute import Facts, read_facts
from metrics.definition import Definition
from tests.loads import insert_loads, load_row

DAY0 = date(1970, 1, 1)
AREA = "X"
Row = dict[str, str]


def facts_of(warehouse: Warehouse, definition: Definition) -> Facts:
    """Load the example's rows and return the facts the production SQL makes of them.

    A row's `month` is its extract's; with `covers_from` the extract is a history from that month on.
    """
    with warehouse.writing() as writer:
        loads = []
        for number, rows in enumerate(definition.example.tables()):
            loads += [*example_loads(f"example {number}", rows)]
            for table, frame in example_frames(f"example {number}", rows):
                writer.insert(table, frame)
        insert_loads(writer, loads)
    with warehouse.reading() as reader:
        return read_facts(reader)


def example_frames(source: str, rows: list[Row]) -> Iterable[tuple[Table, pd.DataFrame]]:
    loaded = [{**row, "load_id": f"{source} {row['month']}"} for row in rows for _ in range(int(row.get("times") or 1))]
    everyone = {"area": AREA, "breakdown": "all", "group": "all"}
    if "measure" in rows[0]:
        yield MEASURES, MEASURES.frame({**everyone, **_known(row), "month": f"{row['month']}-01"} for row in loaded)
    elif "weeks_from" in rows[0]:
        yield BAND_COUNTS, BAND_COUNTS.frame({**everyone, "state": "waiting", **_known(row)} for row in loaded)
    elif "survey" in rows[0]:
        yield ANSWERS, ANSWERS.frame({**_known(row), "respondent": str(n)} for n, row in enumerate(loaded))
        places = {row["load_id"] for row in loaded}
        yield AREAS, AREAS.frame({"load_id": load, **everyone, "level": "local_authority", "name": AREA}
                                 for load in sorted(places))  # fmt: skip
    else:
        yield PATHWAYS, PATHWAYS.frame(_pathway(number, row) for number, row in enumerate(loaded))


def _known(row: Row) -> dict[str, object]:
    numbers = ("weeks_from", "weeks_to", "children", "numerator", "denominator", "period_months", "scale_position",
               "value")  # fmt: skip
    return {key: float(value) if key in numbers else value for key, value in row.items() if value}


def _pathway(number: int, row: Row) -> dict[str, object]:
    day = {key: date.fromisoformat(row[key]) if row.get(key) else None for key in ("started_on", "stopped_on")}
    return {
        "pathway_id": str(number),
        "area": AREA,
        "stop_reason": "completed" if day["stopped_on"] else None,
        **_known(row),
        **day,
        "excepted": row.get("excepted") == "true",
        "started_day": (day["started_on"] - DAY0).days if day["started_on"] else None,
        "stopped_day": (day["stopped_on"] - DAY0).days if day["stopped_on"] else None,
    }


def example_loads(source: str, rows: list[Row]) -> Iterable[dict[str, object]]:
    for month, first in sorted({(row["month"], row.get("covers_from") or row["month"]) for row in rows}):
        begins = date.fromisoformat(f"{first}-01") if first < month else None
        yield load_row(f"{source} {month}", source, date.fromisoformat(f"{month}-01"), begins)
