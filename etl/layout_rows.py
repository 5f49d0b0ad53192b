"""One line a period, area and group, figures across: from a recognised table to measures."""

import pandas as pd

from etl.clean import Cleaned, Numbers, last_month_of_year, numbers, trimmed
from etl.finding import Finding
from etl.organisations import Organisations, tidy_codes
from etl.published import blank_figures, hold_ill_formed, hold_ragged, hold_repeats
from etl.recognise import Located, Match
from etl.source import Measure, Rows, normal
from etl.tables import AREAS, MEASURES

# The release counts by calendar year.
_YEAR = 12
_KEY = ["month", "area", "breakdown", "group"]
# Percentages and their counts are asked about where any differ by more than a point, or more than these by over 0.1.
_A_POINT, _FEW = 10, 0.02


def clean_rows(match: Match, organisations: Organisations) -> Cleaned:
    """Return one row per measure, area, year and group, with every symbol kept as what it means."""
    source, table, layout = match.source, match.tables[0], match.source.rows
    assert layout
    body = table.body()
    text = {key.rpartition(".")[2]: trimmed(body[place]) for key, place in table.columns.items()}
    filled = (pd.concat(text, axis=1) != "").any(axis=1)
    text = {key: cells[filled] for key, cells in text.items()}
    figures = {column for measure in layout.measures.values() for column in measure.columns()}
    lines = _lines(text, layout, organisations)
    result = Cleaned(rows_in=len(lines))
    headings = {key.rpartition(".")[2]: table.heading(key) for key in table.columns}
    good = _whole(table, text, lines, result)
    result.findings += blank_figures(pd.concat([numbers(text[k], source.symbols).flags for k in figures]), "counts")
    parsed = {key: numbers(text[key], source.symbols) for key in text if key in figures}
    for key, column in parsed.items():
        parsed[key], finding = _without_negatives(column, table.sheet.name, headings[key])
        result.findings += finding
    for bad, key, rule, problem, remedy in _rules(lines, text, parsed, layout, source.path):
        result.hold(good & bad, table.sheet.name, headings[key], rule, problem, remedy)
        good &= ~bad
    good = hold_ill_formed(result, good, lines, table.sheet.name, headings[layout.area_code["local_authority"]])
    good = hold_repeats(result, good, lines[_KEY], pd.concat(text, axis=1), table.sheet.name)
    measures = {name: _measure(name, measure, lines, parsed)[good] for name, measure in layout.measures.items()}
    for name, rows in measures.items():
        measure = layout.measures[name]
        above = parsed[measure.numerator].values
        result.findings += _exceeding(name, rows, above, table.sheet.name, headings[measure.numerator])
        if printed := measure.value:
            result.findings += _against_published(name, rows, table.sheet.name, headings[printed])
    result.frames["measures"] = MEASURES.typed(pd.concat(measures.values()).assign(load_id="", period_months=_YEAR))
    result.frames["areas"] = AREAS.typed(lines[good].drop_duplicates("area").assign(load_id=""))
    result.months = sorted({month.date() for month in lines.loc[good, "month"]})
    return result


def _whole(table: Located, text: dict[str, pd.Series], lines: pd.DataFrame, result: Cleaned) -> pd.Series:
    """Return which lines are data and whole; footnotes and lines of another width are held."""
    filled = sum(((cells != "").astype("int8") for cells in text.values()), pd.Series(0, index=lines.index))
    first = pd.Series("", index=lines.index, dtype="str")
    for cells in text.values():
        first = first.where(first != "", cells)
    footnote = (filled == 1) & first.str.contains(" ")
    result.hold(footnote, table.sheet.name, None, "NOT_DATA", "a footnote is not counted", "", "note")
    return hold_ragged(result, ~footnote, table.sheet)


Rule = tuple[pd.Series, str, str, str, str]


def _rules(
    lines: pd.DataFrame, text: dict[str, pd.Series], parsed: dict[str, Numbers], layout: Rows, path: str
) -> list[Rule]:
    split = layout.split
    rules: list[Rule] = [
        (lines["month"].isna(), layout.period, "PERIOD_UNREADABLE", "not a calendar year",
         "Write the year in four digits."),
        (~text[layout.kind].str.lower().isin([kind.lower() for kind in layout.kinds]), layout.kind,
         "PERIOD_KIND_UNKNOWN", "the period is not a calendar year", f"Add its kind under rows.kinds in {path}."),
        (lines["level"].isna(), "level", "LEVEL_UNKNOWN", "the kind of area is not known",
         f"Add it under rows.level.values in {path}."),
        (lines["area"].isna(), "level", "AREA_MISSING", "the area has no code", "Fill in the area's code."),
        (lines["breakdown"].isna(), split.topic, "BREAKDOWN_UNKNOWN", "the breakdown is not known",
         f"Add it under rows.split.topics in {path}."),
        (lines["group"] == "", split.group, "GROUP_MISSING", "the group has no name", "Fill in the group's name."),
    ]  # fmt: skip
    for key, column in parsed.items():
        remedy = f"Correct the cell, or add the symbol it holds under symbols in {path}."
        rules.append((column.unreadable, key, "NUMBER_UNREADABLE", "neither a number nor a symbol we know", remedy))
    for key in {part for measure in layout.measures.values() for part in (measure.numerator, *measure.denominator)}:
        broken = (parsed[key].values != parsed[key].values.round()).fillna(False).astype("bool")
        rules.append((broken, key, "COUNT_UNREADABLE", "not a whole number", "Correct the cell."))
    return rules


