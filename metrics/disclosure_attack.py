"""The attack on a board file: how far everything it tells bounds each count it hides.

A hidden count is bounded by linear programming. Cells far from it are taken as known to the attacker, which can only
narrow the bounds. Reference pack, "Disclosure: the rule and the check".
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import vstack

from etl.tables import EVERYONE
from metrics.disclosure_system import INFINITE, NEAR, TOTAL, System

# How many cells of a count, and how many kinds like one, are tried before it is programmed.
_TRIED = 6


def possible(system: System, row: int, values: int, *, wide: bool = False) -> tuple[bool, list[int]]:
    """Return whether a row's sum can still have so many whole values, and else the rows that hold it fast.

    For a group's count the whole is taken as known, unless `wide`.
    """
    span = values - 1
    if system.rows.indptr[row] == system.rows.indptr[row + 1]:
        return True, []  # a state nobody was ever in: the file tells nothing of it
    if not wide and _by_moves(system, row, span):
        return True, []
    return _by_programming(system, row, span, wide)


def _by_moves(system: System, row: int, span: int) -> bool:
    """Return whether children can be thought elsewhere so that the sum takes enough values.

    A group's child is thought into another group; a whole area's into another kind, and so in one group of every
    breakdown. Each such move is a world of whole children that the file tells nothing against: a proof without
    programming.
    """
    begin, end = system.rows.indptr[row], system.rows.indptr[row + 1]
    columns = system.rows.indices[begin:end]
    up, down = system.high - system.sums, system.sums - system.low
    order = np.argsort(-system.cells[columns], kind="stable")[:_TRIED]
    whole = system.breakdowns[columns[0] // system.atoms] == EVERYONE
    for column in columns[order]:
        at, atom = divmod(int(column), system.atoms)
        month = np.flatnonzero(system.months == system.months[at])
        if whole:
            likes = [a for a in system.alike(atom) if at * system.atoms + a not in columns][:_TRIED]
            for like in [None, *likes]:
                more = _shifted(system, month, like, atom, span, up, down)
                less = _shifted(system, month, atom, like, span - more, up, down) if more < span else 0
                if more + less >= span:
                    return True
            continue
        others = month[(system.breakdowns[month] == system.breakdowns[at]) & (month != at)]
        # In the month itself, or given back in the month after or before, which longer periods hardly notice.
        for back in (0, 1, -1):
            ends = [at + back, *(others + back)]
            if back and not (min(ends) >= 0 and max(ends) < len(system.months)):
                continue
            if back and system.months[at + back] != system.months[at] + back:
                continue
            for other in others:
                partner = int(other) * system.atoms + atom
                into, out_of = [int(column)], [partner]
                if back:
                    into, out_of = [*into, partner + back * system.atoms], [*out_of, int(column) + back * system.atoms]
                more = _steps(system, into, out_of, up, down)
                if more >= span or more + _steps(system, out_of, into, up, down) >= span:
                    return True
    return False


def _shifted(
    system: System, places: np.ndarray, out_of: int | None, into: int | None, most: float, up: np.ndarray,
    down: np.ndarray,
) -> float:  # fmt: skip
    """Return how many children, up to `most`, can be thought from one kind into another in all places of a month.

    None for a kind: from nowhere, or to nowhere, one child more or fewer.
    """
    plus: list[int] = []
    minus: list[int] = []
    steps = most
    breakdowns = system.breakdowns[places]
    for breakdown in dict.fromkeys(breakdowns):
        best = 0.0
        for place in places[breakdowns == breakdown]:
            there, here = ([] if kind is None else [int(place) * system.atoms + kind] for kind in (into, out_of))
            found = _steps(system, there, here, up, down, loose=True)
            if found > best:
                best, pair = min(found, steps), (there, here)
            if best >= steps:
                break
        if best < 1:
            return 0.0
        steps = min(steps, best)
        plus += pair[0]
        minus += pair[1]
    return min(steps, _steps(system, plus, minus, up, down))


def _steps(
    system: System, into: list[int], out_of: list[int], up: np.ndarray, down: np.ndarray, *, loose: bool = False
) -> float:
    """Return how many children can be thought out of some cells into others, told nothing against it.

    `loose` leaves it to others that groups add up to the whole.
    """
    matrix = system.columns
    spans = [
        (slice(matrix.indptr[c], matrix.indptr[c + 1]), sign) for sign, cs in ((1, into), (-1, out_of)) for c in cs
    ]
    rows = np.concatenate([matrix.indices[span] for span, _ in spans])
    change = np.concatenate([sign * matrix.data[span] for span, sign in spans])
    touched, place = np.unique(rows, return_inverse=True)
    total = np.bincount(place, weights=change)
    moved = np.abs(total) > NEAR
    if loose:
        moved &= system.count_of[touched] != TOTAL
    touched, total = touched[moved], total[moved]
    room = np.where(total > 0, up[touched], down[touched]) / np.abs(total)
    most = min(float(room.min(initial=INFINITE)), float(system.cells[out_of].min(initial=INFINITE)))
    return float(np.floor(most + NEAR)) if most != INFINITE else most


def _by_programming(system: System, row: int, span: int, wide: bool) -> tuple[bool, list[int]]:
    begin, end = system.rows.indptr[row], system.rows.indptr[row + 1]
    own = system.rows.indices[begin:end]
    at = own // system.atoms
    breakdowns, months = system.breakdowns, system.months
    last = months[at].max()
    near = (months >= max(months[at].min(), last - 1)) & (months <= last + 1)
    if (breakdown := breakdowns[at[0]]) != EVERYONE and not wide:
        near &= breakdowns == breakdown
    columns = (np.flatnonzero(near)[:, None] * system.atoms + np.arange(system.atoms)[None, :]).ravel()
    part = system.columns[:, columns]
    rows = np.unique(part.indices)
    part = part.tocsr()[rows]
    up, down = (system.high - system.sums)[rows], (system.sums - system.low)[rows]
    fixed = (up <= NEAR) & (down <= NEAR)
    upper, lower = ~fixed & np.isfinite(up), ~fixed & np.isfinite(down)
    asked = np.zeros(len(columns))
    weights = dict(zip(own, system.rows.data[begin:end], strict=True))
    for number, column in enumerate(columns):
        asked[number] = weights.get(column, 0.0)
    matrix = vstack([part[upper], -part[lower]]).tocsr()
    limits = np.concatenate([np.maximum(up[upper], 0), np.maximum(down[lower], 0)])
    told = np.concatenate([rows[upper], rows[lower]])
    bounds = np.column_stack([-system.cells[columns], np.full(len(columns), np.inf)])
    reach, holding = 0.0, []
    for sign in (1.0, -1.0):
        answer = linprog(
            -sign * asked, A_ub=matrix, b_ub=limits, A_eq=part[fixed], b_eq=np.zeros(int(fixed.sum())), bounds=bounds,
            method="highs",
        )  # fmt: skip
        if answer.status == 3:  # without bound
            return True, []
        reach += np.floor(-answer.fun + NEAR)
        if reach >= span:
            return True, []
        holding += list(told[np.abs(answer.ineqlin.marginals) > NEAR])
        holding += list(rows[fixed][np.abs(answer.eqlin.marginals) > NEAR])
    return False, sorted(set(holding))
