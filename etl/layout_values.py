"""One line a metric, period and area, figures down: from a recognised table to measures."""

import re
from collections.abc import Mapping

import pandas as pd

from etl.clean import Cleaned, Numbers, each_once, numbers, trimmed
from etl.finding import Finding
from etl.locate import Located
from etl.organisations import Organisations, tidy_codes
from etl.published import hold_ill_formed, hold_ragged, hold_repeats
from etl.recognise import Match
from etl.tables import AREAS, EVERYONE, MEASURES
from etl.values import Published, Values

_KEY = ["area", "month", "period_months"]
_NUMBER = r"([0-9]{3})(?:\.0+)?"  # 893, and 893.0 where the tool holds it as a fraction
# A percentage printed to the whole point is off by up to half of one; England's are printed to a decimal or more.
_HALF_A_POINT, _HALF_A_TENTH = 0.5, 0.05

Numbered = Mapping[str, tuple[str, str, str]]
Text = Mapping[str, pd.Series]


def clean_values(match: Match, organisations: Organisations, numbered: Numbered) -> Cleaned:
    """Return one row per measure, area and period; lines of what we do not take are no rows, and are told.

    `numbered` says which area a number of DfE's is. A figure whose line is missing beside its other part is not
    available; a suppressed one is neither zero nor missing.
    """
    source, table, layout = match.source, match.tables[0], match.source.values
    assert layout
    body = table.body()
    places = {key.rpartition(".")[2]: place for key, place in table.columns.items()}
    metric = trimmed(body[places["metric"]])
    taken = body[metric.isin(layout.metrics())]
    text = {key: trimmed(taken[place]) for key, place in places.items()}
    lines = _by_year(text, layout, numbered) if layout.by_year else _by_months(text, layout, organisations)
    result = Cleaned()
    result.findings += _unknown_levels(lines, table, source.path)
    inside = lines[lines["level"].notna()]
    result.rows_in = len(inside)
    result.findings += _left_out(int((metric != "").sum()) - len(inside), table)
    parsed = numbers(text["value"][inside.index], source.symbols)
    good = _held(result, inside, pd.concat(text, axis=1).loc[inside.index], parsed, layout, table, source.path)
    figures = inside.assign(figure=parsed.values, flag=parsed.flags)[good]
    measures = {name: _measure(name, measure, figures) for name, measure in layout.measures.items()}
    for name, measure in layout.measures.items():
        result.findings += _doubts(name, measure, measures[name], layout, table)
    result.findings += _said(figures, layout, table)
    held = pd.concat([MEASURES.empty(), *measures.values()]).drop(columns="level", errors="ignore")
    result.frames["measures"] = MEASURES.typed(held.assign(load_id="", breakdown=EVERYONE, group=EVERYONE))
    result.frames["areas"] = AREAS.typed(figures.drop_duplicates("area").assign(load_id=""))
    result.months = sorted({month.date() for month in figures["month"]})
    return result


def _by_months(text: Text, layout: Values, organisations: Organisations) -> pd.DataFrame:
    """Return what each line is a figure of; `level` is missing where it is left out, `unknown` where nobody says so."""
    known = {word: _level(word, layout) for word in text["level"].unique()}
    level = text["level"].map(known).astype("str")
    left_out = text["level"].isin([word for word in known if any(_is(pattern, word) for pattern in layout.left_out)])
    code = tidy_codes(text["code"])
    code = code.where(level != "national", "")  # England's code is printed as its name
    place = pd.DataFrame({"level": level, "name": text["name"], "code": code})
    rows = list(place.itertuples(index=False, name=None))
    found = {row: organisations.area(*row) for row in set(rows)}
    area = pd.Series([found[row].code for row in rows], index=place.index, dtype="str")
    begins, ends = (each_once(text[key], _days) for key in ("begins", "ends"))
    whole = (begins.dt.day == 1) & ends.dt.is_month_end & (ends > begins)
    months = (ends.dt.year - begins.dt.year) * 12 + ends.dt.month - begins.dt.month + 1
    nowhere = code.isin(layout.nowhere)
    return place.assign(
        metric=text["metric"],
        area=area.mask(area.str.startswith("name:")),
        name=[found[row].name for row in rows],
        month=ends.dt.to_period("M").dt.to_timestamp().astype("datetime64[s]").where(whole),
        period_months=months.where(whole),
        unknown=level.isna() & ~left_out,
        level=level.mask(nowhere),
    )


