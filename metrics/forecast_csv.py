"""The forecast of any `date,value` file: what `python -m metrics forecast` prints."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.errors import UsageError
from metrics.forecast import Outlook, forecast
from metrics.forecast_scale import PERCENT, scale_for

_DATE, _VALUE = "date", "value"
_FORMATS = ("%Y-%m-%d", "%Y-%m", "%d/%m/%Y")
MAX_MONTHS = 120


def forecast_of_csv(path: Path, months: int = 18, unit: str = "value", seed: int = 1) -> dict[str, Any]:
    """Return the forecast of a CSV with the columns date and value, ready for JSON.

    Keys: file, unit, seed, last_month, method, notes, cannot_tell (a reason in words, or None) and months: one entry
    per month ahead with month ("YYYY-MM"), median, low80, high80; empty when it cannot tell. An empty value is a gap.
    Equal file and seed give an equal answer. `unit` "percent" keeps within 0–100; other values from 0 up stay at 0 or
    above.

    Raises UsageError, naming file, row and column but never a value, for anything else.
    """
    if not 1 <= months <= MAX_MONTHS:
        raise UsageError(f"--months: a whole number from 1 to {MAX_MONTHS} is needed.")
    series = _read(path, unit)
    outlook = forecast(series, months, unit, np.random.default_rng(seed))
    last = max(outlook.history, default=None)
    return {
        "file": path.name,
        "unit": unit,
        "seed": seed,
        "last_month": None if last is None else f"{last:%Y-%m}",
        "method": outlook.method,
        "notes": list(outlook.notes),
        "cannot_tell": outlook.cannot_tell,
        "months": _rows(outlook),
    }


def _rows(outlook: Outlook) -> list[dict[str, Any]]:
    rows = outlook.frame.to_dict("records")
    return [
        {
            "month": f"{row['month']:%Y-%m}",
            **{name: round(float(row[name]), 6) for name in ("median", "low80", "high80")},
        }
        for row in rows
    ]


def _read(path: Path, unit: str) -> pd.DataFrame:
    """Return columns month and value, one row per line with a date; an empty value is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except OSError as error:
        raise UsageError(f"{path.name}: cannot be opened ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path.name}: not readable as CSV. Save it as CSV in UTF-8.") from error
    headings = [cell.strip().lower() for cell in lines[0]] if lines else []
    for column in (_DATE, _VALUE):
        if headings.count(column) != 1:
            raise UsageError(f'{path.name}, row 1: one column "{column}" is needed; give the headings date and value.')
    at_date, at_value = headings.index(_DATE), headings.index(_VALUE)
    found: dict[date, tuple[int, float]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(headings):
            raise UsageError(f"{path.name}, row {number}: {len(line)} fields where the headings have {len(headings)}.")
        month = _month(line[at_date], path, number)
        if month in found:
            raise UsageError(
                f'{path.name}, rows {found[month][0]} and {number}, column "{_DATE}": the same month twice. Keep one.'
            )
        found[month] = number, _value(line[at_value], unit, path, number)
    return pd.DataFrame(
        {"month": pd.to_datetime(list(found)), "value": np.array([value for _, value in found.values()], dtype=float)}
    )


def _month(text: str, path: Path, number: int) -> date:
    for form in _FORMATS:
        try:
            day = datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
        return day.replace(day=1)
    raise UsageError(f'{path.name}, row {number}, column "{_DATE}": not a date we can read. Use YYYY-MM-DD.')


def _value(text: str, unit: str, path: Path, number: int) -> float:
    if not text.strip():
        return float("nan")
    where = f'{path.name}, row {number}, column "{_VALUE}"'
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if not np.isfinite(value):
        raise UsageError(
            f"{where}: not a number. Use digits and a point, or leave the cell empty when there is no figure."
        )
    try:
        scale_for(np.array([value]), unit)
    except ValueError as error:
        hint = " Leave out --unit percent if it is none." if unit == PERCENT else ""
        raise UsageError(f"{where}: {error}.{hint}") from error
    return value
