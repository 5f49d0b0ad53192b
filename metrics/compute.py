"""Facts to results: every KPI from the monthly counts, by its definition, one computation for all screens."""

import pandas as pd

from etl.errors import DocumentError
from etl.tables import EVERYONE
from metrics import kinds
from metrics.counting import known_places, monthly_counts, monthly_waits
from metrics.definition import CLOCK_FACTS, LEAVING, Definition
from metrics.edition_tables import RESULTS
from metrics.fact_frames import FactFrames
from metrics.fact_frames import Facts as Facts
from metrics.periods import LENGTH, PACE, in_windows
from metrics.warehouse_facts import FACTS as FACTS
from metrics.warehouse_facts import read_facts as read_facts
from metrics.warehouse_facts import select_fact as select_fact

# How old a population or pupil count may be and still stand under a rate.
_POPULATION_DAYS = pd.Timedelta(days=731)


def compute(definition: Definition, facts: Facts) -> pd.DataFrame:
    """Return the KPI's results for every area, month, declared breakdown and group: the results contract.

    Raises DocumentError when the definition names columns or values its fact does not have.
    """
    facts = facts if isinstance(facts, FactFrames) else FactFrames(facts)
    if not _anything(definition, facts):
        return RESULTS.empty()
    if definition.kind == "net_flow":
        result = kinds.net_flow(_flows(definition, facts))
    elif definition.kind == "clearance_weeks":
        result = kinds.clearance_weeks(_list_and_pace(definition, facts))
    elif definition.kind in ("percentile", "mean"):
        result = _of_waits(definition, facts)
    elif definition.fact == "measure_values":
        result = _of_measures(definition, facts)
    else:
        result = _of_counts(definition, facts)
    result = result.assign(kpi=definition.id)
    for column in ("at_least", "low", "high"):
        if column not in result:
            result[column] = None
    if "period_months" not in result:
        result = result.assign(period_months=0 if definition.snapshot else LENGTH[definition.period])
    result["month"] = result["month"].astype("datetime64[s]")
    return RESULTS.typed(result).sort_values(list(RESULTS.key), ignore_index=True)


def _anything(definition: Definition, facts: FactFrames) -> bool:
    """Return whether there is anything to compute from, so that a KPI nobody supplies costs nothing."""
    fact = definition.fact
    if unknown := [column for column in definition.select if column not in facts[fact]]:
        raise DocumentError(f"{definition.id}.yaml: select: {unknown[0]!r} is no column of {fact}.")
    return definition.select[definition.lead] in facts.leads(fact) or not _observed(definition, facts).empty


