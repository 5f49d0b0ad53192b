"""Control charts restated slowly and obviously, in exact fractions of the decimals as written.

A second opinion for metrics.signals: no numpy, no pandas, no windows over arrays; every rule asks, for one point at a
time, whether some window around it fulfils the sentence in the rule book. Nothing here is imported from metrics.
"""

from fractions import Fraction

FAR = Fraction(266, 100)
TOO_FAR = Fraction(3267, 1000)


def chart(values, restarts=(), better="higher", rules="mdc-2023", target=None, fix_after=None):
    """Return (points, variation, assurance) for decimals as text, None where there is no value.

    `restarts` are the places where the limits start anew. A point is a dict of mean, lower, upper, signal, meaning.
    """
    numbers = [None if value is None else Fraction(value) for value in values]
    edges = sorted({0, len(numbers), *restarts})
    points = []
    for start, end in zip(edges, edges[1:], strict=False):
        points += group(numbers[start:end], better, rules, fix_after)
    known = [point for point, number in zip(points, numbers, strict=True) if number is not None]
    if not known:
        return points, None, None
    last = known[-1]
    variation = None if last["meaning"] == "not_assessed" else last["meaning"]
    return points, variation, assurance(last, better, rules, target)


def group(numbers, better, rules, fix_after):
    mean, width = usual_range(numbers, rules, fix_after)
    points = []
    for place, number in enumerate(numbers):
        found = [] if width == "run chart" else findings(numbers, place, mean, width, rules)
        point = {"mean": mean, "width": width, "lower": None, "upper": None}
        if isinstance(width, Fraction):
            point |= {"lower": mean - width, "upper": mean + width}
        point["signal"] = name_of(found) if width != "run chart" else "Not assessed"
        point["meaning"] = meaning(found, better, rules) if width != "run chart" else "not_assessed"
        point["gap"] = number is None
        points.append(point)
    return points


def usual_range(numbers, rules, fix_after):
    base = numbers if fix_after is None else numbers[:fix_after]
    known = [number for number in base if number is not None]
    mean = sum(known) / len(known) if known else None
    if sum(number is not None for number in numbers) < (13 if rules == "mdc-2023" else 1):
        return mean, "run chart"
    ranges = []
    for place in range(1, len(base)):
        if base[place] is not None and base[place - 1] is not None:
            ranges.append(abs(base[place] - base[place - 1]))
    if not ranges:
        return mean, "unknown"
    average = sum(ranges) / len(ranges)
    if average == 0:
        return mean, Fraction(0) if len(set(known)) == 1 else "unknown"
    if rules == "ptd-0.2.2":
        kept = [moved for moved in ranges if moved < TOO_FAR * average]
        if sum(kept) > 0:
            average = sum(kept) / len(kept)
    return mean, FAR * average


def findings(numbers, place, mean, width, rules):
    """Return what is special about one point, in the order of the rule book, as (rule, up or down)."""
    if numbers[place] is None:
        return []
    found = []
    if isinstance(width, Fraction) and abs(numbers[place] - mean) > width:
        found.append(("outside", up_or_down(numbers[place] - mean)))
    if trend_of(numbers, place):
        found.append(("trend", trend_direction(numbers, place, rules)))
    if isinstance(width, Fraction) and two_in_three(numbers, place, mean, width, rules):
        found.append(("two in three", up_or_down(numbers[place] - mean)))
    for window in windows(numbers, place, 7):
        if all(n is not None and n > mean for n in window):
            found.append(("shift", "up"))
            break
        if all(n is not None and n < mean for n in window):
            found.append(("shift", "down"))
            break
    return found


def up_or_down(difference):
    return "up" if difference > 0 else "down"


def windows(numbers, place, length):
    """Return every stretch of `length` neighbours that holds the place, earliest first."""
    starts = range(max(0, place - length + 1), min(place, len(numbers) - length) + 1)
    return [numbers[start : start + length] for start in starts]


def trend_of(numbers, place):
    """Return the direction of the latest seven-point trend that holds the place, or None."""
    latest = None
    for window in windows(numbers, place, 7):
        if any(n is None for n in window):
            continue
        if all(later > earlier for earlier, later in zip(window, window[1:], strict=False)):
            latest = "up"
        if all(later < earlier for earlier, later in zip(window, window[1:], strict=False)):
            latest = "down"
    return latest


def trend_direction(numbers, place, rules):
    next_in_trend = place + 1 < len(numbers) and trend_of(numbers, place + 1)
    if rules == "ptd-0.2.2" and next_in_trend:
        return "up" if numbers[place + 1] > numbers[place] else "down"
    return trend_of(numbers, place)


def two_in_three(numbers, place, mean, width, rules):
    def far(number):
        distance = abs(number - mean)
        return distance > width * 2 / 3 and (rules == "mdc-2023" or distance <= width)

    for window in windows(numbers, place, 3):
        if any(n is None for n in window):
            continue
        one_side = all(n > mean for n in window) or all(n < mean for n in window)
        if one_side and sum(far(n) for n in window) >= 2 and far(numbers[place]):
            return True
    return False


def name_of(found):
    if not found:
        return "Common Cause"
    return {
        ("outside", "up"): "Above UCL",
        ("outside", "down"): "Below LCL",
        ("trend", "up"): "7 Point Trend (Increasing)",
        ("trend", "down"): "7 Point Trend (Decreasing)",
        ("two in three", "up"): "2 in 3 Above CL",
        ("two in three", "down"): "2 in 3 Below CL",
        ("shift", "up"): "7 Points Above CL",
        ("shift", "down"): "7 Points Below CL",
    }[found[0]]


def meaning(found, better, rules):
    if not found:
        return "common_cause"
    if better == "neither":
        return "special_cause_neutral_high" if found[0][1] == "up" else "special_cause_neutral_low"
    good = "up" if better == "higher" else "down"
    directions = [direction for _, direction in found]
    improves = good in directions if rules == "mdc-2023" else directions[0] == good
    return "special_cause_improvement" if improves else "special_cause_concern"


def assurance(last, better, rules, target):
    if target is None or better == "neither" or last["lower"] is None:
        return None
    goal, lower, upper = Fraction(target), last["lower"], last["upper"]
    if lower == upper:
        met = lower >= goal if better == "higher" else lower <= goal
        return "consistent_pass" if met else "consistent_fail"
    above = goal >= upper if rules == "mdc-2023" else goal > upper
    below = goal <= lower if rules == "mdc-2023" else goal < lower
    if above:
        return "consistent_fail" if better == "higher" else "consistent_pass"
    if below:
        return "consistent_pass" if better == "higher" else "consistent_fail"
    return "inconsistent"
