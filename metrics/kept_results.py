"""KPIs after one more extract: months that nothing new was said of keep the results they had.

What a month's figures rest on is told by a hash of the loads that answer for it. From the first month on of which that
differs, all is computed anew, from the counts of these months and of those a period looks back at; before it, results
stand. A KPI does not stand where its definition or the population under it is another, or where children are seen in a
place or group for the first time, or no longer: their zeros reach back into months before.
"""

import hashlib
from collections.abc import Iterable, Sequence

import pandas as pd

from etl.tables import EVERYONE, Column, Table
from metrics.compute import compute_all
from metrics.counting import SEEN, Seen
from metrics.definition import Definition
from metrics.edition_tables import RESULTS
from metrics.fact_frames import FactFrames
from metrics.kept_cells import read_cells
from metrics.kept_store import KeptStore
from metrics.periods import LENGTH, months_behind
from metrics.warehouse_facts import counted_cells

_FED = Table(
    "fed",
    "One row per month that results were kept of.",
    (Column("month", "DATE", "the month"), Column("loads", "TEXT", "hash of the loads that answer for it")),
)
_RESTING_ON = Table(
    "resting_on",
    "One row per KPI that results were kept of.",
    (Column("kpi", "TEXT", "the KPI"), Column("rests_on", "TEXT", "hash of its definition and population")),
)
_SEEN = Table(
    "seen",
    "One row per KPI, part, area, breakdown and group in which children were ever seen.",
    (
        Column("kpi", "TEXT", "the KPI"),
        Column("part", "INTEGER", "which of the counts it rests on"),
        Column("area", "TEXT", "where"),
        Column("breakdown", "TEXT", "what it is split by"),
        Column("group", "TEXT", "which part"),
        Column("month", "DATE", "first month"),
    ),
)
_PLACE = SEEN[:-1]
# Facts whose months rest on the loads of the month alone; of cohorts, a new extract tells more of earlier months.
_OF_A_MONTH = ("clock_counts", "clock_days")
_NEVER = pd.Timestamp("2200-01-01")


def kept_results(definitions: Iterable[Definition], facts: FactFrames, store: KeptStore | None) -> pd.DataFrame:
    """Return the results of KPIs, one of an id, as `compute_all` does, to the digit, and keep them for the next time.

    Raises DocumentError when a definition names columns or values its fact does not have.
    """
    kpis = {kpi.id: kpi for kpi in definitions}
    if store is None or store.rolls_up:  # lists of a roll-up's members set bands aside in every month
        return compute_all(kpis.values(), facts)
    store.holding(RESULTS, _FED, _RESTING_ON, _SEEN)
    of_a_month = [kpi for kpi in kpis.values() if kpi.fact in _OF_A_MONTH]
    now = {kpi.id: _rests_on(kpi, facts) for kpi in of_a_month}
    first = _first_changed(store)
    known = store.rows(_RESTING_ON)
    same = {name for name, rests_on in zip(known["kpi"], known["rests_on"], strict=True) if now.get(name) == rests_on}
    held = store.rows(_SEEN)
    standing, later, seen = _later([kpi for kpi in of_a_month if kpi.id in same], first, held, facts, store)
    anew = Seen(_SEEN.empty())
    others = compute_all([kpi for kpi in of_a_month if kpi.id not in standing], facts, anew)
    stands = pd.DataFrame({"kpi": sorted(standing), "before": first}).astype({"kpi": "str", "before": "datetime64[s]"})
    store.execute(
        "DELETE FROM results WHERE NOT EXISTS "
        "(SELECT 1 FROM stands WHERE stands.kpi = results.kpi AND results.month < stands.before)",
        stands=stands,
    )
    earlier = store.rows(RESULTS)
    store.insert(RESULTS, pd.concat([later, others]))
    _replace(store, _SEEN, pd.concat([seen, anew.found]))
    _replace(store, _RESTING_ON, pd.DataFrame({"kpi": list(now), "rests_on": list(now.values())}))
    _replace(store, _FED, pd.DataFrame({"month": list(store.fed), "loads": list(store.fed.values())}))
    store.commit()
    rest = compute_all([kpi for kpi in kpis.values() if kpi.fact not in _OF_A_MONTH], facts)
    whole = pd.concat([earlier, later, others, rest], ignore_index=True)
    return whole.sort_values(list(RESULTS.key), ignore_index=True)


