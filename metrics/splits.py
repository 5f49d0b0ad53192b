"""What the definitions ask of the clocks: whose breakdowns, pairs of them and days are counted at all.

Everyone is counted for every clock and state. A split that no definition reads costs as much and tells nobody anything.
"""

from collections.abc import Iterable

from etl.tables import EVERYONE, PATHWAY_BREAKDOWNS
from metrics.definition import Definition, load_definitions
from metrics.selection import COHORTS

# A clock, a state or cohort of it, and what it is split by: a breakdown, a pair `first+second`, DAYS or EVERYONE.
Split = tuple[str, str, str]
DAYS = "days"


def asked_splits() -> list[Split]:
    """Return the splits of clocks and states that definitions read, in order."""
    return sorted({split for kpi in load_definitions().values() for split in _of_states(kpi)})


def asked_cohorts() -> list[Split]:
    """Return the splits of clocks and cohorts that definitions read, EVERYONE named too, in order."""
    return sorted({split for kpi in load_definitions().values() for split in _of_cohorts(kpi)})


def _of_states(kpi: Definition) -> Iterable[Split]:
    names = {"clock_counts": _counted(kpi), "clock_days": [DAYS]}.get(kpi.fact, [])
    return [(str(kpi.select["clock"]), state, name) for name in names for state in kpi.fact_states]


def _of_cohorts(kpi: Definition) -> Iterable[Split]:
    if kpi.fact != "cohort_counts":
        return []
    asked = kpi.select.get("cohort", list(COHORTS))
    cohorts = asked if isinstance(asked, list) else [str(asked)]
    return [(str(kpi.select["clock"]), cohort, name) for cohort in cohorts for name in [EVERYONE, *_counted(kpi)]]


def _counted(kpi: Definition) -> list[str]:
    """Return the splits that lists of children have; published bands carry their own."""
    return [name for name in kpi.fact_breakdowns if set(name.split("+")) <= set(PATHWAY_BREAKDOWNS)]
