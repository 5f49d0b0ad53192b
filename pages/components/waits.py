"""Tables on who waits how long; figures come from metrics/waits_view and the edition, rounding from metrics/wording."""

import pandas as pd

from metrics import wording
from pages.components.charts.capacity import band_words
from pages.components.phrases import figure_words

NOT_SUPPLIED = "not supplied"


def totals(latest: pd.Series, weeks: int) -> list[tuple[str, str]]:
    """Return a name and a figure for: children waiting, share within the weeks, how long half and 92 of 100 waited."""
    figures = {
        "Children waiting": _children(latest["size"]),
        f"Waiting {weeks} weeks or less": _percent(latest["share"]),
        "Half have waited up to": _weeks(latest, "median"),
        "92 of 100 have waited up to": _weeks(latest, "long"),
    }
    if latest["flag"] == "withheld":
        return [(name, wording.FLAG_WORDS["withheld"]) for name in figures]
    return list(figures.items())


def ribbon_note(late_from: int | None, straddled: bool) -> str:
    """Return what the pattern of a ribbon means, and what it cannot show."""
    told = "This clock has no national limit, so nothing is hatched."
    if late_from is not None and straddled:
        told = f"A band reaches over {late_from} weeks, so only those surely past it are hatched."
    elif late_from is not None:
        told = f"Hatched: past {late_from} weeks."
    return f"{told} No bar: no list, or no count, for that month."


def ribbon(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month, latest first, and one column per group of weeks."""
    words = [band_words(a, b) for a, b in zip(rows["weeks_from"], rows["weeks_to"], strict=True)]
    held = rows.assign(words=words, shown=[_count(n) for n in rows["children"]])
    wide = held.pivot(index="month", columns="words", values="shown")[list(dict.fromkeys(words))]
    wide = wide.sort_index(ascending=False).fillna("")
    wide.insert(0, "Month", [wording.month_words(month) for month in wide.index])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def never_supplied(results: pd.DataFrame) -> list[str]:
    """Return the breakdowns of these RESULTS rows of which no group is known: there is nothing to compare."""
    known = results.loc[results["group"] != NOT_SUPPLIED, "breakdown"]
    return sorted(set(results["breakdown"]) - set(known))


def cohorts(results: pd.DataFrame, units: dict[str, str], names: dict[str, str]) -> pd.DataFrame:
    """Return one row per KPI and one column per group; takes RESULTS rows of one breakdown with a column `title`.

    `names` has the words for groups that go by a code.
    """
    shown = [figure_words(row, units[row["kpi"]]) for _, row in results.iterrows()]
    groups = [names.get(group) or wording.group_words(group) for group in results["group"]]
    held = results.assign(shown=shown, words=groups)
    wide = held.pivot_table(index="title", columns="words", values="shown", aggfunc="first", sort=False).fillna("")
    wide = wide[list(dict.fromkeys(groups))]
    wide.insert(0, "Figure", list(wide.index))
    return wide.reset_index(drop=True).rename_axis(columns=None)


def clocks(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return one row per list: month, children, share within its own standard, days at the percentiles."""
    return pd.DataFrame(
        {
            "List": names,
            "Month": [wording.short_month(month) for month in rows["month"]],
            "Waiting": [_children(n) for n in rows["size"]],
            "Standard": [f"{weeks} weeks" for weeks in rows["weeks"]],
            "Within it": [_percent(share) for share in rows["share"]],
            "Half up to, days": [_days(row, "median") for _, row in rows.iterrows()],
            "92 of 100 up to, days": [_days(row, "long") for _, row in rows.iterrows()],
        },
        dtype="str",
    )


def _children(count: float | None) -> str:
    return wording.MISSING if pd.isna(count) else wording.number(float(count), "children")


def _count(count: float | None) -> str:
    return wording.MISSING if pd.isna(count) else f"{int(count):,}"


def _percent(share: float | None) -> str:
    return "cannot be told from the bands" if pd.isna(share) else wording.number(float(share), "percent")


def _weeks(row: pd.Series, part: str) -> str:
    return wording.figure(row[part], "weeks", at_least=row[f"{part}_at_least"])


def _days(row: pd.Series, part: str) -> str:
    exact, least = row[part], row[f"{part}_at_least"]
    if pd.notna(exact):
        return f"{wording.rounded(7 * exact, 0):,}"
    return wording.MISSING if pd.isna(least) else f"{wording.rounded(7 * least, 0):,}+"
