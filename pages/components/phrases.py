"""Short phrases that screens put together from a row of the edition; figures and dates come from metrics/wording."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics import wording
from metrics.definition import Expected
from metrics.edition import Manifest
from pages.components.theme import FLAG_MARKS, STATUS_MARKS

_QUARTERS = {"A": "best", "B": "second", "C": "third", "D": "last"}


@dataclass(frozen=True)
class Cell:
    """What one milestone cell says, top to bottom; "" leaves a line out. `status` is set where a number was planned."""

    label: str
    due: str
    planned: str
    actual: str
    read_for: str
    status: str | None
    chance: str = ""
    amended: str = ""


def status_words(status: str) -> str:
    """Return shape and word of a status: "■ Off trajectory"."""
    return f"{STATUS_MARKS[status].glyph} {wording.STATUS_WORDS[status]}"


def figure_words(
    row: pd.Series, unit: str, value: str = "value", at_least: str = "at_least", flag: str = "flag"
) -> str:
    """Return a row's figure, or the shape and word of why there is none; a missing figure without reason says so."""
    words = wording.figure(row[value], unit, at_least=row[at_least], flag=row[flag])
    absent = pd.isna(row[value]) and pd.isna(row[at_least]) and pd.notna(row[flag])
    return f"{FLAG_MARKS[str(row[flag])].glyph} {words}" if absent else words


def period_and_base(row: pd.Series) -> str:
    """Return what a figure covers and rests on: "calendar year 2024 · 251 of 687"."""
    if pd.isna(row["month"]):
        return "no figure yet"
    words = wording.period_words(row["month"], int(row["period_months"]))
    if pd.notna(row["numerator"]) and pd.notna(row["denominator"]):
        words += f" · {wording.base_words(row['numerator'], row['denominator'])}"
    return words


def newest_words(row: pd.Series | None, unit: str) -> list[str]:
    """Return the latest figure, or why there is none, then what it covers and rests on; takes a RESULTS row."""
    return ["no figure yet"] if row is None else [figure_words(row, unit), period_and_base(row)]


def gap_to_plan(row: pd.Series, unit: str) -> str:
    """Return how far a figure is from the plan for the same month, or "" where the plan has no number for it."""
    if pd.isna(row["gap"]):
        return ""
    planned = f" (planned {wording.number(row['planned'], unit)})" if pd.notna(row["planned"]) else ""
    return f"{wording.gap_words(row['gap'], unit)}{planned}"


def overdue_words(reason: str, kpis: int) -> str:
    """Return how many KPIs wait for a source and since when: "4 KPIs have no figure since calendar year 2024"."""
    return f"{kpis} KPI{' has' if kpis == 1 else 's have'} {reason[:1].lower()}{reason[1:]}"


def change(row: pd.Series, unit: str) -> str:
    """Return the change since the figure before, or "" where there is none to compare with."""
    if pd.isna(row["value"]) or pd.isna(row["previous_value"]):
        return ""
    moved = wording.difference(row["value"] - row["previous_value"], unit)
    before = wording.period_words(row["previous_month"], int(row["period_months"]))
    return f"{moved} since {before}"


def milestone_cells(milestones: pd.DataFrame, unit: str) -> list[Cell]:
    """Return one cell per milestone of one KPI, in the plan's order."""
    return [_cell(row, unit) for _, row in milestones.sort_values("position").iterrows()]


def _cell(row: pd.Series, unit: str) -> Cell:
    return Cell(
        label=str(row["label"]),
        due=wording.short_month(row["month"]),
        planned=_planned(row, unit),
        actual=_reading(row, unit),
        read_for=_read_for(row),
        status=str(row["status"]) if row["kind"] == "number" else None,
        chance="" if pd.isna(row["chance"]) else wording.chance_words(row["chance"]),
        amended=_amended(row, unit),
    )


def _planned(row: pd.Series, unit: str) -> str:
    if row["kind"] == "baseline":
        return "where it began"
    if pd.notna(row["target"]):
        return f"planned {wording.number(row['target'], unit)}"
    return f"planned “{row['statement']}”" if pd.notna(row["statement"]) else "no number planned"


