"""Queue formulas: load, pressure, target list size and the capacity that they ask for.

From *Understanding Waiting Lists Pressures* (medRxiv 10.1101/2022.08.23.22279117) as coded in NHSRwaitinglist (MIT,
0d85b69), with the corrections of reference/spc.md §6. Times are in weeks and rates per week, always in the same unit;
names follow the cases. A value that a formula cannot take raises ValueError.
"""

from collections.abc import Sequence
from math import inf, log, sqrt


def queue_load(demand: float, capacity: float) -> float:
    """Return demand / capacity, both per week; at 1 or above the list grows. Infinite when nothing is completed."""
    _not_negative(demand=demand, capacity=capacity)
    if capacity == 0:
        return inf if demand > 0 else 0.0
    return demand / capacity


def factor_for_percentile(share: float) -> float:
    """Return −ln(1 − p): the target in mean waits when a share p is seen within it and waits are exponential."""
    if not 0 < share < 1:
        raise ValueError("the share must lie between 0 and 1, both left out: nobody can promise everyone")
    return -log(1 - share)


def target_mean_wait(target_wait: float, factor: float = 4) -> float:
    """Return the mean wait, in the target's unit, that keeps waits within the target as often as the factor says."""
    _positive(factor=factor)
    return target_wait / factor


def target_queue_size(demand: float, target_wait: float, factor: float = 4) -> float:
    """Return the list size at which the mean wait is the target mean wait (Little's law): children."""
    _not_negative(demand=demand)
    return demand * target_mean_wait(target_wait, factor)


def rtt_journey_list_size(referrals: float, share: float, target_wait: float) -> float:
    """Return the list size at which a share is seen within the target: referrals a week × T / −ln(1 − p)."""
    return target_queue_size(referrals, target_wait, factor_for_percentile(share))


def relief_capacity(demand: float, queue_size: float, target_queue: float, weeks: float) -> float:
    """Return completions a week that bring the list from its size to the target size in that many weeks."""
    _positive(weeks=weeks)
    return demand + (queue_size - target_queue) / weeks


def relief_capacity_uncertain_demand(
    demand: float, queue_size: float, target_queue: float, weeks: float, referrals: int, cv_demand: float
) -> float:
    """Return relief capacity with demand raised for being an estimate from that many referrals.

    Demand becomes d / (1 − 2·d·cv/√n) while 2·d·cv/√n < 1, and stays as it is otherwise.
    """
    _positive(referrals=referrals)
    doubt = 2 * demand * cv_demand / sqrt(referrals)
    return relief_capacity(demand / (1 - doubt) if doubt < 1 else demand, queue_size, target_queue, weeks)


def target_capacity(
    demand: float, target_wait: float, factor: float = 4, cv_demand: float = 1, cv_capacity: float = 1
) -> float:
    """Return completions a week that hold a list at its target size: demand + ((cv_d² + cv_c²)/2) · factor/target.

    The form that follows from heavy traffic; two other versions circulate (reference/spc.md §6).
    """
    _positive(target_wait=target_wait)
    return demand + (cv_demand**2 + cv_capacity**2) / 2 * factor / target_wait


def target_capacity_original_2023(demand: float, target_wait: float, factor: float = 1) -> float:
    """Return the paper's 2023 form, demand + 2(1 + 4F)/target, kept to explain older figures; not used by Waymark."""
    _positive(target_wait=target_wait)
    return demand + 2 * (1 + 4 * factor) / target_wait


def waiting_list_pressure(mean_wait: float, target_wait: float) -> float:
    """Return 2 × mean wait / target, both in the same unit; above 1 the target is likely to be missed."""
    _positive(target_wait=target_wait)
    return 2 * mean_wait / target_wait


def rtt_hist_percentile(counts: Sequence[float], share: float) -> float:
    """Return the percentile in bins, from equal bins that start at 0: straight inside the bin with it (NHSRtt)."""
    if not 0 <= share <= 1 or not counts or min(counts) < 0 or sum(counts) == 0:
        raise ValueError("counts from 0 up with a total above 0, and a share from 0 to 1, are needed")
    wanted, before = share * sum(counts), 0.0
    for start, count in enumerate(counts):
        if count > 0 and before + count >= wanted - 1e-9:
            return start + max(wanted - before, 0.0) / count
        before += count
    return float(len(counts))


def rtt_calc_wl_sizes(reneges: Sequence[float], service: Sequence[float], referrals: float) -> list[float]:
    """Return how many are left after each bin of waiting: max(0, before × (1 − leaving share) − seen) (NHSRtt)."""
    sizes, left = [], referrals
    for share, seen in zip(reneges, service, strict=True):
        left = max(0.0, left * (1 - share) - seen)
        sizes.append(left)
    return sizes


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0")


def _not_negative(**values: float) -> None:
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"{name} must not be below 0")
