"""Facts to results: every KPI from the monthly counts, by its definition, one computation for all screens."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count

import pandas as pd

from etl.errors import DocumentError
from etl.tables import EVERYONE
from metrics import kinds
from metrics.counting import ASK, Ask, Seen, alike, ever_seen, monthly_counts, monthly_waits, where_leavers_are_shown
from metrics.definition import CLOCK_FACTS, LEAVING, Definition
from metrics.edition_tables import RESULTS
from metrics.fact_frames import NOT_OBSERVED, PLACED, FactFrames
from metrics.fact_frames import Facts as Facts
from metrics.periods import LENGTH, PACE, Period, in_windows
from metrics.selection import Select
from metrics.warehouse_facts import FACTS as FACTS
from metrics.warehouse_facts import read_facts as read_facts
from metrics.warehouse_facts import select_fact as select_fact

# How old a population or pupil count may be and still stand under a rate.
_POPULATION_DAYS = pd.Timedelta(days=731)
# The minimum base of kinds that tell of waits, where a definition names none.
_MINIMUM = {"percentile": kinds.PERCENTILE_MINIMUM, "mean": 0}
# The counts a kind rests on, in their order: states in the definition's place, and the period where it is not its own.
_SEVERAL: dict[str, tuple[tuple[Select, Period | None], ...]] = {
    "net_flow": (({"state": "started"}, None), ({"state": LEAVING}, None)),
    "clearance_weeks": (({"state": "waiting"}, None), ({"state": LEAVING}, PACE)),
}


def compute(definition: Definition, facts: Facts) -> pd.DataFrame:
    """Return the KPI's results for every area, month, declared breakdown and group: the results contract.

    Raises DocumentError when the definition names columns or values its fact does not have.
    """
    return compute_all([definition], facts)


def compute_all(definitions: Iterable[Definition], facts: Facts, seen: Seen | None = None) -> pd.DataFrame:
    """Return the results of all these KPIs by id: what one by one would give, in a fraction of the time.

    With `seen`, the facts are of some months: who was seen before is told by it, and who is seen now put into it.
    Raises DocumentError when a definition names columns or values its fact does not have.
    """
    facts = FactFrames.of(facts)
    wanted = _with_anything(definitions, facts)
    measured = [definition for definition in wanted if definition.fact == "measure_values"]
    waited = [definition for definition in wanted if definition.kind in _MINIMUM]
    rest = [kpi for kpi in wanted if kpi.fact != "measure_values" and kpi.kind not in _MINIMUM]
    found = [
        *(_named(definition, _of_measures(definition, facts)) for definition in measured),
        *_of_waits(waited, facts),
        *_of_counts(rest, facts, seen),
    ]
    whole = [frame for frame in found if len(frame)]
    if not whole:
        return RESULTS.empty()
    result = pd.concat([RESULTS.typed(_with_ends(frame)) for frame in whole], ignore_index=True)
    return result.sort_values(list(RESULTS.key), ignore_index=True)


def _with_ends(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: None for name in ("at_least", "low", "high") if name not in frame})


def _with_anything(definitions: Iterable[Definition], facts: FactFrames) -> list[Definition]:
    """Return the KPIs there is anything to compute from, so that one nobody supplies costs nothing."""
    columns, leads, wanted = cache(facts.columns), cache(facts.leads), []
    for kpi in definitions:
        if unknown := [column for column in kpi.select if column not in columns(kpi.fact) or column in PLACED]:
            raise DocumentError(f"{kpi.id}.yaml: select: {unknown[0]!r} is no column of {kpi.fact}.")
        if kpi.select[kpi.lead] in leads(kpi.fact) or not _observed(kpi, facts).empty:
            wanted.append(kpi)
    return wanted


def _length(definition: Definition) -> int:
    """Return over how many months a KPI is added up; 0 where it is of a day."""
    return 0 if definition.snapshot else LENGTH[definition.period]


def _named(definition: Definition, result: pd.DataFrame) -> pd.DataFrame:
    """Return the results of one KPI with its id and, where they do not have it, the length of its period."""
    result = result.assign(kpi=definition.id)
    if "period_months" not in result:
        result = result.assign(period_months=_length(definition))
    return result


def _minimum(definition: Definition) -> int:
    """Return the minimum base of a KPI that tells of waits."""
    return _MINIMUM[definition.kind] if definition.minimum_base is None else definition.minimum_base


def _of_waits(definitions: Sequence[Definition], facts: FactFrames) -> Iterable[pd.DataFrame]:
    """Return the results of KPIs that tell how long children waited, those told alike together."""
    if not definitions:
        return
    asks = [Ask(number, kpi, kpi.select, kpi.period) for number, kpi in enumerate(definitions)]
    waits = monthly_waits(asks, facts)

    def told(ask: Ask) -> tuple[object, ...]:
        kpi = ask.definition
        return kpi.fact, kpi.kind, kpi.percentile, _minimum(kpi), kpi.period, "" if kpi.period == "month" else ask.clock

    for own in alike(asks, told):
        kpi = own[0].definition
        ids = {ask.number: ask.definition.id for ask in own}
        share, minimum = kpi.percentile or 0, _minimum(kpi)
        rows = in_windows(waits[waits["ask"].isin(ids)], _observed(kpi, facts), kpi.period)
        if kpi.kind == "mean":
            found = kinds.mean(rows, minimum, ASK)
        elif kpi.fact == "clock_days":
            found = kinds.exact_percentile(rows, share, minimum, ASK)
        else:
            if kpi.period != "month":
                rows = kinds.added_up(rows, [*ASK, "weeks_from", "weeks_to"])
            found = kinds.percentile(rows, share, minimum, ASK)
        lengths = {ask.number: _length(ask.definition) for ask in own}
        yield found.assign(kpi=found["ask"].map(ids), period_months=found["ask"].map(lengths))


def _of_measures(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return what was measured as it was sent: a measure's periods are its own, and never added up."""
    rows = facts[definition.fact]
    wanted = {**definition.select, "breakdown": [EVERYONE, *definition.breakdowns]}
    for column, value in wanted.items():
        rows = rows[rows[column].isin(value if isinstance(value, list) else [value])]
    minimum = definition.minimum_base or 0
    if definition.kind == "printed":
        return kinds.printed(rows)
    if definition.kind == "rate":
        return kinds.rate(_with_population(definition, rows, facts), definition.per or 1, minimum)
    return kinds.measure(rows, definition.unit, minimum)