def _later(
    kpis: Sequence[Definition], first: pd.Timestamp, held: pd.DataFrame, facts: FactFrames, store: KeptStore
) -> tuple[set[str], pd.DataFrame, pd.DataFrame]:
    """Return which of these KPIs stand before the first month, their results from it on, where children are seen."""
    held = held[held["kpi"].isin([kpi.id for kpi in kpis])]
    if first == _NEVER or not kpis:
        return {kpi.id for kpi in kpis}, RESULTS.empty(), held
    before = held[held["month"] < first]
    found, seen = [], [before]
    # What looks back at a year reads a year of cells, and few KPIs do.
    for own in ([kpi for kpi in kpis if _months(kpi) == 1], [kpi for kpi in kpis if _months(kpi) > 1]):
        now = Seen(before)
        found.append(compute_all(own, _since(first, own, facts, store), now) if own else RESULTS.empty())
        seen.append(_SEEN.typed(now.found))
    ever = pd.concat(seen).sort_values("month").drop_duplicates(_PLACE)
    both = ever[_PLACE].merge(held[_PLACE], how="outer", indicator="side")
    moved = set(both.loc[both["side"] != "both", "kpi"])
    standing = {kpi.id for kpi in kpis} - moved
    results = pd.concat(found)
    later = results[(results["month"] >= first) & results["kpi"].isin(standing)]
    return standing, later, ever[ever["kpi"].isin(standing)]


def _since(first: pd.Timestamp, kpis: Sequence[Definition], facts: FactFrames, store: KeptStore) -> FactFrames:
    """Return the facts with the clock counts of the months from the first on, and what periods ending in them need."""
    begins = first - pd.DateOffset(months=max(map(_months, kpis)) - 1)
    counted = {
        (str(kpi.select["clock"]), state, breakdown)
        for kpi in kpis
        for state in kpi.fact_states
        for breakdown in [EVERYONE, *kpi.fact_breakdowns]
    }
    named = ", ".join(str(one) for one in sorted(counted))  # words of the contract, quoted as SQL has them
    cells = read_cells(store, f"month >= DATE '{begins:%Y-%m-%d}' AND (clock, state, breakdown) IN ({named})")
    late = {name: facts[name][facts[name]["month"] >= begins] for name in ("observed", "answered")}
    return facts.replacing(**late, **counted_cells(cells, late["observed"]))


def _months(kpi: Definition) -> int:
    """Return how many months a figure of the KPI rests on."""
    return months_behind(kpi.kind, LENGTH[kpi.period])


def _rests_on(kpi: Definition, facts: FactFrames) -> str:
    """Return a hash of what the KPI's results rest on besides the counts of their months."""
    measures = facts["measure_values"]
    population = measures[measures["measure"] == kpi.population].to_csv(index=False) if kpi.population else ""
    return hashlib.sha256(f"{kpi.model_dump_json()}{population}".encode()).hexdigest()


def _first_changed(store: KeptStore) -> pd.Timestamp:
    """Return the first month that other loads answer for than when results were kept."""
    held = store.rows(_FED)
    before = dict(zip(held["month"], held["loads"], strict=True))
    months = before.keys() | store.fed.keys()
    return min((month for month in months if before.get(month) != store.fed.get(month)), default=_NEVER)


def _replace(store: KeptStore, table: Table, rows: pd.DataFrame) -> None:
    store.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 (contract names)
    store.insert(table, table.typed(rows))
