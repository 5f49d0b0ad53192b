"""Areas down, services across, one sheet a week band: from a recognised workbook to band_counts."""

import pandas as pd

from etl.clean import Cleaned, Numbers, numbers, trimmed
from etl.finding import Finding, Reject
from etl.organisations import Organisations
from etl.recognise import Located, Match
from etl.source import Crosstab, Source, normal
from etl.tables import AREAS, BAND_COUNTS, EVERYONE

_LIST = ["clock", "area"]


def clean_crosstab(match: Match, organisations: Organisations) -> Cleaned:
    """Return one row per clock, area and band. Children the total has and the bands lack get an unknown wait."""
    layout = match.source.crosstab
    assert layout
    result = Cleaned()
    lines = pd.concat([_sheet(t, match.source, layout, organisations, result) for t in match.tables])
    bands = lines[~lines["total"]]
    totals = lines[lines["total"]].set_index(_LIST)["children"]
    known = bands.groupby(_LIST, sort=False).agg(
        children=("children", "sum"), bands=("children", "size"), counted=("children", "count")
    )
    sheets = sum(not table.band.total for table in match.tables if table.band)
    broken = known.index[known["bands"] != sheets].union(known.index.symmetric_difference(totals.index))
    bands, torn = _without_broken(bands, broken)
    result.findings += torn
    whole = (known["bands"] == known["counted"]) & ~known.index.isin(broken)
    rest = (totals.reindex(known.index) - known["children"]).where(whole)
    result.findings += _against_totals(rest, match.source)
    unknown = rest[rest > 0].rename("children").reset_index()
    unknown = unknown.assign(weeks_from=None, weeks_to=None, flag=None)
    rows = pd.concat([bands, unknown]).assign(load_id="", state=layout.state, breakdown=EVERYONE, group=EVERYONE)
    result.frames["band_counts"] = BAND_COUNTS.typed(rows)
    result.frames["areas"] = AREAS.typed(lines.drop_duplicates("area").assign(load_id=""))
    return result


def _without_broken(bands: pd.DataFrame, broken: pd.Index) -> tuple[pd.DataFrame, list[Finding]]:
    """Withhold every list that is not on all sheets: what one sheet lacks must not pass for an unknown wait."""
    if broken.empty:
        return bands, []
    torn = pd.MultiIndex.from_frame(bands[_LIST]).isin(broken)
    lost = broken.difference(pd.MultiIndex.from_frame(bands[_LIST])).to_frame(index=False)
    kept = bands.assign(children=bands["children"].mask(torn), flag=bands["flag"].mask(torn, "withheld"))
    lost = lost.assign(weeks_from=None, weeks_to=None, children=None, flag="withheld")
    problem = f"{_lists(len(broken))} stand on some sheets only, or lost a line to another finding; they are withheld"
    remedy = "Compare the organisations of the sheets, mend the one that differs, or say why the list may be left out."
    finding = Finding("LINE_MISSING", "query", problem, remedy, count=len(broken))
    return pd.concat([kept, lost]) if len(lost) else kept, [finding]


def _sheet(
    table: Located, source: Source, layout: Crosstab, organisations: Organisations, result: Cleaned
) -> pd.DataFrame:
    sheet, band, body = table.sheet.name, table.band, table.body()
    assert band
    name = trimmed(body[table.columns["name"]])
    filled = (body[list(table.columns.values())] != "").any(axis=1)
    notes = filled & (name == "")
    result.rows_in += int(filled.sum())
    result.rejects += [Reject(sheet, int(row), None, "NOT_DATA") for row in notes.index[notes]]
    good = filled & ~notes
    level = _levels(table, layout)
    columns = {key: numbers(body[table.columns[key]], source.symbols) for key in source.headings()}
    result.hold(
        good & level.isna(), sheet, layout.level.headers[0], "LEVEL_UNKNOWN", "the kind of organisation is not known",
        f"Add it under crosstab.level.values in {source.path}.",
    )  # fmt: skip
    good &= level.notna()
    for key, column in columns.items():
        bad = good & ~_counts(column)
        result.hold(
            bad, sheet, table.heading(key), "COUNT_UNREADABLE", "not a whole number of children",
            f"Correct the cell, or add the symbol it holds under symbols in {source.path}.",
        )  # fmt: skip
        good &= ~bad
    lines = _areas(table, level, name, good, organisations)
    repeated = lines["area"].duplicated(keep=False)
    result.hold(
        repeated, sheet, table.heading("name") or layout.name.headers[0], "AREA_REPEATED",
        "the same organisation stands on two lines", "Ask the publisher which line counts; neither is loaded.",
    )  # fmt: skip
    lines = lines[~repeated].assign(weeks_from=band.weeks_from, weeks_to=band.weeks_to, total=band.total)
    clocks = {key: key.rpartition(".")[2] for key in columns}
    return pd.concat(
        lines.assign(clock=clocks[key], children=column.values, flag=column.flags) for key, column in columns.items()
    )


def _levels(table: Located, layout: Crosstab) -> pd.Series:
    printed = trimmed(table.body()[table.columns["level"]])
    if layout.level.fill_down and not table.heading("level"):
        printed = printed.where(printed != "").ffill().fillna("")
    known = {normal(word): level for word, level in layout.level.values.items()}
    return printed.map(lambda word: known.get(normal(word)))


def _counts(column: Numbers) -> pd.Series:
    whole = (column.values >= 0) & (column.values == column.values.round())
    return ~column.unreadable & whole.fillna(True).astype("bool")


def _areas(
    table: Located, level: pd.Series, name: pd.Series, good: pd.Series, organisations: Organisations
) -> pd.DataFrame:
    body = table.body()
    code = trimmed(body[table.columns["code"]]) if "code" in table.columns else pd.Series("", index=body.index)
    rows = body.index[good]
    areas = [organisations.area(str(level[row]), str(name[row]), str(code[row])) for row in rows]
    return pd.DataFrame(
        {"area": [area.code for area in areas], "level": level[rows], "name": [area.name for area in areas]}, index=rows
    )


def _against_totals(rest: pd.Series, source: Source) -> list[Finding]:
    short, over = int((rest > 0).sum()), int((rest < 0).sum())
    findings = []
    if short:
        problem = (
            f"in {_lists(short)} the week bands hold fewer children than the published total; "
            "the rest are counted with an unknown wait"
        )
        findings.append(Finding("WAIT_UNKNOWN", "note", problem, count=short))
    if over:
        problem = f"in {_lists(over)} the week bands hold more children than the published total"
        remedy = f"Say why the bands are right, or ask {source.publisher}."
        findings.append(Finding("BANDS_EXCEED_TOTAL", "query", problem, remedy, count=over))
    return findings


def _lists(count: int) -> str:
    return "one list" if count == 1 else f"{count} lists"
