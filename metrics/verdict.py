"""Where a KPI stands, in one or two sentences a parent can read. They are the charts' text alternative, too."""

from dataclasses import dataclass
from datetime import date

from metrics.definition import Definition
from metrics.trajectory import Reading
from metrics.wording import difference, figure, likelihood, month_words, number, period_words


@dataclass(frozen=True)
class Milestone:
    """The next milestone with a number, and the chance of reaching it where a forecast could be made."""

    month: date
    target: float
    chance: float | None


def sentence(
    kpi: Definition,
    latest: Reading | None,
    previous: Reading | None,
    gap: float | None,
    status: str,
    coming: Milestone | None = None,
) -> str:
    """Return where the KPI is, which way it moved, how that compares with the plan, and what is likely."""
    if latest is None:
        return f"{kpi.title}: there is no figure yet."
    value = figure(latest.value, kpi.unit, at_least=latest.at_least, flag=latest.flag)
    words = [f"{kpi.title}: {value} ({period_words(latest.month, latest.period_months)})."]
    if moved := _moved(kpi, latest, previous):
        words.append(moved)
    if against := _against_plan(kpi, gap, status):
        words.append(against)
    if coming and coming.chance is not None and status != "met":
        likely = likelihood(coming.chance)
        words.append(f"Reaching {number(coming.target, kpi.unit)} by {month_words(coming.month)} is {likely}.")
    return " ".join(words)


def _moved(kpi: Definition, latest: Reading, previous: Reading | None) -> str | None:
    if latest.value is None or previous is None or previous.value is None:
        return None
    change = latest.value - previous.value
    before = f"{number(previous.value, kpi.unit)} ({period_words(previous.month, previous.period_months)})"
    if change == 0:
        return f"The same as the figure before it, {before}."
    way = "Up" if change > 0 else "Down"
    judged = ""
    if kpi.better != "neither":
        judged = ", which is better" if (change > 0) == (kpi.better == "higher") else ", which is worse"
    return f"{way} from {before}{judged}."


def _against_plan(kpi: Definition, gap: float | None, status: str) -> str | None:
    if status == "no_target":
        return "The plan sets no target in numbers."
    if status == "met":
        return "This meets the plan's milestone."
    if gap is None:
        return None
    amount = difference(abs(gap), kpi.unit).lstrip("+±")
    if status == "on_trajectory":
        return (
            "This is where the plan says it should be by now." if gap == 0 else f"This is {amount} ahead of the plan."
        )
    return f"This is {amount} behind the plan{', within the margin it allows' if status == 'near' else ''}."


def summary(rows: list[tuple[str, str]]) -> list[str]:
    """Return the sentences above the scorecard, from priority area and status of each row, in the plan's order.

    First how many measures stand where in all, then one sentence a priority area.
    """
    sentences = [_whole([status for _, status in rows])]
    areas = dict.fromkeys(area for area, _ in rows)
    if len(areas) > 1:
        sentences += [_of_area(area, [status for other, status in rows if other == area]) for area in areas]
    return sentences


def _whole(statuses: list[str]) -> str:
    targets = [status for status in statuses if status != "no_target"]
    if not statuses:
        return "The scorecard has no measure yet."
    if not targets:
        return f"On the scorecard: {_measures(len(statuses))}, none with a target in numbers."
    has = "has" if len(targets) == 1 else "have"
    return (
        f"Of {_measures(len(statuses))} on the scorecard, {len(targets)} {has} a target in numbers: {_stands(targets)}."
    )


def _of_area(area: str, statuses: list[str]) -> str:
    targets = [status for status in statuses if status != "no_target"]
    if not targets:
        return f"{area}: {_measures(len(statuses))}, none with a target in numbers."
    return f"{area}: {_measures(len(statuses))}, {len(targets)} with a target in numbers: {_stands(targets)}."


def _stands(statuses: list[str]) -> str:
    groups = (
        ("on course", ("met", "on_trajectory")),
        ("near", ("near",)),
        ("off", ("off",)),
        ("without a figure to judge", ("no_data", "withheld", "suppressed")),
        ("not due yet", ("not_due",)),
    )
    counted = [(sum(status in members for status in statuses), words) for words, members in groups]
    return ", ".join(f"{count} {words}" for count, words in counted if count)


def _measures(count: int) -> str:
    return "1 measure" if count == 1 else f"{count} measures"
