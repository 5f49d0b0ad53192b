"""Examined files into the warehouse: one transaction a file, replacing by area, source, organisation and month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from etl import log
from etl.audit import Act, append
from etl.errors import UsageError
from etl.examine import Examination
from etl.tables import (
    COVERAGE,
    EVERYBODY,
    FINDINGS,
    LOADS,
    REJECTS,
    WAREHOUSE,
)
from etl.warehouse import Reader, Warehouse, Writer

_ROWS = {table.name: table for table in WAREHOUSE}


def store(
    warehouse: Warehouse, found: Examination, act: Act, explanations: Mapping[str, str], *, demonstration: bool
) -> tuple[str, bool]:
    """Load one accepted file and return its load id, and whether anything changed.

    The same figures again change nothing. Another file of the same source, organisation and month supersedes the load
    of the same local area before it, which stays on record; published figures are every area's.
    Raises WarehouseBusyError; the warehouse is as it was then.
    """
    source, month, organisation = found.source, found.month, found.organisation
    assert source
    assert month
    assert organisation
    content = found.content_sha256()
    with warehouse.writing() as writer:
        same = already_loaded(writer, found)
        if same:
            return same, False
        assert writer.scope
        whose = EVERYBODY if source.public and not demonstration else writer.scope.area
        stored, key = writer.stored(LOADS), [source.kept_as, organisation, month]
        known = writer.query(
            f"SELECT load_id FROM {stored} WHERE source = ? AND organisation = ? AND month = ?",  # noqa: S608 (contract)
            key,
        )
        load_id = f"{source.kept_as}.{organisation}.{month:%Y-%m}.{len(known) + 1}"
        writer.execute(
            f"UPDATE {stored} SET state = 'superseded', state_reason = ? "  # noqa: S608 (contract)
            "WHERE source = ? AND organisation = ? AND month = ? AND state = 'current' AND local_area = ?",
            [f"replaced by {load_id}", *key, whose],
        )
        row = _load_row(found, load_id, content, act, demonstration)
        writer.insert(LOADS, LOADS.frame([{**row, "local_area": whose}]))
        for name, frame in (found.frames or {}).items():
            writer.insert(_ROWS[name], frame.assign(load_id=load_id))
        writer.insert(REJECTS, REJECTS.frame({**asdict(r), "load_id": load_id} for r in found.rejects))
        writer.insert(FINDINGS, FINDINGS.frame(_finding_rows(found, load_id, explanations)))
        _cover(writer)
        detail = f"{found.rows_in - found.rows_rejected} of {found.rows_in} rows"
        append(writer, act, "load", load_id, detail)
    return load_id, True


def record_refusal(warehouse: Warehouse, found: Examination, unexplained: Sequence[str], act: Act) -> None:
    """Write into the audit that a file was refused, and by which rules. Raises WarehouseBusyError."""
    errors = sorted({finding.rule for finding in found.findings if finding.severity == "error"})
    with warehouse.writing() as writer:
        append(writer, act, "refuse", found.file, ", ".join(errors) or f"not explained: {', '.join(unexplained)}")


def already_loaded(reader: Reader, found: Examination) -> str | None:
    """Return the current load with the same figures for the same source, organisation and month, if there is one."""
    assert found.source
    same = reader.query(
        "SELECT load_id FROM loads WHERE source = ? AND organisation = ? AND month = ? "
        "AND state = 'current' AND content_sha256 = ?",
        [found.source.kept_as, found.organisation, found.month, found.content_sha256()],
    )
    return str(same["load_id"].iloc[0]) if len(same) else None


@dataclass(frozen=True)
class Beside:
    """The load a file stands beside: the one it would replace, or the last one before its month; and its rows."""

    load_id: str
    month: date
    rows: int
    replaced: bool


def beside(loads: Sequence[Mapping[str, Any]], found: Examination) -> Beside | None:
    """Return the current load the file would replace, else the latest before it, None where there is neither.

    `loads` as `etl.pipeline.status` tells them.
    """
    if found.source is None or found.month is None:
        return None
    name, month = found.source.kept_as, f"{found.month:%Y-%m}"
    own = [
        load for load in loads
        if load["state"] == "current" and (load["source"], load["organisation"]) == (name, found.organisation)
        and load["month"] <= month
    ]  # fmt: skip
    if not own:
        return None
    last = max(own, key=lambda load: str(load["month"]))
    said = date.fromisoformat(f"{last['month']}-01")
    return Beside(str(last["load_id"]), said, int(last["rows_loaded"]), said == found.month)


def withdraw(warehouse: Warehouse, load_id: str, why: str, act: Act) -> None:
    """Take a load out of the figures and keep it on record; an earlier load of the month does not come back.

    Raises UsageError for a load that is not there or no longer counts, and without a reason.
    """
    if not why.strip():
        raise UsageError('Say why the load is withdrawn: --why "…". The reason stays on record with it.')
    with warehouse.writing() as writer:
        assert writer.scope
        own = "SELECT state, source FROM loads WHERE load_id = ? AND local_area IN (?, ?)"
        state = writer.query(own, [load_id, EVERYBODY, writer.scope.area])
        if state.empty or state["state"].iloc[0] != "current":
            raise UsageError(f"There is no current load {load_id[:80]!r}; python -m etl status lists them.")
        struck = f"UPDATE {writer.stored(LOADS)} SET state = 'withdrawn', state_reason = ? WHERE load_id = ?"  # noqa: S608 (contract)
        writer.execute(struck, [why, load_id])
        _cover(writer)
        append(writer, act, "withdraw", load_id, why)
    month, number = load_id.split(".")[-2:]
    log.event("withdraw", source=str(state["source"].iloc[0]), month=month, load_number=int(number))


def coverage(loads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per local area, source, organisation and month: the current load that answers for it.

    A snapshot answers for its own month; the first of all also for the months before it that it can be rebuilt for.
    A history answers for every month it spans; of several, the latest month's wins.
    """
    answers: dict[tuple[str, str, str, date], dict[str, object]] = {}
    current = loads[loads["state"] == "current"].sort_values("month")
    for load in current.to_dict("records"):
        list_of = (str(load["local_area"]), str(load["source"]), str(load["organisation"]))
        first = not any(key[:3] == list_of for key in answers)
        snapshot = load["coverage"] == "snapshot"
        from_month = load["covers_from"] if first or not snapshot else load["month"]
        for month in _months(from_month, load["covers_to"]):
            next_month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
            answers[*list_of, month] = {
                "source": load["source"],
                "organisation": load["organisation"],
                "month": month,
                "load_id": load["load_id"],
                "basis": "reconstructed" if snapshot and month != load["month"].date() else load["coverage"],
                "month_start_day": _day(month),
                "month_end_day": _day(next_month) - 1,
                "local_area": load["local_area"],
            }
    return COVERAGE.frame(answers.values())


