"""What differs between two editions, figure by figure."""

from pathlib import Path
from typing import Any

import pandas as pd

from metrics.edition import read_manifest, read_tables
from metrics.edition_tables import RESULTS

_KEY = list(RESULTS.key)


def compare(folder: Path, before: str, after: str) -> list[dict[str, Any]]:
    """Return one row per figure that appeared, went or changed, months as YYYY-MM. Raises EditionError."""
    old, new = (read_tables(folder, read_manifest(folder, edition).edition_id) for edition in (before, after))
    both = old["results"].merge(new["results"], on=_KEY, how="outer", suffixes=("_before", "_after"))
    parts = ("value", "numerator", "denominator", "at_least", "flag")
    same = pd.Series(True, index=both.index)
    for part in parts:
        left, right = both[f"{part}_before"], both[f"{part}_after"]
        same &= ((left == right) | (left.isna() & right.isna())).fillna(False).astype("bool")
    known = pd.concat([new["kpis"], old["kpis"]]).drop_duplicates("kpi").set_index("kpi")
    changed = both[~same]
    rows = changed.assign(
        title=changed["kpi"].map(known["title"]),
        unit=changed["kpi"].map(known["unit"]),
        month=changed["month"].dt.strftime("%Y-%m"),
        before=changed["value_before"],
        after=changed["value_after"],
    )
    shown = rows[["kpi", "title", "unit", "area", "breakdown", "group", "month", "before", "after"]]
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in shown.to_dict("records")]
