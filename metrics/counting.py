"""What definitions count: the cells of a fact, tried by their rules and added up by place and month, before all else.

Millions of cells become thousands here, on the engine that is quick at it, with one question for all KPIs of a fact;
what follows is done on frames.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.engine_duckdb import coded
from etl.tables import EVERYONE
from metrics.definition import CLOCK_FACTS, LEAVING, Definition
from metrics.fact_frames import FactFrames
from metrics.kinds import PLACE
from metrics.periods import Period
from metrics.rule import COLUMNS, tried, tried_together
from metrics.selection import Select

_PLACE = 'area, breakdown, "group", month'
# Which count a row belongs to, and where and when.
ASK = ["ask", *PLACE]
SEEN = ["kpi", "part", *PLACE]


@dataclass
class Seen:
    """Where the children that KPIs count were ever seen: one row per kpi, part, area, breakdown and group, first month.

    A KPI rests on one count or two: `part` says which. `before` is given with facts of some months, so that a zero is
    told from a gap; `found` is what those facts tell.
    """

    before: pd.DataFrame
    found: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SEEN))


@dataclass(frozen=True)
class Ask:
    """One count that a KPI rests on: its number, what is selected, and the period it is added up over."""

    number: int
    definition: Definition
    select: Select
    period: Period

    @property
    def clock(self) -> str:
        """Return the clock (or survey) whose cells are counted."""
        return str(self.select[self.definition.lead])

    @property
    def of_leavers(self) -> bool:
        """Return whether it counts who left the list."""
        state = self.select.get("state")
        states = state if isinstance(state, list) else [state]
        return self.definition.fact in CLOCK_FACTS and not {*LEAVING}.isdisjoint(states)


def monthly_counts(asks: Iterable[Ask], facts: FactFrames) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per ask, area, breakdown, group and month: numerator, denominator, above, below (and seen).

    `above` is the flag of a band the numerator needs, that is not there or is cut by the rule; `below` that of any.
    Of cohorts, `seen_above` and `seen_below` are the fewest days the newest extract lies after the month.
    Second, the areas, breakdowns and groups per ask in which such children were ever counted, in the base or not, and
    the first month.
    Raises DocumentError naming file and column of a rule that cannot be tried.
    """
    seen = """, MIN(observed_days) FILTER (WHERE all_in OR some_in) AS seen_above,
            MIN(observed_days) FILTER (WHERE inside) AS seen_below"""
    parts = [
        _grouped(
            own,
            facts,
            f"""
            CAST(COALESCE(SUM(children) FILTER (WHERE all_in), 0) AS BIGINT) AS numerator,
            CAST(COALESCE(SUM(children) FILTER (WHERE inside), 0) AS BIGINT) AS denominator,
            MIN(CASE
                WHEN (all_in OR some_in) AND flag IS NOT NULL THEN flag
                WHEN some_in AND NOT all_in AND COALESCE(children, 1) <> 0 THEN 'not_available'
            END) AS above,
            MIN(flag) FILTER (WHERE inside) AS below, bool_or(inside) AS counted
            {seen if own[0].definition.fact == "cohort_counts" else ""}
            """,
        )
        for own in _of_the_same_cells(asks)
    ]
    found = pd.concat(parts, ignore_index=True).astype({"month": "datetime64[s]", "above": "str", "below": "str"})
    places = found[ASK].sort_values("month").drop_duplicates(ASK[:-1], ignore_index=True)
    counted = found.pop("counted").astype("bool")
    return found[counted].reset_index(drop=True), places


def ever_seen(asks: Sequence[Ask], places: pd.DataFrame, seen: Seen) -> pd.DataFrame:
    """Return the places with those of months before; what was found now is put into `seen`."""
    parts = pd.DataFrame({"ask": [ask.number for ask in asks], "kpi": [ask.definition.id for ask in asks]})
    parts["part"] = parts.groupby("kpi").cumcount()
    seen.found = places.merge(parts, on="ask")[SEEN]
    before = seen.before.merge(parts, on=["kpi", "part"])[places.columns]
    both = pd.concat([before.astype(places.dtypes.to_dict()), places])
    return both.drop_duplicates(ASK[:-1], ignore_index=True)


def monthly_waits(asks: Iterable[Ask], facts: FactFrames) -> pd.DataFrame:
    """Return one row per ask, area, breakdown, group, month and wait (week band, or days): children and flag.

    A cell without a count leaves its wait without one: missing never becomes zero.
    """
    parts = []
    for own in _of_the_same_cells(asks):
        waits = "days" if own[0].definition.fact == "clock_days" else "weeks_from, weeks_to"
        sums = (
            "CAST(CASE WHEN COUNT(children) = COUNT(*) THEN SUM(children) END AS BIGINT) AS children, MIN(flag) AS flag"
        )
        parts.append(_grouped(own, facts, sums, waits))
    return pd.concat(parts, ignore_index=True).astype({"month": "datetime64[s]", "flag": "str"})


