"""The contract of an edition: the tables of figures that the screens and reports read, aggregates only."""

from etl.tables import Column, Table
from metrics.action_tables import PLAN_TABLES
from metrics.course_tables import CHARTS, FORECAST, PACE, SIGNALS
from metrics.quality_tables import ARRIVALS as ARRIVALS
from metrics.quality_tables import CHECKS, COMPARATORS, DIFFERENCES, DISCLOSED, KNOWN_ISSUES
from metrics.quality_tables import EDITION_FINDINGS as EDITION_FINDINGS
from metrics.quality_tables import FEEDS as FEEDS
from metrics.quality_tables import REJECTED as REJECTED
from metrics.survey_tables import SURVEYS

# In a result: withheld is ours too (a failed integrity check); small_base means too few children to say.
RESULT_FLAGS = (
    "not_supplied",
    "suppressed",
    "not_available",
    "not_applicable",
    "low",
    "withheld",
    "small_base",
    "no_base",
)

# Status of a KPI against its milestones: domain rules, "Scorecard meaning". Never a person's RAG.
STATUSES = ("met", "on_trajectory", "near", "off", "not_due", "no_target", "no_data", "withheld", "suppressed")

_FLAG = Column("flag", "TEXT", "why there is no value", required=False, allowed=RESULT_FLAGS)
_KPI = Column("kpi", "TEXT", "name of the definition file")

EDITION_AREAS = Table(
    "areas",
    "One row per area with a figure.",
    (
        Column("area", "TEXT", "code"),
        Column("level", "TEXT", "kind of area"),
        Column("name", "TEXT", "name"),
        Column("role", "TEXT", "local, comparator or other", allowed=("local", "comparator", "other")),
    ),
    key=("area",),
)

KPIS = Table(
    "kpis",
    "One row per KPI definition.",
    (
        _KPI,
        Column("title", "TEXT", "what is counted"),
        Column("question", "TEXT", "the question it answers"),
        Column("why_it_matters", "TEXT", "why a family should care"),
        Column("kind", "TEXT", "how it is computed"),
        Column("fact", "TEXT", "which monthly counts it is over"),
        Column("unit", "TEXT", "children, percent, weeks, …"),
        Column("better", "TEXT", "which way is better", allowed=("higher", "lower", "neither")),
        Column("numerator_in_words", "TEXT", "what is counted above the line"),
        Column("denominator_in_words", "TEXT", "what it is a share of", required=False),
        Column("standard_value", "DOUBLE", "a standard outside the plan", required=False),
        Column("standard_source", "TEXT", "whose standard", required=False),
        Column("minimum_base", "INTEGER", "fewest children a value may rest on", required=False),
        Column("plan_refs", "TEXT", "action references, comma-separated"),
        Column("caveats", "TEXT", "what the reader must know beside the figure", required=False),
        Column("owner", "TEXT", "role that answers for it"),
        Column("reviewed", "DATE", "when the definition was last reviewed"),
        Column("definition", "TEXT", "the definition file as it stood"),
    ),
    key=("kpi",),
)

READ_BESIDE = Table(
    "read_beside",
    "One row per KPI and KPI without which it misleads.",
    (
        _KPI,
        Column("position", "INTEGER", "order in which they are read"),
        Column("beside", "TEXT", "name of the definition file of the KPI to read beside it"),
    ),
    key=("kpi", "position"),
)

RESULTS = Table(
    "results",
    "One row per KPI, area, breakdown, group and month.",
    (
        _KPI,
        Column("area", "TEXT", "whose figure"),
        Column("breakdown", "TEXT", "what it is split by"),
        Column("group", "TEXT", "which part"),
        Column("month", "DATE", "month of a snapshot, or last month of a period"),
        Column("period_months", "INTEGER", "0 for a snapshot at month end, else the length of the period"),
        Column("numerator", "DOUBLE", "count above the line", required=False),
        Column("denominator", "DOUBLE", "base", required=False),
        Column("value", "DOUBLE", "in the KPI's unit, not rounded", required=False),
        Column("low", "DOUBLE", "lower end of the 95 % Wilson interval, shares only", required=False),
        Column("high", "DOUBLE", "upper end", required=False),
        Column("at_least", "DOUBLE", "the value lies in an open band from here up", required=False),
        _FLAG,
    ),
    key=("kpi", "area", "breakdown", "group", "month", "period_months"),
)

