"""The pack's parts on the figures themselves: what changed, data quality, definitions."""

import pandas as pd

from metrics import compare, wording
from pages.components import changes, phrases, quality, tables
from pages.components.edition import Edition
from reports.content import Part, Table

CHANGES, QUALITY, DEFINITIONS = "What changed", "Data quality", "Definitions"
_TOLD = 40  # changed figures told one by one; the screen and its download have the rest


def since_last_pack(before: Edition | None, now: Edition, since: str | None) -> list[Part]:
    """Return what differs from the edition the last pack was made from, or why nothing can be said."""
    title = "What changed since the last pack?"
    if before is None:
        why = "This is the first pack: there is no earlier one to compare with."
        if since is not None:
            why = f"Edition {since} of the last pack cannot be compared: it is damaged, or from an earlier Waymark."
        return [Part(title, CHANGES, (why,))]
    rows = compare.figures(before.tables, now.tables)
    own = compare.local(rows, now.tables["scorecard"], now.tables["areas"])
    moved = changes.plan_table(compare.of_the_plan(before.tables, now.tables))
    shown = changes.figures_table(own[own["kpi"].isin(now.tables["scorecard"]["kpi"])], now.area_names())
    told: list[Table] = []
    if len(moved):
        told.append(Table("What moved on the scorecard", moved, widths=(4, 1.6, 2, 2)))
    if len(shown):
        told.append(
            Table("Scorecard figures that changed", shown.head(_TOLD), ("Before", "Now", "Difference"),
                  (3.6, 1.8, 1.5, 1.2, 1.2, 1.2, 1.6))
        )  # fmt: skip
    more = (f"{len(shown) - _TOLD} more changed figures of the scorecard stand on the screen “What changed?”.",)
    sentences = changes.in_short(before.manifest, now.manifest, rows, own)
    if moved.empty:
        sentences.append("No status, target or rule set changed.")
    return [Part(title, CHANGES, (*sentences, *(more if len(shown) > _TOLD else ())), tables=tuple(told))]


def data_quality(edition: Edition) -> list[Part]:
    """Return what arrived, what is missing, which checks fail, what is known to be wrong, what is hidden."""
    loads, checks = edition.tables["loads"], edition.tables["checks"]
    arrivals = tables.series(edition.tables["arrivals"], edition.source_titles(), edition.senders())
    missing = tables.missing(arrivals)
    counts = tuple(f"{name}: {figure}" for name, figure in tables.totals(loads, missing))
    own = quality.checked(checks, edition.area_names(), edition.local_areas())
    failing = own[~own["passed"].astype("bool")].groupby("series", sort=False)
    failed = [quality.check_rows(rows).assign(List=name) for name, rows in failing]
    lists = [("What arrived", counts), ("Do the lists add up?", (_checks_in_words(own),))]
    if edition.manifest.disclosure:
        lists.append(("What the board’s figures hide", (_sentence(edition.manifest.disclosure),)))
    lists.append(("Where there is no figure", (_absences(),)))
    told = []
    if len(missing):
        told.append(Table("Periods without an extract", missing.astype("str"), ("Months missing",), (5, 2, 2, 1.5)))
    if len(failed):
        columns = ["List", "Month", "Check", "What was found"]
        told.append(Table("Checks that fail", pd.concat(failed)[columns], widths=(3, 1.6, 2.4, 5)))
    parts = [Part("Can these figures be trusted?", QUALITY, (), lists=tuple(lists), tables=tuple(told))]
    titles = dict(zip(edition.tables["kpis"]["kpi"], edition.tables["kpis"]["title"], strict=True))
    issues = quality.issues(edition.tables["known_issues"], titles)
    if issues:
        frame = pd.DataFrame(
            [{"What is wrong": i.title, "When": i.when, "What it does": i.effect, "In": i.where} for i in issues]
        )
        told = [Table("Known issues", frame, widths=(2.6, 1.6, 4.4, 2.4))]
        parts.append(Part("What is known to be wrong?", QUALITY, tables=tuple(told)))
    return parts


def definitions(edition: Edition) -> list[Part]:
    """Return what each KPI of the scorecard counts, in the plan's order."""
    scored = edition.tables["scorecard"].sort_values("position")["kpi"]
    rows = [row for kpi in scored if (row := edition.kpi(str(kpi))) is not None]
    if not rows:
        return []
    frame = pd.DataFrame(
        [
            {
                "KPI": str(row["title"]),
                "What is counted": str(row["numerator_in_words"]),
                "Out of": "" if pd.isna(row["denominator_in_words"]) else str(row["denominator_in_words"]),
                "Unit and direction": f"{row['unit']}. {phrases.better_words(str(row['better']))}.",
                "Standard": phrases.standard_words(row),
                "To know beside it": "" if pd.isna(row["caveats"]) else str(row["caveats"]),
            }
            for row in rows
        ]
    )
    words = "Definitions of the scorecard’s KPIs"
    return [Part("Definitions", DEFINITIONS, tables=(Table(words, frame, widths=(2.3, 2.4, 2.2, 1.4, 1.7, 3)),))]


def _checks_in_words(checks: pd.DataFrame) -> str:
    if checks.empty:
        return "No list could be checked: that takes two months in a row, or who joined and who left."
    failed = int((~checks["passed"].astype("bool")).sum())
    kept = f"{len(checks):,} checks of lists and months were made"
    return f"{kept}; all hold." if not failed else f"{kept}; {failed:,} fail, and their figures are withheld."


def _absences() -> str:
    words = ", ".join(f"“{word}”" for word in dict.fromkeys(wording.FLAG_WORDS.values()))
    return (
        f"The reason stands in its place: {words}, or “{wording.MISSING}”. None of these is zero; zero is shown as 0."
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