def _of_counts(definitions: Sequence[Definition], facts: FactFrames, seen: Seen | None) -> Iterable[pd.DataFrame]:
    """Return the results of KPIs that count, those of one kind, minimum base and length together."""
    numbers = count()
    own = [
        [
            Ask(next(numbers), kpi, {**kpi.select, **other}, period or kpi.period)
            for other, period in _SEVERAL.get(kpi.kind, (({}, None),))
        ]
        for kpi in definitions
    ]
    counted = _counted([ask for asks in own for ask in asks], facts, seen) if own else pd.DataFrame()
    single = []
    for kpi, (first, *others) in zip(definitions, own, strict=True):
        if kpi.kind in _SEVERAL:
            yield _named(kpi, _of_two(kpi, _of(first, counted), _of(others[0], counted)))
        elif kpi.kind == "rate":
            counts = _with_population(kpi, _of(first, counted), facts)
            yield _named(kpi, kinds.rate(counts, kpi.per or 1, kpi.minimum_base or 0))
        else:
            single.append(first)

    def told(ask: Ask) -> tuple[str, int, int]:
        return ask.definition.kind, ask.definition.minimum_base or 0, _length(ask.definition)

    for some in alike(single, told):
        kind, minimum, months = told(some[0])
        ids = {ask.number: ask.definition.id for ask in some}
        counts = counted[counted["ask"].isin(ids)]
        counts = counts.assign(kpi=counts["ask"].map(ids), period_months=months)
        if kind == "count":
            yield kinds.count(counts)
        else:
            yield (kinds.share if kind == "share" else kinds.top_two_box)(counts, minimum)


def _of(ask: Ask, counted: pd.DataFrame) -> pd.DataFrame:
    return counted[counted["ask"] == ask.number].drop(columns="ask")


def _counted(asks: Sequence[Ask], facts: FactFrames, seen: Seen | None) -> pd.DataFrame:
    """Return numerator and denominator per ask and place, in its windows, zeros where an extract shows nobody.

    A flag says that a needed band is not there or is cut by the rule, or that a cohort was not followed long enough.
    """
    months, places = monthly_counts(asks, facts)
    months = where_leavers_are_shown(asks, months, facts)
    if seen is not None:  # what was seen before need not be among the words of today
        months, places = (rows.astype(dict.fromkeys(ASK[1:-1], "str")) for rows in (months, places))
        places = ever_seen(asks, places, seen)
    counts = pd.concat([_in_period(own, months, facts) for own in alike(asks, _windows_asked)], ignore_index=True)
    of_all = counts["ask"].isin([ask.number for ask in asks if ask.definition.kind != "count"])
    flag = counts["above"].mask(of_all, counts["above"].fillna(counts["below"]))
    told = counts[ASK].assign(
        flag=flag,
        numerator=counts["numerator"].mask(flag.notna()),
        denominator=counts["denominator"].where(counts["below"].isna()),
    )
    return _with_zeros(asks, told, places, facts)


def _months_asked(ask: Ask) -> tuple[str, str, str, bool]:
    """Return what the months that may stand under an ask depend on."""
    return ask.definition.fact, ask.clock, ask.period, ask.of_leavers


def _windows_asked(ask: Ask) -> tuple[object, ...]:
    """Return what the windows of an ask depend on: a single month is its own, whatever the clock."""
    if ask.period == "month":
        return (ask.definition.fact == "cohort_counts",)
    return ask.definition.fact, ask.clock, ask.period


