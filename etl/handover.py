"""An examination across the process boundary: the child writes it down, the parent reads it back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from etl.examine import Examination, examine
from etl.finding import Finding, Reject
from etl.settings import plan_folder
from etl.tables import ANSWERS, AREAS, BAND_COUNTS, MEASURES, PATHWAYS, QUESTIONS, REJECTS, WAVES
from etl.waves import known_sources

_TABLES = {table.name: table for table in (ANSWERS, AREAS, BAND_COUNTS, MEASURES, PATHWAYS, QUESTIONS, WAVES)}


def examine_to_folder(
    *,
    path: str,
    today: str,
    reference: str,
    plan: str,
    key_file: str,
    source: str | None,
    month: str | None,
    out: Path,
    others: Sequence[str] = (),
) -> dict[str, Any]:
    """Run `examine` in the child: rows go to Parquet files in `out`, the rest is returned as JSON."""
    found = examine(
        Path(path),
        today=date.fromisoformat(today),
        reference=Path(reference),
        plan=Path(plan),
        key_file=Path(key_file),
        source=source,
        month=date.fromisoformat(month) if month else None,
        others=[Path(other) for other in others],
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in (found.frames or {}).items():
        frame.to_parquet(out / f"{name}.parquet", compression=None)  # read once; hashes do not shrink
    REJECTS.frame(asdict(reject) for reject in found.rejects).to_parquet(out / "rejects.parquet")
    return {
        "sha256": found.sha256,
        "source": found.source.name if found.source else None,
        "month": found.month.isoformat() if found.month else None,
        "covers_from": found.covers_from.isoformat() if found.covers_from else None,
        "rows_in": found.rows_in,
        "rows_rejected": found.rows_rejected,
        "findings": [asdict(finding) for finding in found.findings],
        "frames": sorted(found.frames or {}),
        "organisation": found.organisation,
        "key_id": found.key_id,
    }


def from_folder(path: Path, answer: Mapping[str, Any], out: Path, others: Sequence[Path] = ()) -> Examination:
    """Return the examination a child wrote."""
    rejects = pd.read_parquet(out / "rejects.parquet")[["sheet", "row", "column", "rule"]].astype("object")
    rejects = rejects.where(rejects.notna(), None)
    day = {key: date.fromisoformat(answer[key]) if answer[key] else None for key in ("month", "covers_from")}
    return Examination(
        path,
        answer["sha256"],
        tuple(others),
        known_sources(plan_folder())[answer["source"]] if answer["source"] else None,
        day["month"],
        day["covers_from"],
        answer["rows_in"],
        answer["rows_rejected"],
        tuple(Finding(**finding) for finding in answer["findings"]),
        tuple(Reject(**{str(key): value for key, value in row.items()}) for row in rejects.to_dict("records")),
        {name: _TABLES[name].typed(pd.read_parquet(out / f"{name}.parquet")) for name in answer["frames"]},
        answer["organisation"],
        answer["key_id"],
    )
