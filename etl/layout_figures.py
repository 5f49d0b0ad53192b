"""One line a measure, month and group: from a recognised workbook to measures."""

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from etl.clean import Cleaned, Numbers, each_once, month_in, numbers, trimmed
from etl.dates import read_dates
from etl.figures import Figures
from etl.finding import Finding
from etl.heading import normal
from etl.local_area import LocalArea
from etl.pathways import Dates
from etl.recognise import Match
from etl.tables import AREAS, BREAKDOWNS, EVERYONE, MEASURES

_KEY = ["measure", "month", "breakdown", "group"]


def clean_figures(match: Match, area: LocalArea, today: date) -> Cleaned:
    """Return one row per measure, month and group of the local area, with every blank kept as what it means."""
    layout, table = match.source.figures, match.tables[0]
    assert layout
    body = table.body()
    text = {key.rpartition(".")[2]: trimmed(body[place]) for key, place in table.columns.items()}
    filled = (pd.concat(text, axis=1) != "").any(axis=1)
    text = {key: cells[filled] for key, cells in text.items()}
    result = Cleaned(rows_in=int(filled.sum()), organisation=area.code)
    blank = pd.Series("", index=body.index[filled], dtype="str")
    parts = {key: _counts(text[key], match.source.symbols) for key in ("numerator", "denominator")}
    lines = _lines({key: text.get(key, blank) for key in layout.columns}, parts, layout)
    good = pd.Series(True, index=lines.index, dtype="bool")
    for bad, key, rule, problem, remedy in _rules(lines, parts, layout, match.source.path, today):
        heading = table.heading(f"figures.columns.{key}") if key in text else None
        severity = "note" if rule == "NOT_FILLED" else "query"
        result.hold(bad & good, table.sheet.name, heading, rule, problem, remedy, severity)
        good &= ~bad
    repeated = good & lines.where(good).duplicated(_KEY, keep=False)
    result.hold(
        repeated, table.sheet.name, None, "ROW_REPEATED", "two lines give the same measure, month and group",
        "Leave the line that counts; neither is loaded.",
    )  # fmt: skip
    kept = lines[good & ~repeated].assign(load_id="", area=area.code, value=pd.NA)
    result.frames["measures"] = MEASURES.typed(kept)
    home = {"load_id": "", "area": area.code, "level": "local_authority", "name": area.name}
    result.frames["areas"] = AREAS.frame([home] if len(kept) else [])
    result.months = sorted({month.date() for month in kept["month"]})
    result.findings += _gaps(result)
    return result


def _counts(cells: pd.Series, symbols: Mapping[str, str]) -> Numbers:
    """Return the cells as numbers; a blank is no fault and no flag: a plain count has no denominator."""
    read = numbers(cells, symbols)
    return Numbers(read.values, read.flags, read.unreadable & (cells != ""))


def _gaps(result: Cleaned) -> list[Finding]:
    """Return a note where the lines span months with a gap: a month nobody gave is a gap, never zero."""
    months = result.months
    if not months or len(months) == len(pd.date_range(months[0], months[-1], freq="MS")):
        return []
    return [Finding("MONTHS_WITH_GAPS", "note", "some months between the first and the last have no line at all")]


def _lines(text: dict[str, pd.Series], parts: dict[str, Numbers], layout: Figures) -> pd.DataFrame:
    known = {normal(word): name for name, figure in layout.measures.items() for word in (name, figure.title)}
    measure = text["measure"].map(lambda word: known.get(normal(word))).astype("str")
    splits = {normal(name): name for name in BREAKDOWNS} | {"": EVERYONE, EVERYONE: EVERYONE}
    breakdown = text["breakdown"].map(lambda word: splits.get(normal(word))).astype("str")
    flag = parts["numerator"].flags.where(parts["numerator"].flags.notna(), parts["denominator"].flags)
    return pd.DataFrame(
        {
            "measure": measure,
            "month": each_once(text["month"], _months),
            "period_months": measure.map({name: figure.months for name, figure in layout.measures.items()}),
            "breakdown": breakdown,
            "group": text["group"].where(breakdown != EVERYONE, EVERYONE),
            "numerator": parts["numerator"].values,
            "denominator": parts["denominator"].values,
            "flag": flag.mask(parts["numerator"].values.notna()),
        }
    )


def _months(cells: pd.Series) -> pd.Series:
    """Return the first of the month that a cell names: 2024-05, May 2024, or a day in it."""
    days = read_dates(cells, Dates(), ("", "")).values
    named = pd.Series([month_in(re.sub(r"^Sept\b", "Sep", cell)) for cell in cells], dtype="datetime64[s]")
    return named.where(named.notna(), days.dt.to_period("M").dt.to_timestamp().astype("datetime64[s]"))


Rule = tuple[pd.Series, str, str, str, str]


def _rules(lines: pd.DataFrame, parts: dict[str, Numbers], layout: Figures, path: str, today: date) -> list[Rule]:
    above, base = lines["numerator"], lines["denominator"]
    shares = lines["measure"].isin([name for name, figure in layout.measures.items() if figure.of])
    rates = lines["measure"].isin([name for name, figure in layout.measures.items() if figure.counts_more])
    empty = above.isna() & base.isna() & ~parts["numerator"].unreadable & ~parts["denominator"].unreadable
    empty &= lines["flag"].isna()
    allowed = {name: {EVERYONE, *figure.breakdowns} for name, figure in layout.measures.items()}
    pairs = zip(lines["measure"], lines["breakdown"], strict=True)
    split = pd.Series([b in allowed.get(m, {EVERYONE}) for m, b in pairs], index=lines.index, dtype="bool")

    def holds(condition: pd.Series) -> pd.Series:
        return condition.fillna(False).astype("bool")

    return [
        (empty, "numerator", "NOT_FILLED", "a line without figures is left out", ""),
        (lines["measure"].isna(), "measure", "MEASURE_UNKNOWN", "a measure we do not know",
         f"Copy its name from the sheet Definitions; a new one goes under figures.measures in {path}."),
        (lines["month"].isna(), "month", "PERIOD_UNREADABLE", "not a month we can read", "Write it as 2024-05."),
        (holds(lines["month"] > pd.Timestamp(today)), "month", "MONTH_IN_FUTURE", "the month has not begun",
         "Correct the month."),
        (~split, "breakdown", "BREAKDOWN_UNKNOWN", "the measure is not split by this",
         "Leave it empty, or use the words on the sheet Definitions."),
        (lines["group"] == "", "group", "GROUP_MISSING", "the line names a split and no group", "Fill in the group."),
        *((column.unreadable, key, "NUMBER_UNREADABLE", "neither a number nor a symbol we know",
           "Write a number, or x where it is not available.") for key, column in parts.items()),
        *((holds(column.values < 0), key, "COUNT_NEGATIVE", "a figure below zero", "Correct the cell.")
          for key, column in parts.items()),
        (above.isna() & lines["flag"].isna(), "numerator", "NUMERATOR_MISSING", "the count is missing",
         "Fill it in, 0 for none; leave the whole line out where nobody counted."),
        (shares & base.isna() & lines["flag"].isna(), "denominator", "DENOMINATOR_MISSING",
         "the measure is a share, and out of how many is missing", "Fill it in."),
        (shares & ~rates & holds(above > base), "numerator", "PART_EXCEEDS_WHOLE", "the part is larger than the whole",
         "Correct whichever is wrong."),
    ]  # fmt: skip
