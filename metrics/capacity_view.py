"""What would it take, from an edition's tables: the list by band, its flows or what a reader assumes, the plan's aims.

Joins metrics/capacity.py to the week bands of an edition. Published lists say who waits, not who comes and goes; then
referrals and completions a week are assumptions, and every answer that rests on them says so.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from metrics.capacity import Aim, Outcome, Position, mean_wait, needed, position, what_if
from metrics.capacity_conveyor import conveyor
from metrics.clocks import Limit, load_clocks
from metrics.definition import definition_told
from metrics.forecast_flow import WaitingList, waiting_list
from metrics.forecast_rates import FLOW_COLUMNS, MIN_MONTHS, WEEKS_PER_MONTH, Rates, WhatIf, rates
from metrics.plan import months_later
from metrics.queue import factor_for_percentile, queue_load, target_queue_size, waiting_list_pressure
from metrics.queue_list import GROWING, SHRINKING, Interval
from metrics.waits_view import straddles, summed

SEED = 2023  # one seed: the same question gives the same answer to the last digit
RUNS = 200  # quantiles of 200 runs move by less than a child in a hundred; more would make a slider slow
MONTHS_AHEAD = 18
STANDARD_WEEKS = 18  # where a clock names no limit of its own
STEADY = "steady"
_WITHIN = re.compile(r"weeks_to <= (\d+)")
_STATES = {"started": "referrals", "completed": "completions", "removed": "removals"}


@dataclass(frozen=True)
class Clock:
    """What a waiting list is called and the weeks its waits are held against; some have no standard of their own."""

    title: str
    weeks: int
    has_standard: bool = True


@dataclass(frozen=True)
class Service:
    """One waiting list: who waits at the end of `month`, its sizes so far (month, size), its flows a month."""

    clock: str
    area: str
    month: date
    waiting: WaitingList
    bands: pd.DataFrame
    sizes: pd.DataFrame
    flows: pd.DataFrame

    @property
    def has_flows(self) -> bool:
        """Return whether enough months have referrals and completions to say what today's rates are."""
        known = self.flows.dropna(subset=list(FLOW_COLUMNS))
        return len(known) >= MIN_MONTHS and known["month"].max() == pd.Timestamp(self.month)


@dataclass(frozen=True)
class Assumed:
    """What a reader takes referrals and completions to be, children a week."""

    referrals: float
    completions: float


@cache
def clocks() -> dict[str, Clock]:
    """Return every clock by its key in metrics/clocks.yaml, by the first words of its title where those are its own."""
    known = load_clocks()
    short = {key: told.title.partition(",")[0] for key, told in known.items()}
    alone = Counter(short.values())
    return {
        key: Clock(short[key] if alone[short[key]] == 1 else told.title, *_weeks(told.limit))
        for key, told in known.items()
    }


def clock(key: str) -> Clock:
    """Return a clock; one that clocks.yaml no longer names is called by its key."""
    return clocks().get(key) or Clock(key.replace("_", " ").capitalize(), STANDARD_WEEKS)


def lists(bands: pd.DataFrame, areas: pd.DataFrame) -> list[tuple[str, str]]:
    """Return clock and area of every waiting list of a local area that BANDS holds, in the order of clocks.yaml.

    A duty that comes round, such as the review of a plan in force, is no list: nobody leaves it.
    """
    local = set(areas.loc[areas["role"] == "local", "area"])
    held = bands[(bands["state"] == "waiting") & bands["area"].isin(local)]
    found = {(str(c), str(a)) for c, a in zip(held["clock"], held["area"], strict=True)}
    order = list(clocks())
    duties = {key for key, told in load_clocks().items() if told.limit and told.limit.years}
    found = {one for one in found if one[0] not in duties}
    return sorted(found, key=lambda one: (order.index(one[0]) if one[0] in order else len(order), *one))