MILESTONES = Table(
    "milestones",
    "One row per scored KPI and milestone, the baseline included.",
    (
        _KPI,
        Column("position", "INTEGER", "0 baseline, then in order"),
        Column("label", "TEXT", "Baseline, 3 months, …"),
        Column("month", "DATE", "when it is due; for the baseline, the plan's month 0"),
        Column("kind", "TEXT", "what the plan says here", allowed=("baseline", "number", "statement", "none")),
        Column("target", "DOUBLE", "planned value", required=False),
        Column("statement", "TEXT", "planned words", required=False),
        Column("source", "TEXT", "where the target or baseline comes from", required=False),
        Column("reading", "DOUBLE", "actual value read for this milestone", required=False),
        Column("reading_at_least", "DOUBLE", "the reading lies in an open band from here up", required=False),
        Column("reading_month", "DATE", "month the reading is for", required=False),
        Column("reading_period_months", "INTEGER", "length of the reading's period", required=False),
        Column("reading_flag", "TEXT", "why there is no reading", required=False, allowed=RESULT_FLAGS),
        Column("status", "TEXT", "this milestone's own status", allowed=STATUSES),
        Column("chance", "DOUBLE", "chance of reaching it, 0 to 1, while it is ahead", required=False),
        Column("original", "DOUBLE", "the number the plan first had here, where it was amended", required=False),
        Column("original_statement", "TEXT", "the words the plan first had here, where amended", required=False),
        Column("amended", "TEXT", "how it was amended, by whom, when and why, in words", required=False),
    ),
    key=("kpi", "position"),
)

AMENDMENTS = Table(
    "amendments",
    "One row per amendment of a target or a baseline in force in the month the scorecard is read in.",
    (
        Column("number", "INTEGER", "order in which they were decided"),
        _KPI,
        Column("position", "INTEGER", "the milestone's place, 0 the baseline"),
        Column("kind", "TEXT", "a change of what is to come, or a correction", allowed=("change", "correction")),
        Column("decided_on", "DATE", "when"),
        Column("decided_by", "TEXT", "which role or board"),
        Column("reason", "TEXT", "why"),
        Column("before", "DOUBLE", "the number before", required=False),
        Column("before_statement", "TEXT", "the words before", required=False),
        Column("after", "DOUBLE", "the number since", required=False),
        Column("after_statement", "TEXT", "the words since", required=False),
        Column("loosens", "BOOLEAN", "whether less is asked than before; missing where it cannot be said", False),
        Column("sentence", "TEXT", "all of it in words"),
    ),
    key=("number",),
)

PATH = Table(
    "path",
    "One row per scored KPI and month with a planned or an actual value.",
    (
        _KPI,
        Column("month", "DATE", "the month"),
        Column("planned", "DOUBLE", "planned value, straight lines between dated milestones", required=False),
        Column("actual", "DOUBLE", "actual value", required=False),
        Column("period_months", "INTEGER", "length of the actual's period, 0 for a snapshot", required=False),
        Column("at_least", "DOUBLE", "the actual lies in an open band from here up", required=False),
        Column("flag", "TEXT", "why there is no actual", required=False, allowed=RESULT_FLAGS),
        Column("gap", "DOUBLE", "actual against planned; above 0 is better than planned", required=False),
        Column("status", "TEXT", "the actual against the plan of its month", required=False, allowed=STATUSES),
    ),
    key=("kpi", "month"),
)

