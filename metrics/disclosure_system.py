"""Everything a board file tells of one clock (measure, survey) and area, as one system of sums over cells.

Every count told, every percentile, and groups that add up to the whole: `low <= sum of cells <= high`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix, csr_matrix

from etl.tables import EVERYONE
from metrics.disclosure_counts import Quantities

NEAR = 1e-6
INFINITE = float("inf")
# In `count_of`, a row that says groups add up to the whole.
TOTAL = -2


@dataclass(frozen=True)
class Percentile:
    """A percentile told in whole weeks: of a quantity's children in a place and month, `p` of them waited less."""

    result: int
    breakdown: str
    group: str
    month: pd.Timestamp
    quantity: int
    p: float
    weeks: int
    from_days: bool


@dataclass
class System:
    """Sums over cells: row `r` says `low <= rows @ cells <= high`; the true cells are known to us, not to the reader.

    `count_of` has the count a row tells, `percentile_of` the result whose percentile it tells, below 0 where none.
    """

    rows: csr_matrix
    columns: csc_matrix
    cells: np.ndarray
    low: np.ndarray
    high: np.ndarray
    count_of: np.ndarray
    percentile_of: np.ndarray
    row_of: np.ndarray
    breakdowns: np.ndarray
    months: np.ndarray
    joined: np.ndarray
    sums: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.sums = self.rows @ self.cells

    @property
    def atoms(self) -> int:
        """Return how many kinds of children are told apart; cells go place by place, kind by kind."""
        return int(self.joined.shape[0])

    def alike(self, atom: int) -> list[int]:
        """Return the other kinds, first those that count alike in most sums."""
        order = np.argsort((self.joined != self.joined[atom]).sum(axis=1), kind="stable")
        return [int(other) for other in order if other != atom]

    def forget(self, row: int, low: float = 0.0, high: float = INFINITE) -> None:
        """Tell of a row's sum no more than that it lies between two values."""
        self.low[row], self.high[row] = low, high


def build(counts: pd.DataFrame, cells: pd.DataFrame, quantities: Quantities, percentiles: list[Percentile]) -> System:
    """Return the system of one lead and area.

    `counts` has breakdown, group, month, length, quantity, low and high, one row per count; `cells` breakdown, group,
    month, kind and children.
    """
    extra, wanted = _cuts(quantities, percentiles)
    joined, atom_of = np.unique(np.hstack([quantities.counted, extra]), axis=0, return_inverse=True)
    groups = pd.MultiIndex.from_frame(
        pd.concat([counts[["breakdown", "group"]], cells[["breakdown", "group"]]]).drop_duplicates()
    )
    ends, months = _number(counts["month"]), _number(cells["month"])
    first = int(min((ends - counts["length"].astype("int64") + 1).min(), months.min() if len(months) else ends.min()))
    span = int(max(ends.max(), months.max() if len(months) else ends.max())) - first + 1
    width = len(joined)

    def base(breakdown: Iterable[str], group: Iterable[str], month: np.ndarray) -> np.ndarray:
        at = groups.get_indexer(pd.MultiIndex.from_arrays([list(breakdown), list(group)]))
        return np.asarray((at * span + (month - first)) * width)

    at = base(cells["breakdown"], cells["group"], months.to_numpy()) + atom_of[cells["kind"].to_numpy(dtype="int64")]
    size = len(groups) * span * width
    truth = np.bincount(at, weights=cells["children"].to_numpy(dtype="float64"), minlength=size)
    inside = [np.flatnonzero(joined[:, q]) for q in range(joined.shape[1])]
    made = _Rows()
    starts = base(counts["breakdown"], counts["group"], ends.to_numpy())
    asked = zip(starts, counts["length"], counts["quantity"], counts["low"], counts["high"], strict=True)
    for number, (start, length, quantity, low, high) in enumerate(asked):
        atoms = inside[int(quantity)]
        places = start - np.arange(int(length)) * width
        made.add((places[:, None] + atoms[None, :]).ravel(), 1.0, low, high, count=number)
    in_months = _number(pd.Series([one.month for one in percentiles], dtype="datetime64[s]")).to_numpy()
    begin = base([one.breakdown for one in percentiles], [one.group for one in percentiles], in_months)
    for one, start, (before, exact, after) in zip(percentiles, begin, wanted, strict=True):
        whole = joined[:, one.quantity].astype("float64")
        below, under, over = (joined[:, n].astype("float64") for n in (before, exact, after))
        if one.from_days:  # between two children of whole days, so a child to either side
            lower, higher, ends_at = below, over, (1 - one.p, -one.p)
        else:
            lower, higher, ends_at = (below + under) / 2, (under + over) / 2, (0.0, 0.0)
        columns = start + np.arange(width)
        made.add(columns, lower - one.p * whole, -INFINITE, ends_at[0] + NEAR, percentile=one.result)
        made.add(columns, higher - one.p * whole, ends_at[1] - NEAR, INFINITE, percentile=one.result)
    split = {
        (str(breakdown), int(end) - first - back)
        for breakdown, end, length in zip(counts["breakdown"], ends, counts["length"], strict=True)
        for back in range(int(length))
        if breakdown != EVERYONE
    }
    _add_totals(made, groups, split, span, width)
    rows = made.matrix(size)
    told = np.array(made.count, "int64")
    system = System(
        rows, rows.tocsc(), truth, np.array(made.low, "float64"), np.array(made.high, "float64"), told,
        np.array(made.percentile, "int64"), np.flatnonzero(told >= 0),
        np.repeat(groups.get_level_values(0).to_numpy(dtype=object), span),
        np.tile(np.arange(span) + first, len(groups)), joined,
    )  # fmt: skip
    structure = np.isnan(system.low)
    system.low[structure] = system.high[structure] = system.sums[structure]
    # Groups that do not add up to the whole were never counted: no KPI asks for that state by that breakdown.
    unsplit = (system.count_of == TOTAL) & (np.abs(system.sums) > NEAR)
    system.low[unsplit], system.high[unsplit] = -INFINITE, INFINITE
    return system