def service(bands: pd.DataFrame, clock: str, area: str) -> Service | None:
    """Return the latest list of a clock and area; None where a band of it has no count, so that nothing adds up."""
    own = bands[(bands["clock"] == clock) & (bands["area"] == area)]
    waits = own[own["state"] == "waiting"]
    month = waits["month"].max()
    latest = waits[waits["month"] == month].sort_values(["weeks_from", "weeks_to"], na_position="last")
    try:
        waiting = waiting_list(latest, month.date())
    except ValueError:
        return None
    sizes = summed(waits["children"], waits["month"]).astype("float64").rename("size").reset_index()
    return Service(clock, area, month.date(), waiting, latest.reset_index(drop=True), sizes, _flows(own, sizes))


def rates_of(service: Service, assumed: Assumed | None) -> Rates | None:
    """Return referrals and completions a month ahead as they are today, or as assumed; None without either."""
    chance = np.random.default_rng(SEED)
    if assumed is not None:
        months = tuple(months_later(service.month, n) for n in range(1, MONTHS_AHEAD + 1))
        drawn = [
            chance.poisson(rate * WEEKS_PER_MONTH, (RUNS, MONTHS_AHEAD)).astype(float)
            for rate in (assumed.referrals, assumed.completions)
        ]
        return Rates(months, drawn[0], drawn[1], method="assumed")
    return rates(service.flows, MONTHS_AHEAD, chance, RUNS, balance=1) if service.has_flows else None


def standing(service: Service, assumed: Assumed | None, weeks: int, share: float) -> Position | None:
    """Return how the service stands against a standard in weeks for a share of children; None without any rates.

    Assumed rates have no interval: both ends are the value.
    """
    if assumed is None:
        return position(service.flows, service.waiting, weeks, share) if service.has_flows else None
    load = queue_load(assumed.referrals, assumed.completions)
    mean, is_open = mean_wait(service.waiting)
    target = target_list(assumed.referrals, weeks, share)
    return Position(
        referrals=_exactly(assumed.referrals),
        completions=_exactly(assumed.completions),
        load=_exactly(load),
        direction=GROWING if load > 1 else SHRINKING if load < 1 else STEADY,
        mean_wait=mean,
        mean_wait_open=is_open,
        pressure=None if mean is None else waiting_list_pressure(mean, weeks),
        target_list=target,
        backlog=max(service.waiting.size - target, 0.0),
    )


def target_list(referrals: float, weeks: int, share: float) -> float:
    """Return the list size at which a share is seen within so many weeks: referrals a week × weeks / −ln(1 − share)."""
    return target_queue_size(referrals, weeks, factor_for_percentile(share))


def aims(service: Service, kpis: pd.DataFrame, milestones: pd.DataFrame, scorecard: pd.DataFrame) -> list[Aim]:
    """Return the plan's numbers for this list after its month, earliest first: its size, or the share within weeks."""
    found = []
    scored = set(scorecard.loc[scorecard["area"] == service.area, "kpi"])
    for kpi, text, kind in zip(kpis["kpi"], kpis["definition"], kpis["kind"], strict=True):
        weeks = _aimed_weeks(str(text), str(kind), service.clock) if kpi in scored else None
        if weeks is None:
            continue
        ahead = milestones[(milestones["kpi"] == kpi) & milestones["target"].notna()]
        for _, row in ahead[ahead["month"] > pd.Timestamp(service.month)].iterrows():
            found.append(Aim(str(row["label"]), row["month"].date(), float(row["target"]), weeks or None))
    return sorted(found, key=lambda aim: (aim.month, aim.weeks or 0))


def a_year_ahead(service: Service, weeks: int, share: float) -> list[Aim]:
    """Return the two aims of 52 weeks: a share of the list within so many weeks, and nobody waiting at all."""
    month = months_later(service.month, 12)
    return [Aim("in 52 weeks", month, 100 * share, weeks), Aim("cleared in 52 weeks", month, 0.0)]


def needs(service: Service, rates: Rates, today: Position, aims: list[Aim]) -> pd.DataFrame:
    """Return metrics.capacity.needed for aims, beside today's completions a week as the position has them."""
    flat = {"referrals": today.referrals.value * WEEKS_PER_MONTH, "completions": today.completions.value}
    flows = pd.DataFrame([{"month": pd.Timestamp(service.month), **flat}])
    now = today.completions
    table = needed(flows, service.waiting, rates, aims)
    table = table.assign(today=now.value, today_low80=now.low, today_high80=now.high)
    return table.assign(extra=(table["needed"].astype("float64") - now.value).clip(lower=0))