def _by_year(text: Text, layout: Values, numbered: Numbered) -> pd.DataFrame:
    """Return what each line is a figure of, by the year each metric counts in and DfE's number of the area."""
    number = text["number"].str.extract(f"^{_NUMBER}$", expand=False)
    found = [numbered.get(str(key), ("", "unknown", "")) for key in number]
    place = pd.DataFrame(found, columns=["code", "level", "name"], index=number.index, dtype="str")
    year = text["year"].where(text["year"].str.fullmatch(r"(?:19|20)[0-9]{2}"))
    rules = {metric: m.year for m in layout.measures.values() for metric in m.metrics() if m.year}
    ends, months, until = (
        text["metric"].map({metric: getattr(rule, key) or 0 for metric, rule in rules.items()})
        for key in ("ends", "months", "until")
    )
    past = ((until > 0) & (pd.to_numeric(year) > until)).fillna(False).astype("bool")
    month = pd.to_datetime(year + "-" + ends.astype("str") + "-01", format="%Y-%m-%d").astype("datetime64[s]")
    return place.assign(
        metric=text["metric"],
        area=place["code"].where(place["code"] != ""),
        month=month,
        period_months=months,
        unknown=False,
        level=place["level"].where((place["level"] != "") & ~past),
    )


def _level(word: str, layout: Values) -> str | None:
    return next((level for pattern, level in layout.levels.items() if _is(pattern, word)), None)


def _is(pattern: str, word: str) -> bool:
    return re.fullmatch(pattern, word, re.IGNORECASE) is not None


