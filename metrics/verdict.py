"""Where a KPI stands, in one or two sentences a parent can read. They are the charts' text alternative, too."""

from datetime import date

from metrics.definition import Definition
from metrics.plan import Plan, ScorecardRow, months_between, months_later
from metrics.trajectory import Reading
from metrics.wording import difference, figure, month_words, number, period_words


def sentence(kpi: Definition, latest: Reading | None, previous: Reading | None, gap: float | None, status: str) -> str:
    """Return where the KPI is, which way it moved, and how that compares with the plan."""
    if latest is None:
        return f"{kpi.title}: there is no figure yet."
    value = figure(latest.value, kpi.unit, at_least=latest.at_least, flag=latest.flag)
    words = [f"{kpi.title}: {value} ({period_words(latest.month, latest.period_months)})."]
    if moved := _moved(kpi, latest, previous):
        words.append(moved)
    if against := _against_plan(kpi, gap, status):
        words.append(against)
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


def clock_words(plan: Plan, as_of: date) -> str:
    """Return the plan clock: month reached, next milestone, or when the plan's months ended."""
    elapsed = months_between(plan.start, as_of)
    slots = sorted(plan.slots.values(), key=lambda slot: slot.months)
    last = slots[-1].months
    if elapsed < 0:
        return f"The plan starts in {month_words(plan.start)}."
    if elapsed > last:
        ended = month_words(months_later(plan.start, last))
        return f"The plan's {last} months ended in {ended}, {elapsed - last} months ago."
    due = next(slot for slot in slots if slot.months >= elapsed)
    when = month_words(months_later(plan.start, due.months))
    return f"Month {elapsed} of {last}. Next milestone: {due.label}, {when}."


def summary(plan: Plan, rows: list[tuple[ScorecardRow, Definition, str]], as_of: date) -> list[str]:
    """Return the sentences above the scorecard: the clock, how many KPIs stand where, what is missing."""
    targets = [(row, kpi, status) for row, kpi, status in rows if status != "no_target"]
    good = [kpi for _, kpi, status in targets if status in ("met", "on_trajectory")]
    behind = [kpi for _, kpi, status in targets if status == "off"]
    sentences = [clock_words(plan, as_of)]
    if targets:
        sentences.append(
            f"Of {_measures(len(rows))} on the scorecard, {len(targets)} "
            f"{'has' if len(targets) == 1 else 'have'} a target in numbers: {len(good)} on course, {len(behind)} off."
        )
    else:
        sentences.append(f"None of {_measures(len(rows))} on the scorecard has a target in numbers.")
    missing = sum(status in ("no_data", "withheld", "suppressed") for _, _, status in rows)
    if missing:
        sentences.append(f"{_measures(missing).capitalize()} {'has' if missing == 1 else 'have'} no figure to judge.")
    return sentences


def _measures(count: int) -> str:
    return "1 measure" if count == 1 else f"{count} measures"