class _Rows:
    """Rows of a sparse matrix, as they are told."""

    def __init__(self) -> None:
        self.low: list[float] = []
        self.high: list[float] = []
        self.count: list[int] = []
        self.percentile: list[int] = []
        self._columns: list[np.ndarray] = []
        self._values: list[np.ndarray] = []

    def add(
        self, columns: np.ndarray, values: np.ndarray | float, low: float, high: float, *, count: int = -1,
        percentile: int = -1,
    ) -> None:  # fmt: skip
        self._columns.append(columns)
        self._values.append(np.broadcast_to(np.asarray(values, dtype="float64"), columns.shape))
        self.low.append(low)
        self.high.append(high)
        self.count.append(count)
        self.percentile.append(percentile)

    def matrix(self, size: int) -> csr_matrix:
        ends = np.concatenate([[0], np.cumsum([len(c) for c in self._columns])])
        columns = np.concatenate(self._columns) if self._columns else np.zeros(0, dtype="int64")
        values = np.concatenate(self._values) if self._values else np.zeros(0)
        matrix = csr_matrix((values, columns, ends), shape=(len(self.low), size))
        matrix.eliminate_zeros()
        return matrix


def _cuts(quantities: Quantities, percentiles: list[Percentile]) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    """Return who of a quantity waited up to so many weeks, as further columns, and each percentile's three columns."""
    columns: dict[tuple[int, int], int] = {}
    told: list[np.ndarray] = []
    wanted = []
    absent = pd.Series(np.nan, index=quantities.kinds.index)
    upto = quantities.kinds.get("weeks_to", absent).astype("Float64").fillna(INFINITE).to_numpy("float64")
    for one in percentiles:
        three = []
        for weeks in (one.weeks - 1, one.weeks, one.weeks + 1):
            if (one.quantity, weeks) not in columns:
                columns[one.quantity, weeks] = quantities.counted.shape[1] + len(told)
                told.append(quantities.counted[:, one.quantity] & (upto <= weeks))
            three.append(columns[one.quantity, weeks])
        wanted.append((three[0], three[1], three[2]))
    return np.column_stack(told) if told else np.zeros((len(quantities.counted), 0), dtype=bool), wanted


def _add_totals(made: _Rows, groups: pd.MultiIndex, split: set[tuple[str, int]], span: int, width: int) -> None:
    """Say that the groups of a breakdown add up to the whole, kind by kind, in the months it is told in (`split`)."""
    if (EVERYONE, EVERYONE) not in groups:
        return
    whole = groups.get_loc((EVERYONE, EVERYONE))
    for breakdown, month in sorted(split):
        parts = np.flatnonzero(groups.get_level_values(0) == breakdown)
        weights = np.concatenate([np.ones(len(parts)), [-1.0]])
        starts = (np.concatenate([parts, [whole]]) * span + month) * width
        for atom in range(width):
            made.add(starts + atom, weights, np.nan, np.nan, count=TOTAL)


def _number(months: pd.Series) -> pd.Series:
    when = pd.to_datetime(months)
    return when.dt.year * 12 + when.dt.month - 1