SCORECARD = Table(
    "scorecard",
    "One row per scored KPI, in the plan's order.",
    (
        Column("position", "INTEGER", "order on the page"),
        _KPI,
        Column("priority_area", "TEXT", "priority area of the plan"),
        Column("outcome", "TEXT", "outcome of the plan"),
        Column("plan_ref", "TEXT", "the plan's reference", required=False),
        Column("owner", "TEXT", "role the plan names as answering for it", required=False),
        Column("area", "TEXT", "whose figure is scored"),
        Column("month", "DATE", "month of the latest figure", required=False),
        Column("period_months", "INTEGER", "length of its period, 0 for a snapshot", required=False),
        Column("value", "DOUBLE", "latest value", required=False),
        Column("numerator", "DOUBLE", "its numerator", required=False),
        Column("denominator", "DOUBLE", "its base", required=False),
        Column("low", "DOUBLE", "lower end of its interval", required=False),
        Column("high", "DOUBLE", "upper end", required=False),
        Column("at_least", "DOUBLE", "the value lies in an open band from here up", required=False),
        _FLAG,
        Column("previous_month", "DATE", "month of the figure before", required=False),
        Column("previous_value", "DOUBLE", "the figure before", required=False),
        Column("planned", "DOUBLE", "planned value in that month", required=False),
        Column("tolerance", "DOUBLE", "how far behind is still near, where the scorecard says so", required=False),
        Column("gap", "DOUBLE", "actual against planned; above 0 is better than planned", required=False),
        Column("next_label", "TEXT", "next milestone", required=False),
        Column("status_next", "TEXT", "status against the next milestone", allowed=STATUSES),
        Column("last_label", "TEXT", "last milestone due", required=False),
        Column("status_last", "TEXT", "status against the last milestone due", allowed=STATUSES),
        Column(
            "status", "TEXT", "the one to show: the next milestone's, or the last's once none is left", True, STATUSES
        ),
        Column("sentence", "TEXT", "where it stands, in words a parent can read"),
        Column("attention", "INTEGER", "rank on the attention list; missing: not on it", required=False),
        Column("attention_reason", "TEXT", "why it is there", required=False),
        Column("no_figure", "TEXT", "why there is no figure for any month; missing: there is one", required=False),
        Column("overdue_source", "TEXT", "whose next figure is overdue, where that is why", required=False),
    ),
    key=("kpi",),
)

SUMMARY = Table(
    "summary",
    "One row per sentence of the summary above the scorecard.",
    (
        Column("position", "INTEGER", "order"),
        Column("sentence", "TEXT", "the sentence"),
    ),
    key=("position",),
)

BANDS = Table(
    "bands",
    "One row per clock, state, area, month and week band, for local areas and comparators.",
    (
        Column("clock", "TEXT", "what is timed"),
        Column("state", "TEXT", "waiting at month end, or what happened in the month"),
        Column("area", "TEXT", "whose list"),
        Column("month", "DATE", "the month"),
        Column("weeks_from", "INTEGER", "band starts; missing: wait unknown", required=False),
        Column("weeks_to", "INTEGER", "band ends; missing: open, or wait unknown", required=False),
        Column("children", "INTEGER", "how many", required=False),
        Column("flag", "TEXT", "why the count is not there", required=False, allowed=RESULT_FLAGS),
    ),
)

EDITION_LOADS = Table(
    "loads",
    "One row per load the figures rest on, superseded and withdrawn ones included.",
    (
        Column("load_id", "TEXT", "the load"),
        Column("source", "TEXT", "the source"),
        Column("title", "TEXT", "the source in words"),
        Column("publisher", "TEXT", "who publishes or sends it"),
        Column("licence", "TEXT", "its licence", required=False),
        Column("organisation", "TEXT", "who sent it"),
        Column("sender", "TEXT", "its name"),
        Column("month", "DATE", "the month it is for"),
        Column("period_months", "INTEGER", "length of its figures' periods; 0 for lists and bands at month end"),
        Column("covers_from", "DATE", "first month with a figure"),
        Column("covers_to", "DATE", "last month with a figure"),
        Column("file_name", "TEXT", "name of the file as it came"),
        Column("rows_in", "INTEGER", "rows read; missing in a board file for a list of children", required=False),
        Column("rows_loaded", "INTEGER", "rows loaded", required=False),
        Column("rows_rejected", "INTEGER", "rows held back", required=False),
        Column("loaded_at", "TIMESTAMP", "when, UTC"),
        Column("state", "TEXT", "whether it counts"),
        Column("state_reason", "TEXT", "what replaced it, or why it was withdrawn", required=False),
    ),
    key=("load_id",),
)

EDITION = (
    EDITION_AREAS,
    KPIS,
    READ_BESIDE,
    RESULTS,
    MILESTONES,
    AMENDMENTS,
    PATH,
    SCORECARD,
    CHARTS,
    SIGNALS,
    FORECAST,
    PACE,
    SUMMARY,
    BANDS,
    EDITION_LOADS,
    EDITION_FINDINGS,
    REJECTED,
    ARRIVALS,
    FEEDS,
    CHECKS,
    KNOWN_ISSUES,
    COMPARATORS,
    DIFFERENCES,
    DISCLOSED,
    *SURVEYS,
    *PLAN_TABLES,
)
