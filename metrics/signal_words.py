"""What a control chart says, in sentences for a parent: no sigma, no limits, no icons.

Built only from a Reading, tested word for word; also the chart's text alternative.
"""

from collections.abc import Sequence
from datetime import date

from metrics.signal_calendar import MONTHLY, Rebase, Step
from metrics.signal_limits import SHORT_BELOW
from metrics.signal_rules import NEAR_NEEDED, NEAR_WINDOW, Better, good_direction
from metrics.signals import EITHER, FAILS, PASSES, Reading, Stretch
from metrics.wording import day_words, month_words, number, rounded

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MEANING_WORDS = {
    "special_cause_improvement": "better",
    "special_cause_concern": "worse",
    "special_cause_neutral_high": "higher",
    "special_cause_neutral_low": "lower",
}
_LISTED = 3  # dates or stretches named one by one; more are counted


def sentences(reading: Reading, step: Step = MONTHLY, unit: str | None = None) -> list[str]:
    """Return what there is to say, most important first: now, target, what went before, gaps, how sure."""
    said = [now_sentence(reading, step), target_sentence(reading, step, unit)]
    said += [text for text in (earlier_sentence(reading, step), gap_sentence(reading, step)) if text]
    return said + ([text] if (text := trust_sentence(reading)) else [])


def now_sentence(reading: Reading, step: Step = MONTHLY) -> str:
    """Return whether the latest figure is more than chance."""
    each = step.word
    if reading.on is None:
        return "There is no figure yet."
    if reading.signals:
        return _signal_sentence(reading, step)
    since = f" since {_when(reading.since, step)}" if reading.since else " so far"
    if reading.points == 1:
        return f"There is one figure{since}: one figure cannot show a change."
    if reading.basis == "run_chart":
        needed = reading.rules.minimum_points
        return f"There are {_count(reading.points)} figures{since}: from {needed} on we can tell a change from chance."
    if reading.basis == "no_variation":
        return f"The figure has been the same in every {each}."
    if reading.basis == "no_limits":
        return f"Too few figures come from neighbouring {each}s to tell a real change from chance."
    return "The latest figure is within the usual range: ups and downs like these happen by chance."


def _signal_sentence(reading: Reading, step: Step) -> str:
    clauses = {sign: _clause(rule, sign, reading, step) for rule, sign in reversed(reading.signals)}
    first = reading.signals[0][1]
    if not reading.conflict:
        return f"{_capital(clauses[first])}: this is unlikely to be chance."
    good = good_direction(reading.better)
    shown = good if reading.variation == "special_cause_improvement" else -good
    return f"{_capital(clauses[shown])}, but {clauses[-shown]}: neither is likely to be chance."


def _clause(rule: str, sign: int, reading: Reading, step: Step) -> str:
    way = _way(sign, reading.better)
    shift, trend = (_count(n) for n in (reading.rules.shift_points, reading.rules.trend_points))
    return {
        "outside": f"the latest figure is {way} than the usual range",
        "trend": f"the figures have got steadily {way} over the last {trend} {step.word}s",
        "two_in_three": f"at least {_count(NEAR_NEEDED)} of the last {_count(NEAR_WINDOW)} {step.word}s were much "
        f"{way} than average",
        "shift": f"the last {shift} {step.word}s have all been {way} than average",
    }[rule]


def target_sentence(reading: Reading, step: Step = MONTHLY, unit: str | None = None) -> str:
    """Return whether the target can be relied on, as things are; a target exactly on a limit is told with numbers."""
    if reading.target is None or reading.on is None:
        return "There is no target to compare with."
    target = f"target of {_figure(reading.target, unit)}"
    target = f"{_when(reading.on, step)} {target}" if reading.target_moves else target
    each = step.word
    if reading.assurance is None:
        if reading.assurance_reason == "no_direction":
            return f"Neither higher nor lower is better here, so the figures are not judged by the {target}."
        return f"It is too early to say whether the {target} can be relied on."
    if reading.assurance_reason == "no_variation":
        return f"The unchanging figure {'meets' if reading.assurance == PASSES else 'misses'} the {target}."
    said = {
        PASSES: f"If nothing changes, every {each} should meet the {target}.",
        FAILS: f"Unless something changes, no {each} is likely to meet the {target}.",
        EITHER: f"If nothing changes, some {each}s will meet the {target} and some will miss it.",
    }[reading.assurance]
    if reading.assurance_reason != "at_the_limit" or reading.lower is None or reading.upper is None:
        return said
    usual = f"{_figure(reading.lower, unit)} to {_figure(reading.upper, unit)}"
    return f"{said} The target lies exactly on the edge of the usual range, {usual}."


def earlier_sentence(reading: Reading, step: Step = MONTHLY) -> str | None:
    """Return the signals before the present one, or None: they are told, but set no icon."""
    if not reading.earlier:
        return None
    shown = [_stretch(stretch, step) for stretch in reading.earlier[-_LISTED:]]
    more = ", most recently" if len(reading.earlier) > _LISTED else ""
    return f"Earlier figures that were unlikely to be chance{more}: {_listed(shown)}."


def _stretch(stretch: Stretch, step: Step) -> str:
    way = _MEANING_WORDS[stretch.meaning]
    if stretch.start == stretch.end:
        return f"{way} in {_when(stretch.start, step)}"
    return f"{way} from {_when(stretch.start, step)} to {_when(stretch.end, step)}"


def gap_sentence(reading: Reading, step: Step = MONTHLY) -> str | None:
    """Return which dates have no figure, or None; runs start anew after each."""
    if not reading.gaps:
        return None
    if len(reading.gaps) > _LISTED:
        named = f"{_count(len(reading.gaps))} {step.word}s, the latest of them {_when(reading.gaps[-1], step)}"
    else:
        named = _listed([_when(gap, step) for gap in reading.gaps])
    return f"There is no figure for {named}; runs of figures are not counted across a gap."


def trust_sentence(reading: Reading) -> str | None:
    """Return what limits the confidence in the usual range, or None."""
    if reading.basis == "all_ranges":
        return "The figures hardly ever change, so even a rare change counts towards the usual range."
    if reading.basis == "limits" and reading.points < SHORT_BELOW:
        return f"The usual range rests on {_count(reading.points)} figures only and will still move."
    return None


def rebase_sentence(rebase: Rebase, takes_effect: date | None, step: Step = MONTHLY) -> str:
    """Return when the usual range was set anew and why; `takes_effect` is the first figure on or after that date."""
    if takes_effect is None:
        return f"The usual range was not set anew from {_when(rebase.on, step)}: there are not figures on both sides."
    snapped = "" if takes_effect == rebase.on else f", the first figure on or after {day_words(rebase.on)}"
    return f"The usual range was set anew from {_when(takes_effect, step)}{snapped}. Reason: {rebase.reason}."


def _way(sign: int, better: Better) -> str:
    good = good_direction(better)
    return ("higher" if sign > 0 else "lower") if not good else "better" if sign == good else "worse"


def _when(day: date | None, step: Step) -> str:
    if day is None:
        return "the start"
    return month_words(day) if step.months else day_words(day)


def _figure(value: float, unit: str | None) -> str:
    if unit is not None:
        return number(value, unit)
    return f"{rounded(value, 2):,}".rstrip("0").rstrip(".")


def _count(amount: int) -> str:
    return _NUMBERS[amount] if amount < len(_NUMBERS) else str(amount)


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