def _in_period(asks: list[Ask], months: pd.DataFrame, facts: FactFrames) -> pd.DataFrame:
    """Return the counts of asks of one period (and clock, where it is longer than a month), in its windows."""
    period = asks[0].period
    counts = months[months["ask"].isin([ask.number for ask in asks])]
    counts = counts if period == "month" else counts.sort_values("month")  # the first flag is the earliest month's
    counts = in_windows(counts.assign(counted_in=counts["month"]), _observed(asks[0].definition, facts), period)
    if asks[0].definition.fact == "cohort_counts":
        # The newest extract must lie so many weeks after the last month of the period, not of the month alone.
        weeks = {ask.number: ask.definition.follow_up_weeks for ask in asks}
        needed = counts["ask"].map(weeks).astype("Float64") * 7
        later = (_end(counts["month"]) - _end(counts["counted_in"])).dt.days
        for side in ("above", "below"):
            early = (counts[f"seen_{side}"] - later < needed).fillna(False).astype("bool")
            counts[side] = counts[side].mask(early, "not_available")
    if period == "month":
        return counts[[*ASK, "numerator", "denominator", "above", "below"]]
    added = counts.groupby(ASK, sort=False)
    return added.agg(
        numerator=("numerator", "sum"), denominator=("denominator", "sum"),
        above=("above", "first"), below=("below", "first"),
    ).reset_index()  # fmt: skip


def _end(months: pd.Series) -> pd.Series:
    return pd.to_datetime(months) + pd.offsets.MonthEnd(0)


def _observed(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return one row per area and month the clock has an extract for, as FactFrames.observed_months."""
    if definition.fact not in CLOCK_FACTS:
        return NOT_OBSERVED
    return facts.observed_months(str(definition.select["clock"]))


def _with_zeros(asks: Sequence[Ask], counts: pd.DataFrame, places: pd.DataFrame, facts: FactFrames) -> pd.DataFrame:
    """Add a zero for every group and month of an extract in which nobody was counted: a real zero, not a gap.

    Only where such children were counted at all, and leavers only where the list shows them: one of open referrals does
    not, and that is no zero.
    """
    places = places[ASK[:-1]]
    everyone = places[["ask", "area"]].drop_duplicates().assign(breakdown=EVERYONE, group=EVERYONE)
    places = pd.concat([places.astype(everyone.dtypes.to_dict()), everyone]).drop_duplicates()
    spans: dict[int, int] = {}
    shown = []
    for span, own in enumerate(alike(asks, _months_asked)):
        observed = _observed(own[0].definition, facts)
        told = observed["rows"].astype("bool") & (observed["leaves"].astype("bool") | (not own[0].of_leavers))
        months = observed.loc[told, ["area", "month"]]
        if len(months):
            shown.append(in_windows(months, months, own[0].period).drop_duplicates().assign(span=span))
            spans |= {ask.number: span for ask in own}
    if not shown:
        return counts
    ends = pd.concat(shown, ignore_index=True)
    ends = ends[ends["area"].isin(places["area"])]  # a list may have nobody to count
    zeros = places.assign(span=places["ask"].map(spans)).merge(ends.astype({"area": places["area"].dtype}))[ASK]
    filled = counts.merge(zeros.astype(counts[ASK].dtypes.to_dict()), on=ASK, how="outer", indicator=True)
    added = filled.pop("_merge") == "right_only"
    return filled.assign(**{c: filled[c].mask(added, 0) for c in ("numerator", "denominator")})


def _of_two(definition: Definition, first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the flow from who came and who left, or the weeks to clear from who waits and who left in three months."""
    both = first.merge(second, on=kinds.PLACE, suffixes=("", "_gone"))
    both["flag"] = both["flag"].fillna(both["flag_gone"])
    if definition.kind == "net_flow":
        return kinds.net_flow(both.assign(started=both["numerator"], left=both["numerator_gone"]))
    last = both["month"] + pd.offsets.MonthBegin(1) if len(both) else both["month"]
    begun = both["month"] - pd.offsets.MonthBegin(2) if len(both) else both["month"]
    days = (pd.to_datetime(last) - pd.to_datetime(begun)).dt.days
    return kinds.clearance_weeks(both.assign(waiting=both["numerator"], left=both["numerator_gone"], weeks=days / 7))


def _with_population(definition: Definition, counts: pd.DataFrame, facts: FactFrames) -> pd.DataFrame:
    """Put the newest population at or before the month, up to two years old, into denominator."""
    if definition.population is None:
        return counts
    measures = facts["measure_values"]
    base = measures.loc[measures["measure"] == definition.population, [*kinds.PLACE, "numerator"]]
    base = base.rename(columns={"numerator": "denominator"}).astype({"month": "datetime64[s]"}).sort_values("month")
    left = counts.drop(columns="denominator").astype({"month": "datetime64[s]"}).sort_values("month")
    by = ["area", "breakdown", "group"]
    return pd.merge_asof(
        left, base.astype({c: left[c].dtype for c in by}), on="month", by=by, tolerance=_POPULATION_DAYS
    )