def where_leavers_are_shown(asks: Iterable[Ask], months: pd.DataFrame, facts: FactFrames) -> pd.DataFrame:
    """Return the monthly counts, those of leavers flagged where one of the lists does not show who left it."""
    place = ["ask", "area", "month"]
    unknown = [months.loc[:, place].iloc[:0]]
    for own in alike((ask for ask in asks if ask.of_leavers), lambda ask: ask.clock):
        observed = facts.observed_months(own[0].clock)
        hidden = observed.loc[~observed["leaves"].astype("bool"), ["area", "month"]]
        unknown += [hidden.assign(ask=ask.number) for ask in own]
    types = {"area": "str", "month": "datetime64[s]"}
    hidden = pd.concat([part.astype(types) for part in unknown]).assign(hidden=True)
    found = months[place].astype(types).merge(hidden, on=place, how="left")["hidden"].notna().to_numpy()
    return months.assign(**{side: months[side].mask(found, "not_available") for side in ("above", "below")})


def alike(asks: Iterable[Ask], by: Callable[[Ask], Hashable]) -> Iterable[list[Ask]]:
    """Return the asks of which `by` says the same together, in order."""
    apart: dict[Hashable, list[Ask]] = {}
    for ask in asks:
        apart.setdefault(by(ask), []).append(ask)
    return apart.values()


def _of_the_same_cells(asks: Iterable[Ask]) -> Iterable[list[Ask]]:
    return alike(asks, lambda ask: (ask.definition.fact, ask.definition.over))


def _grouped(asks: list[Ask], facts: FactFrames, sums: str, by: str = "") -> pd.DataFrame:
    """Return the sums over the cells of each ask, by place and month (and `by`)."""
    first = asks[0].definition
    cells = facts.numbered(first.fact, {ask.clock for ask in asks}, first.over)
    columns = [*COLUMNS[first.fact], *(["member"] if first.over else [])]
    waits = [name.strip() for name in by.split(",") if name]
    # Waits are counted as they are: no rule is asked of them.
    asked = _asked(asks, cells.kinds, columns, ruled=not by).join(cells.kinds[["breakdown", *waits]], on="kind")
    cells.connection.register("asked", asked)
    keys = f"ask, {_PLACE}{', ' + by if by else ''}"
    try:
        return coded(
            cells.connection,
            f'SELECT {keys}, {sums} FROM "{cells.table}" JOIN asked USING (kind) GROUP BY {keys}',  # noqa: S608 (contract names)
        )
    finally:
        cells.connection.unregister("asked")


def _asked(asks: list[Ask], kinds: pd.DataFrame, columns: list[str], *, ruled: bool) -> pd.DataFrame:
    """Return per ask the kinds of cells it selects: `inside` its base, and whether all or some meet its rule."""
    wanted = [(ask.definition.base, ask.definition.numerator) if ruled else (None, None) for ask in asks]
    rules = sorted({rule for pair in wanted for rule in pair if rule is not None})
    together = tried_together(kinds, columns, rules) if rules else None
    answers = None if together is None else together.to_numpy()

    def met(places: npt.NDArray[np.intp], rule: str | None, where: str) -> npt.NDArray[np.bool_]:
        """Return whether all, and whether some of each kind meet a rule."""
        if rule is None:
            return np.ones((len(places), 2), dtype=bool)
        if answers is None:
            cells = kinds.iloc[places]
            told = cells[columns].merge(tried(cells, columns, rule, where), on=columns, how="left")
            return told[["all_in", "some_in"]].astype("boolean").fillna(False).to_numpy(dtype=bool)
        place = rules.index(rule)
        return answers[places, 2 * place : 2 * place + 2]

    select = _selecting(kinds)
    parts = []
    for ask, (base, numerator) in zip(asks, wanted, strict=True):
        places = np.flatnonzero(select(ask))
        inside = met(places, base, f"{ask.definition.id}.yaml: base")[:, 0]
        in_rule = np.zeros((len(places), 2), dtype=bool)
        in_rule[inside] = met(places[inside], numerator, f"{ask.definition.id}.yaml: numerator")
        number = np.full(len(places), ask.number)
        parts.append((number, places, inside, in_rule[:, 0], in_rule[:, 1]))
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return pd.DataFrame(dict(zip(("ask", "kind", "inside", "all_in", "some_in"), whole, strict=True)))


def _selecting(kinds: pd.DataFrame) -> Callable[[Ask], npt.NDArray[np.bool_]]:
    """Return what says of an ask which kinds it selects."""

    @cache
    def chosen(column: str, listed: tuple[object, ...]) -> npt.NDArray[np.bool_]:
        own = kinds[column]
        if own.dtype == "boolean":  # a definition may put true and false in quotes
            own, listed = own.astype("str").str.lower(), tuple(str(one).lower() for one in listed)
        return own.isin(listed).to_numpy(dtype=bool)

    def select(ask: Ask) -> npt.NDArray[np.bool_]:
        wanted: dict[str, object] = {"breakdown": [EVERYONE, *ask.definition.breakdowns], **ask.select}
        each = (chosen(name, tuple(value) if isinstance(value, list) else (value,)) for name, value in wanted.items())
        return reduce(np.logical_and, each)

    return select