def _amended(row: pd.Series, unit: str) -> str:
    """Return what the plan first said here where it was amended, else ""."""
    if pd.isna(row["amended"]):
        return ""
    if pd.notna(row["original"]):
        return f"first {wording.number(row['original'], unit)}"
    return f"first “{row['original_statement']}”" if pd.notna(row["original_statement"]) else "added later"


def _reading(row: pd.Series, unit: str) -> str:
    ahead = row["status"] == "not_due" and row["kind"] != "baseline"
    if ahead and row[["reading", "reading_at_least", "reading_flag"]].isna().all():
        return "not due yet"
    return figure_words(row, unit, "reading", "reading_at_least", "reading_flag")


def _read_for(row: pd.Series) -> str:
    if row[["reading", "reading_at_least"]].isna().all() or pd.isna(row["reading_month"]):
        return ""
    return wording.short_period(row["reading_month"], int(row["reading_period_months"]))


def clock_words(manifest: Manifest) -> str:
    """Return where the plan stands on its clock."""
    return wording.clock_words(manifest.months_elapsed, clock_stops(manifest))


def clock_stops(manifest: Manifest) -> list[tuple[str, int, pd.Timestamp]]:
    """Return label, months since the start and due month of each milestone."""
    return [(m.label, m.months, pd.Timestamp(m.month)) for m in manifest.milestones]


def edition_words(manifest: Manifest) -> str:
    """Return the line at the foot of every screen, with the note its publisher wrote."""
    note = f" · note: {manifest.note}" if manifest.note else ""
    whose = "board figures: " if manifest.audience == "board" else "exact figures; in the board's, "
    hidden = f" · {whose}{manifest.disclosure}" if manifest.disclosure else ""
    return (
        f"Edition {manifest.edition_id}{note} · published {wording.moment_words(manifest.published_at)} "
        f"by {manifest.published_by} · figures as of {wording.month_words(manifest.as_of)} "
        f"· check {manifest.content_sha256[:12]}{hidden}"
    )


def standard_words(kpi: pd.Series) -> str:
    """Return the standard outside the plan and whose it is, or "" where there is none."""
    if pd.isna(kpi["standard_value"]):
        return ""
    source = f" ({kpi['standard_source']})" if pd.notna(kpi["standard_source"]) else ""
    return f"{wording.number(kpi['standard_value'], str(kpi['unit']))}{source}"


def place_words(place: pd.Series, unit: str) -> list[str]:
    """Return the place among areas of one level and among statistical neighbours; takes a COMPARATORS row."""
    period = wording.period_words(place["month"], int(place["period_months"]))
    quarter = "" if pd.isna(place["quartile"]) else f", in the {_QUARTERS[str(place['quartile'])]} quarter"
    among = f"place {place['rank']} of {place['areas']} areas of its kind, place 1 being best{quarter}"
    told = [f"{period[:1].upper()}{period[1:]}: {among}."]
    if pd.notna(place["neighbours_rank"]):
        middle = wording.number(place["neighbours_median"], unit)
        near = int(place["neighbours"])
        told.append(
            f"Among itself and {near} statistical neighbours with a figure: place {place['neighbours_rank']} of "
            f"{near + 1}. The middle neighbour has {middle}."
        )
    return told


def expected_words(expected: Expected, unit: str) -> str:
    """Return what a worked example must yield: "May 2024: 25.0 %, 5 of 20"."""
    month = wording.month_words(date.fromisoformat(f"{expected.month}-01"))
    above, base, told = expected.numerator, expected.denominator, []
    if any(part is not None for part in (expected.value, expected.at_least, expected.flag)):
        told = [wording.figure(expected.value, unit, at_least=expected.at_least, flag=expected.flag)]
    if above is not None and base is not None:
        told.append(wording.base_words(above, base))
    elif above is not None and not told:
        told = [wording.number(above, unit)]
    return f"{month}: {', '.join(told) or wording.MISSING}"


def better_words(better: str) -> str:
    """Return which way is better, in words."""
    return {"higher": "Higher is better", "lower": "Lower is better"}.get(better, "Neither way is better in itself")


def day(value: object) -> str:
    """Return a date in words, or "" where there is none."""
    return "" if value is None or pd.isna(value) else wording.day_words(pd.Timestamp(value))  # type: ignore[arg-type, call-overload]