def _of_waits(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    waits = in_windows(monthly_waits(definition, facts), _observed(definition, facts), definition.period)
    if definition.kind == "mean":
        return kinds.mean(waits, definition.minimum_base or 0)
    minimum = kinds.PERCENTILE_MINIMUM if definition.minimum_base is None else definition.minimum_base
    if definition.fact == "clock_days":
        return kinds.exact_percentile(waits, float(definition.percentile or 0), minimum)
    if definition.period != "month":
        waits = kinds.added_up(waits, [*kinds.PLACE, "weeks_from", "weeks_to"])
    return kinds.percentile(waits, float(definition.percentile or 0), minimum)


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


def _of_counts(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    counts = _counted(definition, facts)
    minimum = definition.minimum_base or 0
    if definition.kind == "share":
        return kinds.share(counts, minimum)
    if definition.kind == "top_two_box":
        return kinds.top_two_box(counts, minimum)
    if definition.kind == "rate":
        return kinds.rate(_with_population(definition, counts, facts), definition.per or 1, minimum)
    return kinds.count(counts)


def _counted(definition: Definition, facts: FactFrames, **other: object) -> pd.DataFrame:
    """Return numerator and denominator per place, in the period's windows, zeros where an extract shows nobody.

    A flag says that a needed band is not there or is cut by the rule, or that a cohort was not followed long enough.
    """
    months = monthly_counts(definition, facts, **other)
    counts = in_windows(months.assign(counted_in=months["month"]), _observed(definition, facts), definition.period)
    if definition.follow_up_weeks is not None and definition.fact == "cohort_counts":
        # The newest extract must lie so many weeks after the last month of the period, not of the month alone.
        later = (_end(counts["month"]) - _end(counts["counted_in"])).dt.days
        for side in ("above", "below"):
            early = (counts[f"seen_{side}"] - later < 7 * definition.follow_up_weeks).fillna(False).astype("bool")
            counts[side] = counts[side].mask(early, "not_available")
    if definition.period != "month":
        added = counts.groupby(kinds.PLACE, sort=False)
        counts = added.agg(
            numerator=("numerator", "sum"), denominator=("denominator", "sum"),
            above=("above", "first"), below=("below", "first"),
        ).reset_index()  # fmt: skip
    flag = counts["above"] if definition.kind == "count" else counts["above"].fillna(counts["below"])
    told = counts[kinds.PLACE].assign(
        flag=flag,
        numerator=counts["numerator"].mask(flag.notna()),
        denominator=counts["denominator"].where(counts["below"].isna()),
    )
    return _with_zeros(definition, told, facts, **other)


def _end(months: pd.Series) -> pd.Series:
    return pd.to_datetime(months) + pd.offsets.MonthEnd(0)


def _observed(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return one row per area and month the clock has an extract for, `rows` whether child by child."""
    if definition.fact not in CLOCK_FACTS:
        return pd.DataFrame({"area": [], "month": [], "rows": []})
    return facts.observed_months(str(definition.select["clock"]))


def _with_zeros(definition: Definition, counts: pd.DataFrame, facts: FactFrames, **other: object) -> pd.DataFrame:
    """Add a zero for every group and month of an extract in which nobody was counted: a real zero, not a gap.

    Only where such children were counted at all: a list of open referrals never shows who left, and that is no zero.
    """
    observed = _observed(definition, facts)
    months = observed[observed["rows"].astype("bool")]
    known = known_places(definition, facts, **other)
    months = months[months["area"].isin(known["area"])]
    if months.empty:
        return counts
    ends = in_windows(months[["area", "month"]], months, definition.period).drop_duplicates()
    everyone = known[["area"]].drop_duplicates().assign(breakdown=EVERYONE, group=EVERYONE)
    places = ends.merge(pd.concat([known, everyone]).drop_duplicates(), on="area")[kinds.PLACE]
    filled = counts.merge(places.astype(counts[kinds.PLACE].dtypes.to_dict()), on=kinds.PLACE, how="outer",
                          indicator=True)  # fmt: skip
    added = filled.pop("_merge") == "right_only"
    return filled.assign(**{c: filled[c].mask(added, 0) for c in ("numerator", "denominator")})


def _flows(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return `started` and `left` per place."""
    came, gone = _counted(definition, facts, state="started"), _counted(definition, facts, state=LEAVING)
    both = came.merge(gone, on=kinds.PLACE, suffixes=("", "_gone"))
    return both.assign(started=both["numerator"], left=both["numerator_gone"])


def _list_and_pace(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return `waiting`, `left` over three months and their length in `weeks` per place, whole windows only."""
    listed = _counted(definition, facts, state="waiting")
    gone = _counted(definition.model_copy(update={"period": PACE}), facts, state=LEAVING)
    both = listed.merge(gone, on=kinds.PLACE, suffixes=("", "_gone"))
    last = both["month"] + pd.offsets.MonthBegin(1) if len(both) else both["month"]
    first = both["month"] - pd.offsets.MonthBegin(2) if len(both) else both["month"]
    days = (pd.to_datetime(last) - pd.to_datetime(first)).dt.days
    return both.assign(waiting=both["numerator"], left=both["numerator_gone"], weeks=days / 7)


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
