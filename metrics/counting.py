"""What definitions count: the cells of a fact, tried by their rules and added up by place and month, before all else.

Millions of cells become thousands here, on the engine that is quick at it, with one question for all KPIs of a fact's
clock or survey; what follows is done on frames.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from etl.engine_duckdb import coded
from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.fact_frames import FactFrames
from metrics.kinds import PLACE
from metrics.periods import Period
from metrics.rule import COLUMNS, tried, tried_together
from metrics.selection import Select

_PLACE = 'area, breakdown, "group", month'
# Which count a row belongs to, and where and when.
ASK = ["ask", *PLACE]


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


def monthly_counts(asks: Iterable[Ask], facts: FactFrames) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per ask, area, breakdown, group and month: numerator, denominator, above, below (and seen).

    `above` is the flag of a band the numerator needs, that is not there or is cut by the rule; `below` that of any.
    Of cohorts, `seen_above` and `seen_below` are the fewest days the newest extract lies after the month.
    Second, the areas, breakdowns and groups per ask in which such children were ever counted, in the base or not.
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
        for own in _together(asks)
    ]
    found = pd.concat(parts, ignore_index=True).astype({"month": "datetime64[s]", "above": "str", "below": "str"})
    places = found[["ask", "area", "breakdown", "group"]].drop_duplicates(ignore_index=True)
    counted = found.pop("counted").astype("bool")
    return found[counted].reset_index(drop=True), places


def monthly_waits(asks: Iterable[Ask], facts: FactFrames) -> pd.DataFrame:
    """Return one row per ask, area, breakdown, group, month and wait (week band, or days): children and flag.

    A cell without a count leaves its wait without one: missing never becomes zero.
    """
    parts = []
    for own in _together(asks):
        waits = "days" if own[0].definition.fact == "clock_days" else "weeks_from, weeks_to"
        sums = (
            "CAST(CASE WHEN COUNT(children) = COUNT(*) THEN SUM(children) END AS BIGINT) AS children, MIN(flag) AS flag"
        )
        parts.append(_grouped(own, facts, sums, waits))
    return pd.concat(parts, ignore_index=True).astype({"month": "datetime64[s]", "flag": "str"})


def _together(asks: Iterable[Ask]) -> Iterable[list[Ask]]:
    """Return the asks of one fact, clock and way of taking pairs apart together, in order."""

    def cells(ask: Ask) -> tuple[str, str, str]:
        return ask.definition.fact, ask.clock, ask.definition.over or ""

    return (list(own) for _, own in groupby(sorted(asks, key=cells), key=cells))


def _grouped(asks: list[Ask], facts: FactFrames, sums: str, by: str = "") -> pd.DataFrame:
    """Return the sums over the cells of each ask, by place and month (and `by`)."""
    first = asks[0].definition
    table, kinds = facts.numbered(first.fact, asks[0].clock, first.over)
    columns = [*COLUMNS[first.fact], *(["member"] if first.over else [])]
    # Waits are counted as they are: no rule is asked of them.
    asked = pd.concat(_asked(asks, kinds, columns, ruled=not by), ignore_index=True)
    waits = [name.strip() for name in by.split(",") if name]
    facts.connection.register("asked", asked[["ask", "breakdown", *waits, "kind", "inside", "all_in", "some_in"]])
    keys = f"ask, {_PLACE}{', ' + by if by else ''}"
    try:
        return coded(
            facts.connection,
            f'SELECT {keys}, {sums} FROM "{table}" JOIN asked USING (kind) GROUP BY {keys}',  # noqa: S608 (contract names)
        )
    finally:
        facts.connection.unregister("asked")


def _asked(asks: list[Ask], kinds: pd.DataFrame, columns: list[str], *, ruled: bool) -> Iterable[pd.DataFrame]:
    """Return per ask the kinds of cells it selects: `inside` its base, and whether all or some meet its rule."""
    wanted = [(ask.definition.base, ask.definition.numerator) if ruled else (None, None) for ask in asks]
    rules = sorted({rule for pair in wanted for rule in pair if rule is not None})
    together = tried_together(kinds, columns, rules) if rules else None

    def met(cells: pd.DataFrame, rule: str | None, kpi: str) -> pd.DataFrame:
        if rule is None:
            return pd.DataFrame({"all_in": True, "some_in": True}, index=cells.index)
        if together is None:
            told = cells[columns].merge(tried(cells, columns, rule, kpi), on=columns, how="left").set_index(cells.index)
            return told[["all_in", "some_in"]].astype("boolean").fillna(False).astype("bool")
        place = rules.index(rule)
        told = together.loc[cells.index, [f"all_{place}", f"some_{place}"]]
        return told.set_axis(["all_in", "some_in"], axis=1)

    for ask, (base, numerator) in zip(asks, wanted, strict=True):
        own = _selected(ask, kinds)
        inside = met(own, base, ask.definition.id)["all_in"]
        in_rule = met(own[inside], numerator, ask.definition.id).reindex(own.index, fill_value=False)
        yield own.assign(ask=ask.number, inside=inside, all_in=in_rule["all_in"], some_in=in_rule["some_in"])


def _selected(ask: Ask, kinds: pd.DataFrame) -> pd.DataFrame:
    wanted: Mapping[str, object] = {"breakdown": [EVERYONE, *ask.definition.breakdowns], **ask.select}
    for name, value in wanted.items():
        if name != ask.definition.lead:
            own, listed = kinds[name], value if isinstance(value, list) else [value]
            if own.dtype == "boolean":  # a definition may put true and false in quotes
                own, listed = own.astype("str").str.lower(), [str(one).lower() for one in listed]
            kinds = kinds[own.isin(listed)]
    return kinds