def _without_negatives(column: Numbers, sheet: str, heading: str) -> tuple[Numbers, list[Finding]]:
    """Withhold counts below zero: DfE prints some where it subtracts one count from another (annual reviews 2024)."""
    below = (column.values < 0).fillna(False).astype("bool")
    rows = below.index[below]
    if rows.empty:
        return column, []
    problem = "a count below zero is printed; the figures it enters are withheld"
    finding = Finding("COUNT_NEGATIVE", "note", problem, "", sheet, int(rows.min()), heading, len(rows))
    return Numbers(column.values.mask(below), column.flags.mask(below, "withheld"), column.unreadable), [finding]


def _lines(text: dict[str, pd.Series], layout: Rows, organisations: Organisations) -> pd.DataFrame:
    known = {normal(word): level for word, level in layout.level.values.items()}
    level = text["level"].map(lambda word: known.get(normal(word)))
    code = pd.Series("", index=level.index)
    name = pd.Series("", index=level.index)
    for key, column in layout.area_code.items():
        code = code.where(level != key, text[column])
        name = name.where(level != key, text[layout.area_name[key]])
    code = tidy_codes(code)
    everyone = {topic for topic, breakdown in layout.split.topics.items() if breakdown == "all"}
    group = text[layout.split.group].where(~text[layout.split.topic].isin(everyone), "all")
    shown = {pair: organisations.area(*pair).name for pair in set(zip(level, name, code, strict=True))}
    return pd.DataFrame(
        {
            "month": last_month_of_year(text[layout.period]),
            "level": level,
            "code": code,
            "area": code.where(code != ""),
            "name": [shown[pair] for pair in zip(level, name, code, strict=True)],
            "breakdown": text[layout.split.topic].map(layout.split.topics),
            "group": group,
        }
    )


def _measure(name: str, measure: Measure, lines: pd.DataFrame, parsed: dict[str, Numbers]) -> pd.DataFrame:
    """Return one measure's rows. The flag is the counts' own: DfE prints x for a percentage it could have computed."""
    parts = [parsed[column] for column in (measure.numerator, *measure.denominator)]
    flag = parts[0].flags
    for part in parts[1:]:
        flag = flag.where(flag.notna(), part.flags)
    missing = pd.Series(pd.NA, index=lines.index, dtype="Float64")
    below = [part.values for part in parts[1:]]
    base = sum(below[1:], start=below[0]) if below else missing
    above = (parts[0].values > base).fillna(False).astype("bool")
    return lines.assign(
        measure=name,
        numerator=parts[0].values.mask(above),
        denominator=base,
        value=parsed[measure.value].values if measure.value else missing,
        flag=flag.mask(above, "withheld"),
    )


def _exceeding(name: str, rows: pd.DataFrame, printed: pd.Series, sheet: str, heading: str) -> list[Finding]:
    """Name the parts larger than their whole; their figures are withheld."""
    torn = rows.index[rows["numerator"].isna() & printed[rows.index].notna()]
    if torn.empty:
        return []
    problem = f"the part is larger than the whole ({name.replace('_', ' ')}); the figure is withheld"
    remedy = "Ask the sender which of the two counts is wrong."
    return [Finding("PART_EXCEEDS_WHOLE", "note", problem, remedy, sheet, int(torn.min()), heading, len(torn))]


def _against_published(name: str, rows: pd.DataFrame, sheet: str, heading: str) -> list[Finding]:
    """Compare printed percentages with their counts: one decimal, half up (EHC plans data guidance 2025)."""
    have = rows[rows["value"].notna() & (rows["denominator"] > 0).fillna(False) & rows["numerator"].notna()]
    n, d = (have[part].astype("int64") for part in ("numerator", "denominator"))
    tenths = ((2000 * n + d) // (2 * d) - (have["value"] * 10).round()).abs()
    differs = tenths > 0
    if not differs.any():
        return []
    far, many = (tenths > _A_POINT).any(), (tenths > 1).sum() > _FEW * len(have)  # one tenth is rounding another way
    first, count = int(have.index[differs].min()), int(differs.sum())
    problem = f"the printed percentage is not the one its counts give ({name.replace('_', ' ')}); ours is shown"
    if not (far or many):
        return [Finding("PERCENTAGE_DIFFERS", "note", problem, "", sheet, first, heading, count)]
    remedy = "Check that the counts and percentages were not mixed up, or say why the counts are right."
    return [Finding("PERCENTAGE_DIFFERS", "query", problem, remedy, sheet, first, heading, count)]
