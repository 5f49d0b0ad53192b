"""Which source a file follows, told by its headings and titles; its name only breaks no tie and proves nothing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from etl.finding import Finding, verdict
from etl.locate import Located as Located
from etl.locate import Match as Match
from etl.locate import best_header, missing_columns, repeated_headings, share_found
from etl.read import Content, Sheet
from etl.recognise_modules import match_modules
from etl.source import Source, normal

# Below this share of known headings a file is no damaged copy of a source but something else.
_NEAR = 0.5

Check = Callable[[Match], Iterable[Finding]]


def recognise(
    content: Content, sources: Mapping[str, Source], wanted: str | None = None, check: Check | None = None
) -> Match | Finding:
    """Return the match with the one source the file follows, or the finding that says why there is none.

    `wanted` names the source the user insists on. A match with findings of severity error is a file of that source
    with columns missing; its findings name each with the YAML key to extend. `check` says what else speaks against a
    match whose headings are all there. Of several matches the one that knows most of the file's headings is taken.
    """
    candidates = [sources[wanted]] if wanted else list(sources.values())
    matches = [match(content, source) for source in candidates]
    if check and not wanted:
        matches = [replace(m, findings=(*m.findings, *check(m))) if m.share == 1 else m for m in matches]
    matches.sort(key=lambda m: (m.share, _known(m)), reverse=True)
    for whole in (
        [m for m in matches if m.share == 1 and not m.findings],
        [m for m in matches if m.share == 1 and verdict(m.findings) != "reject"],
    ):
        best = [m for m in whole if _known(m) == max(map(_known, whole))]
        if len(best) > 1:
            names = " and ".join(m.source.name for m in best)
            return Finding("SOURCE_AMBIGUOUS", "error", f"follows {names} alike", "Name one with --source.")
        if best:
            return best[0]
    return _nearest(matches, wanted)


def _known(found: Match) -> int:
    return len({(table.sheet.name, place) for table in found.tables for place in table.columns.values()})


def _nearest(matches: Sequence[Match], wanted: str | None) -> Match | Finding:
    best = matches[0]
    if best.share >= _NEAR or wanted:
        return best
    differs = [finding.problem.partition(";")[0] for finding in best.findings if finding.rule == "COL_MISSING"]
    problem = (
        f"no known source looks like this file; the nearest is {best.source.name} ({best.source.title}), but there is "
        f"{'; '.join(differs[:3])}{f' and {len(differs) - 3} more are missing' if len(differs) > 3 else ''}"
        if differs
        else "no known source looks like this file; none of its headings is known"
    )
    remedy = "If it is a new kind of file, draft a source with: python -m etl sketch FILE (docs/add_a_source.md)."
    return Finding("SOURCE_UNKNOWN", "error", problem, remedy)


def match(content: Content, source: Source) -> Match:
    """Return how well the file's visible sheets follow the source."""
    sheets = [sheet for sheet in content.sheets if not sheet.hidden]
    if content.kind not in source.formats:
        return Match(source, 0.0, (), ())
    if source.pathways and source.pathways.modules:
        return match_modules(sheets, source, may_lack=content.kind == "xml")
    return _match_crosstab(sheets, source) if source.crosstab else _match_rows(sheets, source)


def _match_rows(sheets: list[Sheet], source: Source) -> Match:
    wanted = source.headings()
    found = [best_header(sheet, wanted) for sheet in sheets]
    scores = [share_found(columns, wanted) for _, columns in found]
    if not scores or max(scores) == 0:
        return Match(source, 0.0, (), ())
    best = scores.index(max(scores))
    sheet, (header_row, columns) = sheets[best], found[best]
    findings = missing_columns(sheet, header_row, columns, wanted, source) + repeated_headings(
        sheet, header_row, wanted
    )
    findings += [
        Finding("SHEETS_AMBIGUOUS", "error", "two sheets follow this source", "Leave one in the file.", other.name)
        for other, score in zip(sheets, scores, strict=True)
        if score == 1 and other is not sheet
    ]
    return Match(source, scores[best], (Located(sheet, header_row, columns),), tuple(findings))


