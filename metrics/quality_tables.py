"""The edition's tables about the figures: what arrived, what was found, checks, and how they compare with others."""

from etl.tables import Column, Table

EDITION_FINDINGS = Table(
    "findings",
    "One row per load, rule, sheet and column.",
    (
        Column("load_id", "TEXT", "the load"),
        Column("rule", "TEXT", "stable code of the rule"),
        Column("severity", "TEXT", "error, query or note"),
        Column("sheet", "TEXT", "sheet", required=False),
        Column("row", "INTEGER", "first row, as Excel numbers it", required=False),
        Column("column", "TEXT", "heading of the column", required=False),
        Column("count", "INTEGER", "how many rows"),
        Column("message", "TEXT", "the sentence"),
        Column("explanation", "TEXT", "what a named analyst wrote to a query", required=False),
    ),
)

REJECTED = Table(
    "rejected",
    "One row per load and rule that held rows back.",
    (
        Column("load_id", "TEXT", "the load"),
        Column("rule", "TEXT", "stable code of the rule"),
        Column("held_back", "INTEGER", "how many rows"),
    ),
    key=("load_id", "rule"),
)

ARRIVALS = Table(
    "arrivals",
    "One row per source, organisation and month, or longer period, due between the first and the last one loaded.",
    (
        Column("source", "TEXT", "the source"),
        Column("organisation", "TEXT", "who sent it"),
        Column("month", "DATE", "the month, or last month of the period"),
        Column("period_months", "INTEGER", "length of the period; 0 for lists and bands at month end"),
        Column("arrived", "BOOLEAN", "whether a load answers for it; false is a gap"),
        Column("load_id", "TEXT", "which load", required=False),
    ),
    key=("source", "organisation", "month"),
)

FEEDS = Table(
    "feeds",
    "One row per KPI, local area and load in use that fed its figures.",
    (
        Column("kpi", "TEXT", "name of the definition file"),
        Column("area", "TEXT", "whose figures"),
        Column("load_id", "TEXT", "the load"),
        Column("first_month", "DATE", "first month it answers for"),
        Column("last_month", "DATE", "last month it answers for"),
        Column("set_aside", "BOOLEAN", "published bands that only stand beside a list of children, never added to it"),
    ),
    key=("kpi", "area", "load_id"),
)

CHECKS = Table(
    "checks",
    "One row per clock, area, month and check made. A check that failed withholds the KPIs of its clock and month.",
    (
        Column("clock", "TEXT", "what is timed"),
        Column("area", "TEXT", "whose list"),
        Column("month", "DATE", "the month"),
        Column(
            "check",
            "TEXT",
            "what was checked",
            True,
            ("stock_flow", "ageing", "unchanged", "submitters", "lists", "members", "two_sources"),
        ),
        Column("passed", "BOOLEAN", "whether it holds"),
        Column("gap", "DOUBLE", "by how many children it fails, where that can be said", required=False),
        Column("sentence", "TEXT", "what was found, in words"),
    ),
    key=("clock", "area", "month", "check"),
)

KNOWN_ISSUES = Table(
    "known_issues",
    "One row per known issue and KPI it touches; one row without a KPI where it touches none of this edition.",
    (
        Column("number", "INTEGER", "order in which they are shown"),
        Column("title", "TEXT", "what is wrong"),
        Column("effect", "TEXT", "what it does to the figures"),
        Column("first_month", "DATE", "first month it touches"),
        Column("last_month", "DATE", "last month it touches; missing while it goes on", required=False),
        Column("sources", "TEXT", "the sources it is in, in words", required=False),
        Column("kpi", "TEXT", "a KPI it touches", required=False),
    ),
)

COMPARATORS = Table(
    "comparators",
    "One row per KPI, area and period that can be compared with other areas of its level.",
    (
        Column("kpi", "TEXT", "name of the definition file"),
        Column("area", "TEXT", "whose figure"),
        Column("month", "DATE", "month of a snapshot, or last month of a period"),
        Column("period_months", "INTEGER", "length of the period"),
        Column("rank", "INTEGER", "place among areas of its level, 1 is best; equal values share a place"),
        Column("areas", "INTEGER", "how many areas have a value"),
        Column("quartile", "TEXT", "quarter of the areas it lies in, A is best", False, ("A", "B", "C", "D")),
        Column("neighbours", "INTEGER", "how many statistical neighbours have a value"),
        Column("neighbours_rank", "INTEGER", "place among them and itself, 1 is best", required=False),
        Column("neighbours_median", "DOUBLE", "middle value of the neighbours", required=False),
        Column("warning", "TEXT", "where the definitions of the areas compared differ", required=False),
    ),
    key=("kpi", "area", "month", "period_months"),
)

DIFFERENCES = Table(
    "differences",
    "One row per KPI, difference of definition between areas and area it is about; one row without an area for all.",
    (
        Column("kpi", "TEXT", "name of the definition file"),
        Column("number", "INTEGER", "order in which they are told"),
        Column("area", "TEXT", "told where this area is compared; missing: wherever any are", required=False),
        Column("words", "TEXT", "what differs"),
    ),
    key=("kpi", "number", "area"),
)

DISCLOSED = Table(
    "disclosed",
    "One row per count behind a figure that is not public: how the board file treats it. Empty in a board file.",
    (
        Column("lead", "TEXT", "clock, measure or survey it is of"),
        Column("kpi", "TEXT", 'name of the definition file; "band" for a band of a list'),
        Column(
            "part",
            "TEXT",
            "numerator, denominator, others of a share, started, left, percentile; a band's state and start",
        ),
        Column("area", "TEXT", "whose count"),
        Column("breakdown", "TEXT", "what it is split by"),
        Column("group", "TEXT", "which part"),
        Column("month", "DATE", "its month, or the last of its period"),
        Column("period_months", "INTEGER", "how many months it is added up over"),
        Column("children", "DOUBLE", "the exact count; of a percentile its whole weeks"),
        Column(
            "treatment",
            "TEXT",
            "exact, rounded, hidden for being small (primary) or to keep another (secondary), or left out",
            allowed=("exact", "rounded", "primary", "secondary", "not split", "not told"),
        ),
        Column("shown", "BOOLEAN", "whether the board was shown this count, now or in an earlier edition"),
    ),
    key=("lead", "kpi", "part", "area", "breakdown", "group", "month", "period_months"),
)
