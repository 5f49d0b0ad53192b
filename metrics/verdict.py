"""Where a KPI stands in one or two sentences, a priority area in one paragraph: plain enough for a child of twelve."""

from dataclasses import dataclass
from datetime import date

from metrics.definition import Definition
from metrics.trajectory import Reading
from metrics.wording import difference, figure, likelihood, month_words, number, period_words

_NAMED = 3  # measures named one by one in a paragraph; more are counted


@dataclass(frozen=True)
class Milestone:
    """The next milestone with a number, and the chance of reaching it where a forecast could be made."""

    month: date
    target: float
    chance: float | None


@dataclass(frozen=True)
class Standing:
    """What the paragraph of a priority area needs of a KPI; `worse` means worse by more than chance."""

    area: str
    title: str
    status: str
    has_figure: bool = True
    worse: bool = False


def sentence(
    kpi: Definition,
    latest: Reading | None,
    previous: Reading | None,
    gap: float | None,
    status: str,
    coming: Milestone | None = None,
    *,
    enough: bool = True,
) -> str:
    """Return one or two sentences: where the KPI is and how it moved; how that fits the plan and what is likely.

    `enough` says whether there are figures enough to call a move better or worse. The gap of a figure in an open band
    is that of the band's start: it is at least as far behind.
    """
    if latest is None:
        return f"{kpi.title}: there is no figure yet."
    value = figure(latest.value, kpi.unit, at_least=latest.at_least, flag=latest.flag)
    now = f"{kpi.title}: {value} {_when(latest)}{_moved(kpi, latest, previous, enough)}."
    band = latest.value is None and latest.at_least is not None
    if status == "no_data" and latest.value is not None:
        return f"{now} This is too old to say whether the plan was kept."
    return " ".join([now, *_against_plan(kpi, gap, status, coming, band)])


def _when(reading: Reading) -> str:
    words = period_words(reading.month, reading.period_months)
    return f"in {'the ' if reading.period_months > 1 else ''}{words}"


def _moved(kpi: Definition, latest: Reading, previous: Reading | None, enough: bool) -> str:
    if latest.value is None or previous is None or previous.value is None:
        return ""
    change = latest.value - previous.value
    if change == 0:
        return f", the same as {_when(previous)}"
    judged = ""
    if enough and kpi.better != "neither":
        judged = ", which is better" if (change > 0) == (kpi.better == "higher") else ", which is worse"
    before = number(previous.value, kpi.unit).removesuffix(f" {kpi.unit}")
    return f", {'up' if change > 0 else 'down'} from {before} {_when(previous)}{judged}"


def _against_plan(kpi: Definition, gap: float | None, status: str, coming: Milestone | None, band: bool) -> list[str]:
    """Return the second sentence, or nothing where there is nothing to say."""
    if status == "no_target":
        return ["The plan sets no target in numbers."]
    if status == "met":
        return ["This meets the plan's milestone."]
    if gap is None:
        return ["Whether this keeps to the plan cannot be told."] if band and status == "no_data" else []
    amount = difference(abs(gap), kpi.unit).lstrip("+±")
    if status == "on_trajectory":
        said = "This is as the plan says" if gap == 0 else f"This is {amount} ahead of the plan"
    else:
        margin = ", within its margin" if status == "near" else ""
        said = f"This is {'at least ' if band else ''}{amount} behind the plan{margin}"
    if coming is None or coming.chance is None:
        return [f"{said}."]
    return [
        f"{said}, and {number(coming.target, kpi.unit)} by {month_words(coming.month)} is {likelihood(coming.chance)}."
    ]


def summary(standings: list[Standing]) -> list[str]:
    """Return what stands above the scorecard: one sentence on all measures, then one paragraph a priority area."""
    areas = dict.fromkeys(one.area for one in standings)
    paragraphs = [_of_area(area, [one for one in standings if one.area == area]) for area in areas]
    return [_whole([one.status for one in standings]), *paragraphs]


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


def _of_area(area: str, standings: list[Standing]) -> str:
    """Return where the measures of an area stand, which are off the plan, which got worse, how many have no figure."""
    statuses = [one.status for one in standings]
    targets = [status for status in statuses if status != "no_target"]
    told = (
        f"{len(targets)} with a target in numbers: {_stands(targets)}" if targets else "none with a target in numbers"
    )
    words = [f"{area}: {_measures(len(statuses))}, {told}."]
    for name, chosen in (
        ("Off the plan", [one.title for one in standings if one.status == "off"]),
        ("Worse by more than chance", [one.title for one in standings if one.worse]),
    ):
        if chosen:
            more = f"; and {len(chosen) - _NAMED} more" if len(chosen) > _NAMED else ""
            words.append(f"{name}: {'; '.join(chosen[:_NAMED])}{more}.")
    if blank := sum(not one.has_figure for one in standings):
        words.append(f"{_measures(blank)} {'has' if blank == 1 else 'have'} no figure yet.")
    return " ".join(words)


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