def _days(cells: pd.Series) -> pd.Series:
    """Return days as NHS England prints them, 31/07/2022 or 2022-07-31; what is neither is missing."""
    british = pd.to_datetime(cells, format="%d/%m/%Y", errors="coerce")
    return british.fillna(pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce"))


def _unknown_levels(lines: pd.DataFrame, table: Located, path: str) -> list[Finding]:
    rows = lines.index[lines["unknown"]]
    if rows.empty:
        return []
    remedy = f"Add it under values.levels or values.left_out in {path}, or say why the lines can be left out."
    problem = "lines of a kind of area or group we do not know are left out"
    heading = table.heading("values.columns.level")
    return [Finding("LEVEL_UNKNOWN", "query", problem, remedy, table.sheet.name, int(rows.min()), heading, len(rows))]


def _left_out(count: int, table: Located) -> list[Finding]:
    if not count:
        return []
    problem = f"{count:,} lines of metrics, areas, groups or years that are not taken are left out"
    return [Finding("NOT_IN_SCOPE", "note", problem, "", table.sheet.name, count=count)]


def _held(
    result: Cleaned, lines: pd.DataFrame, text: pd.DataFrame, parsed: Numbers, layout: Values, table: Located, path: str
) -> pd.Series:
    """Hold lines that cannot be read, and return which of them are good."""
    good = hold_ragged(result, pd.Series(True, index=lines.index, dtype="bool"), table.sheet)
    heading = {key.rpartition(".")[2]: table.heading(key) for key in table.columns}
    period, area = ("year", "number") if layout.by_year else ("ends", "code")
    counts = lines["metric"].isin(layout.counts())
    broken = (parsed.values != parsed.values.round()).fillna(False).astype("bool")
    lookup = "data/reference/local_authorities.csv" if layout.by_year else "data/reference/organisations.csv"
    for bad, key, rule, problem, remedy in (
        (lines["month"].isna(), period, "PERIOD_UNREADABLE", "not a year, or not whole months",
         "Write years in four digits, and the first and last day of a month as DD/MM/YYYY."),
        (lines["area"].isna(), area, "AREA_MISSING", "the area has no code, or a number nobody knows",
         f"Fill in the code; one that is right and new goes into {lookup}."),
        (parsed.unreadable, "value", "NUMBER_UNREADABLE", "neither a number nor a symbol we know",
         f"Correct the cell, or add the symbol it holds under symbols in {path}."),
        ((parsed.values < 0).fillna(False).astype("bool"), "value", "COUNT_NEGATIVE", "a figure below zero",
         "Correct the cell."),
        (counts & broken, "value", "COUNT_UNREADABLE", "not a whole number", "Correct the cell."),
    ):  # fmt: skip
        result.hold(good & bad, table.sheet.name, heading[key], rule, problem, remedy)
        good &= ~bad
    good = hold_ill_formed(result, good, lines, table.sheet.name, heading[area])
    return hold_repeats(result, good, lines[["metric", *_KEY]], text, table.sheet.name)


def _measure(name: str, measure: Published, figures: pd.DataFrame) -> pd.DataFrame:
    """Return one row per area and period that a part of the measure has a line for, with its level."""
    by = {metric: figures[figures["metric"] == metric].set_index(_KEY) for metric in sorted(measure.metrics())}
    parts = measure.parts()
    places = pd.concat([by[metric][["level"]] for metric in parts])
    whole = places[~places.index.duplicated()].sort_index()
    lined = {metric: rows.reindex(whole.index) for metric, rows in by.items()}
    flag = pd.Series(None, index=whole.index, dtype="str")
    for metric in parts:
        own = lined[metric]["flag"].mask(lined[metric]["metric"].isna(), "not_available").astype("str")
        flag = flag.where(flag.notna(), own)
    columns = {
        column: lined[metric]["figure"] if metric else pd.Series(pd.NA, index=whole.index, dtype="Float64")
        for column, metric in (
            ("numerator", measure.numerator), ("denominator", measure.denominator), ("value", measure.value),
        )
    }  # fmt: skip
    above = (columns["numerator"] > columns["denominator"]).fillna(False).astype("bool")
    flag = flag.mask(above, "withheld")
    return whole.assign(measure=name, flag=flag, **columns).reset_index()


def _doubts(name: str, measure: Published, rows: pd.DataFrame, layout: Values, table: Located) -> list[Finding]:
    """Say where a part is larger than its whole, and ask where a printed share is not what its counts give.

    Both may be rounded: the share to the point, the counts to multiples; a difference within that is none.
    """
    found, words = [], name.replace("_", " ")
    torn = int((rows["flag"] == "withheld").sum())
    if torn:
        problem = f"the part is larger than the whole ({words}); the figure is withheld"
        remedy = "Ask the sender which of the two counts is wrong."
        found.append(Finding("PART_EXCEEDS_WHOLE", "note", problem, remedy, table.sheet.name, count=torn))
    if not (measure.value and measure.denominator):
        return found
    both = rows[rows["flag"].isna() & rows["value"].notna() & (rows["denominator"] > 0).fillna(False)]
    n, d = (both[part].astype("float64") for part in ("numerator", "denominator"))
    england = both["level"] == "national"
    half = (layout.rounded_to or 0) / 2
    slack = (_HALF_A_POINT + 100 * half * (n + d) / d**2).mask(england, _HALF_A_TENTH)
    differs = int(((100 * n / d - both["value"].astype("float64")).abs() > slack + 1e-9).sum())
    if differs:
        problem = f"the printed share is not what its counts give ({words}); ours is shown"
        remedy = "Check that counts and shares were not mixed up, or say why the counts are right."
        found.append(Finding("PERCENTAGE_DIFFERS", "query", problem, remedy, table.sheet.name, count=differs))
    return found


def _said(figures: pd.DataFrame, layout: Values, table: Located) -> list[Finding]:
    """Say how many figures are not given, and that counts are rounded."""
    found = []
    for rule, flag, words in (
        ("FIGURE_SUPPRESSED", "suppressed", "suppressed: neither zero nor missing"),
        ("FIGURE_BLANK", "not_supplied", "not supplied, and never zero"),
    ):
        if count := int((figures["flag"] == flag).sum()):
            problem = f"{count:,} of {len(figures):,} figures are {words}"
            found.append(Finding(rule, "note", problem, "", table.sheet.name, count=count))
    rounded = figures["metric"].isin(layout.counts()) & (figures["level"] != "national")
    if layout.rounded_to and rounded.any():
        problem = f"counts below England are rounded to {layout.rounded_to}, so parts need not add up to their whole"
        found.append(Finding("COUNTS_ROUNDED", "note", problem, "", table.sheet.name, count=int(rounded.sum())))
    return found