def _match_crosstab(sheets: list[Sheet], source: Source) -> Match:
    layout = source.crosstab
    assert layout
    wanted = source.headings()
    ours = [sheet for sheet in sheets if re.fullmatch(layout.sheets, sheet.name.strip(), re.IGNORECASE)]
    tables: list[Located] = []
    findings: list[Finding] = []
    found: set[str] = set()
    for sheet in ours:
        bands = [band for band in layout.bands if normal(band.title) in _title(sheet)]
        header_row, columns = best_header(sheet, wanted)
        found |= set(columns)
        if len(bands) != 1:
            findings.append(_unknown_band(sheet, source))
        findings += missing_columns(sheet, header_row, columns, wanted, source)
        findings += repeated_headings(sheet, header_row, wanted)
        labels = _labels(sheet, header_row, columns, source)
        findings += [f for f in labels.values() if isinstance(f, Finding)]
        places = {key: place for key, place in labels.items() if isinstance(place, int)}
        tables.append(Located(sheet, header_row, {**columns, **places}, bands[0] if len(bands) == 1 else None))
    if not ours:
        return Match(source, 0.0, (), ())
    findings += _band_gaps(tables, source)
    share = (1 + len(found)) / (1 + len(wanted))
    return Match(source, share, tuple(tables), tuple(findings))


def _labels(sheet: Sheet, header_row: int, columns: dict[str, int], source: Source) -> dict[str, int | Finding]:
    layout = source.crosstab
    assert layout
    if not columns:
        return {}
    known = {normal(h) for label in (layout.level, layout.code, layout.name) for h in label.headers}
    headings = [normal(str(cell)) for cell in sheet.cells.loc[header_row]]
    first_figure = next(place for place, heading in enumerate(headings) if heading and heading not in known)
    before = {headings[place]: place for place in range(first_figure)}
    labels: dict[str, int | Finding] = {}
    for key, label in (("level", layout.level), ("code", layout.code), ("name", layout.name)):
        headed = [before[normal(header)] for header in label.headers if normal(header) in before]
        beside = first_figure + (label.unheaded or 0)
        if headed:
            labels[key] = headed[0]
        elif label.unheaded and beside >= 0 and not headings[beside]:
            labels[key] = beside
        elif not label.optional:
            labels[key] = Finding(
                "COL_MISSING",
                "error",
                f'no column "{label.headers[0]}"',
                f"If the column was renamed, add its new heading under crosstab.{key}.headers in {source.path}.",
                sheet.name,
                header_row,
            )
    return labels


def _title(sheet: Sheet) -> str:
    top = sheet.cells.head(3)
    return normal(" ".join(str(cell) for cell in top.to_numpy().ravel() if cell))


def _unknown_band(sheet: Sheet, source: Source) -> Finding:
    return Finding(
        "BAND_UNKNOWN",
        "error",
        "the sheet's title names no week band we know",
        f"Add its words under crosstab.bands in {source.path}, with weeks_from and weeks_to.",
        sheet.name,
        1,
    )


def _band_gaps(tables: list[Located], source: Source) -> list[Finding]:
    """Bands must cover every wait once, from 0 to open: a missing sheet would make the list look shorter."""
    bands = sorted(
        (t.band for t in tables if t.band and not t.band.total), key=lambda b: (b.weeks_from or 0, b.weeks_to or 0)
    )
    ends = [0, *(band.weeks_to for band in bands)]
    starts = [*(band.weeks_from for band in bands), None]
    if ends == starts and any(t.band and t.band.total for t in tables):
        return []
    return [
        Finding(
            "BANDS_INCOMPLETE",
            "error",
            "the sheets do not cover every wait once, or the sheet with the totals is missing",
            f"Use the workbook as published; a new set of bands goes under crosstab.bands in {source.path}.",
        )
    ]
