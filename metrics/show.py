"""One KPI out of the current edition, as plain rows."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from etl.errors import UsageError
from etl.tables import EVERYONE
from metrics.definition import definition_named
from metrics.edition import EditionError, current_edition, read_tables


def show(folder: Path, kpi: str, *, month: date | None, by: str | None, area: str | None) -> list[dict[str, Any]]:
    """Return one row per area, group and month, oldest first, months as YYYY-MM, values not rounded.

    Without `area` it is the area the scorecard uses, or every local area for a KPI that is not scored. Raises
    UsageError for an unknown KPI or breakdown, EditionError where nothing is published.
    """
    definition = definition_named(kpi)
    if by and by not in definition.breakdowns:
        known = ", ".join(definition.breakdowns) or "none"
        raise UsageError(f"{kpi} is not split by {by[:40]!r}; its breakdowns are: {known}.")
    edition = current_edition(folder)
    if edition is None:
        raise EditionError("No edition has been published yet: python -m metrics publish")
    tables = read_tables(folder, edition)
    results = tables["results"]
    rows = results[(results["kpi"] == kpi) & (results["breakdown"] == (by or EVERYONE))]
    rows = rows[rows["area"].isin([area] if area else _usual_areas(tables, kpi))]
    if month:
        rows = rows[rows["month"] == pd.Timestamp(month)]
    scored = tables["scorecard"].loc[tables["scorecard"]["kpi"] == kpi, "area"]
    status = tables["path"][tables["path"]["kpi"] == kpi].set_index("month")["status"]
    rows = rows.assign(unit=definition.unit, status=rows["month"].map(status).where(rows["area"].isin(scored)))
    rows = rows.assign(month=rows["month"].dt.strftime("%Y-%m")).drop(columns="kpi")
    return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows.to_dict("records")]  # type: ignore[misc]


def _usual_areas(tables: dict[str, pd.DataFrame], kpi: str) -> list[str]:
    scored = tables["scorecard"].loc[tables["scorecard"]["kpi"] == kpi, "area"]
    areas = tables["areas"]
    return list(scored) or list(areas.loc[areas["role"] == "local", "area"])
