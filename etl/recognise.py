"""Which source a file follows, told by its headings and titles; its name only breaks no tie and proves nothing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from etl.bands import band_gaps, band_of, contradictions, unknown_band
from etl.finding import Finding, verdict
from etl.locate import Located as Located
from etl.locate import Match as Match
from etl.locate import best_header, missing_columns, repeated_headings, share_found
from etl.read import Content, Sheet
from etl.recognise_modules import match_modules
from etl.source import Source, normal
from etl.survey_columns import match_survey

# Below this share of known headings a file is no damaged copy of a source but something else.
_NEAR = 0.5
_NOT_NEAR = 0.4

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
    if not wanted:
        matches = [replace(m, share=min(m.share, _NOT_NEAR)) if m.share < 1 and _foreign(m) else m for m in matches]
    if check and not wanted:
        matches = [replace(m, findings=(*m.findings, *check(m))) if m.share == 1 else m for m in matches]
    matches.sort(key=lambda m: (m.share, _known(m)), reverse=True)
    for whole in (
        [m for m in matches if m.share == 1 and not m.findings],
        [m for m in matches if m.share == 1 and verdict(m.findings) != "reject"],
    ):
        best = [m for m in whole if _known(m) == max(map(_known, whole))]
        if len({m.source.kept_as for m in best}) == 1:  # layouts of different years of one return
            return min(best, key=lambda m: len(m.findings))
        if len(best) > 1:
            names = " and ".join(m.source.name for m in best)
            return Finding("SOURCE_AMBIGUOUS", "error", f"follows {names} alike", "Name one with --source.")
    return _nearest(matches, wanted, content)


def _foreign(found: Match) -> bool:
    """Tell whether a table has headings that only other lists have: it is no damaged copy of this one."""
    never = found.source.pathways.never if found.source.pathways else []
    headings = [normal(str(cell)) for table in found.tables for cell in table.sheet.cells.loc[table.header_row]]
    return any(re.fullmatch(pattern, heading) for pattern in never for heading in headings)


def _known(found: Match) -> int:
    return len({(table.sheet.name, place) for table in found.tables for place in table.columns.values()})


def _nearest(matches: Sequence[Match], wanted: str | None, content: Content) -> Match | Finding:
    best = matches[0]
    if wanted and not best.tables:
        return _no_table(best.source, content)
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


def _no_table(source: Source, content: Content) -> Finding:
    """Return why a file that the user says follows a source has nothing of it."""
    if content.kind not in source.formats:
        problem = f"{source.title} comes as .{' or .'.join(source.formats)}, and this is a .{content.kind}"
    elif source.crosstab:
        problem = f'{source.title} has sheets named like "{source.crosstab.sheets}", and this file has none'
    else:
        headings = [heading.headers[0] for heading in source.headings().values() if not heading.optional]
        problem = f"no sheet has a heading of {source.title}, such as {', '.join(headings[:3])}"
    return Finding("WRONG_SOURCE", "error", problem, "Leave --source out, or name the source the file follows.")


def match(content: Content, source: Source) -> Match:
    """Return how well the file's visible sheets follow the source."""
    sheets = [sheet for sheet in content.sheets if not sheet.hidden]
    if content.kind not in source.formats:
        return Match(source, 0.0, (), ())
    if source.survey:
        return match_survey(sheets, source)
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
        header_row, columns = best_header(sheet, wanted)
        found |= set(columns)
        band = band_of(sheet, header_row, layout)
        if band is None:
            findings.append(unknown_band(sheet, source))
        findings += missing_columns(sheet, header_row, columns, wanted, source)
        findings += repeated_headings(sheet, header_row, wanted)
        labels = _labels(sheet, header_row, columns, source)
        findings += [f for f in labels.values() if isinstance(f, Finding)]
        places = {key: place for key, place in labels.items() if isinstance(place, int)}
        tables.append(Located(sheet, header_row, {**columns, **places}, band))
    if not ours:
        return Match(source, 0.0, (), ())
    banded = [(table.sheet, table.header_row, table.band) for table in tables if table.band]
    findings = _once(findings) + band_gaps([band for *_, band in banded], source) + contradictions(banded, layout)
    share = (1 + len(found)) / (1 + len(wanted))
    return Match(source, share, tuple(tables), tuple(findings))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Return a column that several sheets lack as one finding, at the first of them."""
    lacking: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.rule == "COL_MISSING":
            lacking.setdefault(finding.remedy, []).append(finding)
    several = {remedy: len(same) for remedy, same in lacking.items() if len(same) > 1}
    joined = [
        replace(same[0], problem=f"{same[0].problem}, on {len(same)} sheets") if remedy in several else same[0]
        for remedy, same in lacking.items()
    ]
    return [f for f in findings if f.rule != "COL_MISSING"] + joined


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