def try_out(service: Service, rates: Rates, change: WhatIf, aims: list[Aim]) -> Outcome:
    """Return the list redrawn under a what-if, always from the same chance events."""
    return what_if(service.waiting, rates, change, aims, SEED)


def changes_nothing(change: WhatIf) -> bool:
    """Return whether a what-if leaves everything as it is."""
    same_missed = change.non_attendance_then in (None, change.non_attendance_now)
    return same_missed and not (change.referral_growth or change.extra_slots or change.recovery_completions)


def measure(service: Service, outcome: Outcome, name: str) -> pd.DataFrame:
    """Return month, median, low80 and high80 of one measure of a projection; the size starts from today's list."""
    frame = outcome.projection.frame
    held = frame.loc[frame["measure"] == name, ["month", "median", "low80", "high80"]].dropna(subset=["median"])
    held = held.assign(month=pd.to_datetime(held["month"]))
    if name != "size":
        return held
    today = {"month": pd.Timestamp(service.month), **dict.fromkeys(("median", "low80", "high80"), service.waiting.size)}
    return pd.concat([pd.DataFrame([today]), held], ignore_index=True)


def passing(service: Service, by: date, rates: Rates | None) -> pd.DataFrame:
    """Return who passes 18, 52, 65 and 104 weeks by a date; see metrics.capacity_conveyor.conveyor."""
    return conveyor(service.waiting, by, rates, np.random.default_rng(SEED) if rates is not None else None)


def board_dates(service: Service) -> tuple[date, date, date]:
    """Return the first and the last date a board may be asked for, and the one to start from: 13 weeks on."""
    end = months_later(service.month, 1) - timedelta(days=1)
    last = months_later(service.month, MONTHS_AHEAD + 1) - timedelta(days=8)
    return end + timedelta(weeks=1), last, end + timedelta(weeks=13)


def months_to_choose(service: Service) -> list[date]:
    """Return the months ahead in which a change may begin."""
    return [months_later(service.month, n) for n in range(1, MONTHS_AHEAD + 1)]


def waiting_longer(service: Service, weeks: int) -> float | None:
    """Return how many have waited longer than so many weeks; None where a band straddles them."""
    return None if straddles(service.bands, weeks) else float(service.waiting.weeks[weeks:].sum())


def newest_referrals(service: Service) -> int | None:
    """Return how many on the list had waited a week at most, the least that can have come in that week."""
    first = service.bands[(service.bands["weeks_from"] == 0) & (service.bands["weeks_to"] == 1)]
    return None if first.empty else int(first["children"].iloc[0])


def _flows(own: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Return month, referrals, completions, removals and size; a state never counted stays missing throughout.

    In a month with any flow a state without a row is 0: nobody was referred, seen or removed.
    """
    moved = own[own["state"].isin(list(_STATES))]
    months = pd.Index(sorted(moved["month"].unique()), name="month")
    out = pd.DataFrame(index=months)
    for state, name in _STATES.items():
        rows = moved[moved["state"] == state]
        out[name] = (
            summed(rows["children"], rows["month"]).astype("float64").reindex(months, fill_value=0.0)
            if len(rows)
            else np.nan
        )
    return out.reset_index().merge(sizes, on="month", how="left")


def _aimed_weeks(text: str, kind: str, clock: str) -> int | None:
    """Return the weeks a KPI's share is within, 0 for the list's size, None where it is neither of this list."""
    told = definition_told(text)
    if told.get("select") != {"clock": clock, "state": "waiting"}:
        return None
    numerator = str(told.get("numerator") or "")
    if kind == "count":
        return 0 if not numerator else None
    within = _WITHIN.fullmatch(numerator)
    return int(within[1]) if kind == "share" and within else None


def _weeks(limit: Limit | None) -> tuple[int, bool]:
    """Return the weeks to hold waits against, and whether they are the clock's own standard."""
    return (limit.days // 7, True) if limit and limit.days else (STANDARD_WEEKS, False)


def _exactly(value: float) -> Interval:
    return Interval(value, value, value)
