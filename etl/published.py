"""What is said of every published table, whatever its layout: areas, repeats, blanks, formulas, merged cells."""

from collections.abc import Iterable

import pandas as pd

from etl.clean import Cleaned
from etl.finding import Finding
from etl.formats import Content, Sheet
from etl.local_area import LocalArea
from etl.merged import merged_cells
from etl.organisations import Organisations, ill_formed, kind_of
from etl.recognise import Match


def hold_ill_formed(
    result: Cleaned, good: pd.Series, lines: pd.DataFrame, sheet: str, heading: str | None
) -> pd.Series:
    """Hold lines whose code is none of its level, and return which of the lines are good still.

    `lines` holds code and level by row number.
    """
    bad = good & ill_formed(lines["code"], lines["level"])
    result.hold(
        bad, sheet, heading, "AREA_UNKNOWN", "the code is none of this kind of area or organisation",
        "Correct the code.",
    )  # fmt: skip
    return good & ~bad


def hold_ragged(result: Cleaned, good: pd.Series, sheet: Sheet) -> pd.Series:
    """Hold lines of another width than the header's, and return which of the lines are good still."""
    ragged = good & good.index.isin([problem.row for problem in sheet.problems])
    result.hold(
        ragged, sheet.name, None, "RAGGED_ROW", "the line has more or fewer fields than the header",
        "Put fields that hold a comma into quotes, or export the file again.",
    )  # fmt: skip
    return good & ~ragged


def hold_repeats(result: Cleaned, good: pd.Series, key: pd.DataFrame, text: pd.DataFrame, sheet: str) -> pd.Series:
    """Hold exact repeats but the first, and all lines that give the same figure differently; return what is left.

    `key` says what a line is the figure of, `text` is the line as printed.
    """
    again = text[good].duplicated().reindex(good.index, fill_value=False)
    result.hold(again, sheet, None, "ROW_REPEATED", "the line stands there before; it counts once", "", "note")
    good = good & ~again
    conflicting = good & key.where(good).duplicated(keep=False)
    result.hold(
        conflicting, sheet, None, "ROW_CONFLICTS", "two lines give the same figures differently",
        "Ask the sender which counts; neither is loaded.",
    )  # fmt: skip
    return good & ~conflicting


def unknown_areas(areas: pd.DataFrame, organisations: Organisations, *, coded: bool) -> list[Finding]:
    """Ask about areas nobody has heard of; they load, since new organisations do appear.

    Where a file prints names alone (`coded` is false), one never seen stands for itself and is only said.
    """
    named = areas["area"].str.startswith("name:")
    known = pd.Series([organisations.knows(code) for code in areas["area"]], index=areas.index)
    unknown = areas[~known & (named | coded)]
    if unknown.empty:
        return []
    problem = f"{len(unknown):,} of {len(areas):,} areas are not in the lookup of organisations"
    remedy = "Check them with the publisher; one that is right goes into data/reference/organisations.csv."
    return [Finding("AREA_UNKNOWN", "query" if coded else "note", problem, remedy, count=len(unknown))]


def missing_areas(areas: Iterable[str], plan: LocalArea) -> list[Finding]:
    """Ask about areas of the plan that a table lacks which lists others of their kind."""
    here = set(areas)
    kinds = {kind_of(area) for area in here}
    gone = [area for area in plan.areas if area not in here and kind_of(area) in kinds]
    if not gone:
        return []
    problem = f"the file has no line for {', '.join(gone)}, which the plan follows"
    return [Finding("AREA_GONE", "query", problem, "Ask the publisher, or take it out of areas in plan.yaml.")]


def refuse_structure(match: Match, content: Content) -> list[Finding]:
    """Return errors for merged cells in the data, and for figures that are formulas nobody calculated."""
    findings = []
    crosstab = match.source.crosstab
    for table in match.tables:
        findings += merged_cells(table, fills_down="level" if crosstab and crosstab.level.fill_down else None)
        ours = {place: key for key, place in table.columns.items()}
        for note in content.notes:
            if note.rule == "FORMULA_NOT_CALCULATED" and note.sheet == table.sheet.name and note.column in ours:
                problem = "the column holds formulas that were never calculated"
                remedy = "Open the file in Excel and save it again."
                place = (table.sheet.name, note.row, table.heading(ours[note.column]) or None, note.count)
                findings.append(Finding(note.rule, "error", problem, remedy, *place))
    return findings


def blank_figures(flags: pd.Series, what: str) -> list[Finding]:
    """Say how many figures of a kind are blank: a blank means that nothing was submitted, never zero."""
    blank = int((flags == "not_supplied").sum())
    if not blank:
        return []
    problem = f"{blank:,} of {len(flags):,} figures are blank ({what}); they are read as not supplied, never as zero"
    return [Finding("FIGURE_BLANK", "note", problem, count=blank)]
