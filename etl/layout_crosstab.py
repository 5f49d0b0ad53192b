"""Areas down, services across, one sheet a week band: from a recognised workbook to band_counts."""

import pandas as pd

from etl.clean import Cleaned, Numbers, numbers, trimmed
from etl.finding import Finding, Reject
from etl.local_area import LocalArea
from etl.organisations import Organisations, tidy_codes
from etl.published import blank_figures, hold_ill_formed
from etl.recognise import Located, Match
from etl.source import Crosstab, Source, normal
from etl.tables import AREAS, BAND_COUNTS, EVERYONE

_LIST = ["clock", "area"]
# Above this share of unknown waits a list of the plan, or all of them together, is asked about: a share moves as far.
_MANY_UNKNOWN = 0.05
_AREAS_NAMED = 5


def clean_crosstab(match: Match, organisations: Organisations, plan: LocalArea) -> Cleaned:
    """Return one row per clock, area and band. Children the total has and the bands lack get an unknown wait."""
    layout = match.source.crosstab
    assert layout
    result = Cleaned()
    lines = pd.concat([_sheet(t, match.source, layout, organisations, result) for t in match.tables])
    totals = lines[lines["total"]].set_index(_LIST)[["children", "flag"]]
    result.findings += _blanks(lines)
    bands = _joined(lines[~lines["total"]].assign(parts=1), totals["children"], result)
    known = bands.groupby(_LIST, sort=False).agg(
        children=("children", "sum"), size=("children", "size"), counted=("children", "count"), parts=("parts", "sum")
    )
    sheets = sum(not table.band.total for table in match.tables if table.band)
    broken = known.index[known["parts"] != sheets].union(known.index.symmetric_difference(totals.index))
    bands, torn = _without_broken(bands, broken)
    result.findings += torn
    whole = (known["size"] == known["counted"]) & ~known.index.isin(broken)
    rest = (totals["children"].reindex(known.index) - known["children"]).where(whole)
    result.findings += _against_totals(rest, totals["children"], match.source, plan)
    unknown = rest[rest > 0].rename("children").reset_index()
    unknown = unknown.assign(weeks_from=None, weeks_to=None, flag=None)
    rows = pd.concat([bands, unknown]).assign(load_id="", state=layout.state, breakdown=EVERYONE, group=EVERYONE)
    result.frames["band_counts"] = BAND_COUNTS.typed(rows)
    result.frames["areas"] = AREAS.typed(lines.drop_duplicates("area").assign(load_id=""))
    return result


def _joined(bands: pd.DataFrame, totals: pd.Series, result: Cleaned) -> pd.DataFrame:
    """Join suppressed bands with what lies beside them, where the published total says how many both hold together.

    The list keeps its total and every band outside; nobody learns the suppressed count from it. Rules that cut the
    joined band are not available.
    """
    hidden = bands["flag"] == "suppressed"
    torn = pd.MultiIndex.from_frame(bands[_LIST]).isin(pd.MultiIndex.from_frame(bands.loc[hidden, _LIST]))
    kept, joined = [bands[~torn]], 0
    for name, rows in bands[torn].groupby(_LIST, sort=False):
        ordered = rows.sort_values("weeks_from").reset_index(drop=True)
        places = ordered.index[ordered["flag"] == "suppressed"]
        first, last = int(places.min()), int(places.max())
        if first == last:
            first, last = (first, last + 1) if last + 1 < len(ordered) else (max(first - 1, 0), last)
        outside = ordered.drop(index=range(first, last + 1))
        rest = totals.get(name, pd.NA) - outside["children"].sum()
        if outside["children"].isna().any() or pd.isna(rest) or rest < 0:
            kept.append(rows)
            continue
        wide = ordered.loc[[first]].assign(children=rest, flag=None, weeks_to=ordered["weeks_to"].to_numpy()[[last]])
        kept.append(pd.concat([outside, wide.assign(parts=last - first + 1)]))
        joined += 1
    if joined:
        problem = f"in {_lists(joined)} suppressed week bands were joined with those beside them to keep the total"
        result.findings.append(Finding("BANDS_JOINED", "note", problem, count=joined))
    return pd.concat(kept)


def _blanks(lines: pd.DataFrame) -> list[Finding]:
    """Say how many figures are blank; ask where a list is blank on some sheets only."""
    blank = lines["flag"] == "not_supplied"
    per_list = lines.assign(blank=blank).groupby(_LIST, sort=False)["blank"].agg(["sum", "size"])
    partly = int(((per_list["sum"] > 0) & (per_list["sum"] < per_list["size"])).sum())
    findings = blank_figures(lines["flag"], "waiting lists")
    if partly:
        problem = f"{_lists(partly)} are blank on some sheets and filled on others; their figures are not available"
        findings.append(
            Finding("FIGURE_BLANK", "query", problem, "Ask the publisher for the missing figures.", count=partly)
        )
    return findings


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
    labels = pd.DataFrame({"code": _codes(table), "level": level, "name": name})
    good = hold_ill_formed(result, good, labels, sheet, table.heading("code") if "code" in table.columns else None)
    lines = _areas(labels[good], organisations)
    figures = {key: body.loc[lines.index, table.columns[key]] for key in columns}
    again = pd.concat({"area": lines["area"], **figures}, axis=1).duplicated()
    result.hold(
        again, sheet, None, "ROW_REPEATED", "the line stands there before, figure for figure; it counts once", "",
        "note",
    )  # fmt: skip
    lines = lines[~again]
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


def _codes(table: Located) -> pd.Series:
    body = table.body()
    if "code" not in table.columns:
        return pd.Series("", index=body.index, dtype="str")
    return tidy_codes(trimmed(body[table.columns["code"]]))


def _areas(labels: pd.DataFrame, organisations: Organisations) -> pd.DataFrame:
    told = zip(labels["level"], labels["name"], labels["code"], strict=True)
    areas = [organisations.area(level, name, code) for level, name, code in told]
    names, codes = [area.name for area in areas], [area.code for area in areas]
    return pd.DataFrame({"area": codes, "level": labels["level"], "name": names}, index=labels.index)


def _against_totals(rest: pd.Series, totals: pd.Series, source: Source, plan: LocalArea) -> list[Finding]:
    short, over = rest[rest > 0], int((rest < 0).sum())
    findings = []
    if len(short):
        areas = sorted(set(short.index.get_level_values("area")))
        places = ", ".join(areas[:_AREAS_NAMED]) + (
            f" and {len(areas) - _AREAS_NAMED} more" * (len(areas) > _AREAS_NAMED)
        )
        problem = (
            f"in {_lists(len(short))} ({places}) the week bands hold {int(short.sum()):,} children fewer than the "
            "published total; they are counted with an unknown wait"
        )
        share = short / totals.reindex(short.index)
        large = short.sum() > _MANY_UNKNOWN * totals.sum() or bool(
            (share[share.index.get_level_values("area").isin(plan.areas)] > _MANY_UNKNOWN).any()
        )
        remedy = f"Ask {source.publisher}: so many unknown waits bend every share and percentile." if large else ""
        findings.append(Finding("WAIT_UNKNOWN", "query" if large else "note", problem, remedy, count=len(short)))
    if over:
        problem = f"in {_lists(over)} the week bands hold more children than the published total"
        remedy = f"Say why the bands are right, or ask {source.publisher}."
        findings.append(Finding("BANDS_EXCEED_TOTAL", "query", problem, remedy, count=over))
    return findings


def _lists(count: int) -> str:
    return "one list" if count == 1 else f"{count} lists"
