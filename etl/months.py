"""Which month a published table is for: its sheets' titles say so, or the latest period in it."""

import re
from datetime import date

from etl.clean import Cleaned, month_in
from etl.finding import Finding
from etl.recognise import Match


def published_month(
    match: Match, cleaned: Cleaned, said: date | None, today: date
) -> tuple[date | None, list[Finding]]:
    """Return the month of a published table, as its titles or its latest period say, and findings on it."""
    rule = match.source.month
    months = set(cleaned.months[-1:]) if rule.latest else _months_in_titles(match, str(rule.title))
    if len(months) > 1:
        return said, [
            Finding("MONTHS_DIFFER", "error", "the sheets name more than one month", "One file holds one month.")
        ]
    month = said or next(iter(months), None)
    findings = []
    if month is None and cleaned.rows_in > cleaned.rows_rejected:  # a file without a row is told so, and no more
        findings.append(Finding("MONTH_MISSING", "error", "the file names no month", "Say it with --month YYYY-MM."))
    elif months and month not in months:
        findings.append(
            Finding(
                "MONTH_DISAGREES", "query", "the month you gave is not the month the file names",
                "Leave --month out, or say why yours is right.",
            )
        )  # fmt: skip
    if month and month > today:
        findings.append(
            Finding("MONTH_IN_FUTURE", "error", "the month has not begun", "Correct the month, or --month.")
        )
    return month, findings


def _months_in_titles(match: Match, pattern: str) -> set[date]:
    above = [table.sheet.cells.loc[: table.header_row - 1].to_numpy().ravel() for table in match.tables]
    found = [re.search(pattern, " ".join(filter(None, map(str, cells)))) for cells in above]
    return {month for hit in found if hit and (month := month_in(hit["month"]))}