def _cover(writer: Writer) -> None:
    writer.execute(f"DELETE FROM {writer.stored(COVERAGE)}")  # noqa: S608 (contract)
    writer.insert(COVERAGE, coverage(writer.query(f"SELECT * FROM {writer.stored(LOADS)}")))  # noqa: S608 (contract)


def _months(first: date, last: date) -> Iterable[date]:
    return [month.date() for month in pd.date_range(first, last, freq="MS")]


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _load_row(found: Examination, load_id: str, content: str, act: Act, demonstration: bool) -> dict[str, object]:
    source = found.source
    assert source
    return {
        "load_id": load_id,
        "source": source.kept_as,
        "title": source.title,
        "publisher": source.publisher,
        "licence": source.licence,
        "organisation": found.organisation,
        "month": found.month,
        "coverage": source.coverage,
        "covers_from": found.covers_from,
        "covers_to": found.month,
        "file_name": found.file,
        "sha256": found.sha256,
        "content_sha256": content,
        "rows_in": found.rows_in,
        "rows_loaded": found.rows_in - found.rows_rejected,
        "rows_rejected": found.rows_rejected,
        "loaded_at": act.at,
        "loaded_by": act.who,
        "public": source.public,
        "key_id": found.key_id,
        "demonstration": demonstration,
        "state": "current",
    }


def _finding_rows(found: Examination, load_id: str, explanations: Mapping[str, str]) -> Iterable[dict[str, object]]:
    for f in found.findings:
        yield {
            "load_id": load_id,
            "rule": f.rule,
            "severity": f.severity,
            "sheet": f.sheet,
            "row": f.row,
            "column": f.column,
            "count": f.count,
            "message": f.message(found.file),
            "explanation": explanations.get(f.rule) if f.severity == "query" else None,
        }
