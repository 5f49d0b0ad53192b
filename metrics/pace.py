"""How fast against how fast it would have to be: months ahead of the plan, required and achieved change a month."""

from dataclasses import dataclass
from datetime import date

from scipy import stats

from metrics.plan import months_between, months_later
from metrics.trajectory import Point, Reading, gap, planned

# Fewest figures a slope may rest on, and how far back it looks: a straight line through less says nothing of pace.
SLOPE_POINTS = 4
SLOPE_MONTHS = 12
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Slope:
    """Change a month in the KPI's unit, with its 95 % interval."""

    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Lead:
    """Months ahead of the plan, below 0 behind; `least` where the plan was searched to its end without an answer."""

    months: int
    least: bool = False


def months_ahead(numbers: list[Point], reading: Reading, better: str) -> Lead | None:
    """Return how many months ahead of the plan (below 0: behind) the reading is; None without path or value.

    Ahead: the last month whose planned value the reading already reaches, from the reading's own month on; a reading
    just as planned is level, however long the plan stays flat. Behind: how long ago the plan asked no more than this.
    Where the reading is better than all the plan still asks, or the plan always asked more, it is at least all the
    months there are. After the plan's last number the path is flat and nobody is further ahead.
    """
    now = planned(numbers, reading.month)
    if reading.value is None or now is None:
        return None
    if reading.value == now:
        return Lead(0)
    reached = gap(reading.value, now, better) >= 0
    limit = (
        max(0, months_between(reading.month, numbers[-1].month))
        if reached
        else months_between(numbers[0].month, reading.month)
    )
    way = 1 if reached else -1
    steps = 0
    for step in range(1, limit + 1):
        target = planned(numbers, months_later(reading.month, way * step))
        reaches = target is not None and gap(reading.value, target, better) >= 0
        if reached and not reaches:
            return Lead(steps)
        steps = step
        if not reached and reaches:
            return Lead(-steps)
    return Lead(way * steps, least=steps > 0)


def required_change(reading: Reading, target: float, month: date) -> float | None:
    """Return the change a month, in the KPI's unit, that reaches the target by its month; None when it is over."""
    left = months_between(reading.month, month)
    return (target - reading.value) / left if reading.value is not None and left > 0 else None


def achieved_change(readings: list[Reading], confidence: float = CONFIDENCE) -> Slope | None:
    """Return the change a month over the last year of snapshots or monthly figures, by least squares.

    None for fewer than four figures. Yearly figures look back as many years as months. The interval takes the figures
    as scattered round a straight line; it says nothing of the future.
    """
    known = [reading for reading in readings if reading.value is not None]
    if not known:
        return None
    length = max(1, known[-1].period_months)
    recent = [
        reading
        for reading in known
        if reading.period_months == known[-1].period_months
        and months_between(reading.month, known[-1].month) < SLOPE_MONTHS * length
    ]
    if len(recent) < SLOPE_POINTS:
        return None
    months = [float(months_between(known[-1].month, reading.month)) for reading in recent]
    line = stats.linregress(months, [float(reading.value or 0) for reading in recent])
    reach = float(stats.t.ppf(0.5 + confidence / 2, len(recent) - 2)) * float(line.stderr)
    return Slope(float(line.slope), float(line.slope) - reach, float(line.slope) + reach)
