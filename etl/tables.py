"""The contract of the warehouse: every table, its grain, its columns.

DDL, validation and the data dictionary derive from this page. Dates are DATE, months are the first of the month,
identifiers exist only as keyed hashes.
"""

from typing import Literal, get_args

from etl.record_tables import BY_WHEN_KINDS as BY_WHEN_KINDS
from etl.record_tables import PLAN_RECORD
from etl.record_tables import RAGS as RAGS
from etl.table import PANDAS_TYPES as PANDAS_TYPES
from etl.table import Column as Column
from etl.table import Table as Table

# Why a figure is not there. A missing figure has no row at all; a real zero is 0 with no flag.
# not_available, not_applicable and low are DfE's x, z and low/k (analysts' guide, "symbols");
# suppressed is * or c; not_supplied is a blank where the publisher prints one for "no organisation submitted".
FLAGS = ("not_supplied", "suppressed", "not_available", "not_applicable", "low", "withheld")

# What a child's pathway can be split by; the published EHC release splits by two more.
PATHWAY_BREAKDOWNS = (
    "organisation",
    "locality",
    "age_band",
    "diagnosis",
    "need",
    "priority",
    "sex",
    "ethnic_group",
    "deprivation",
)
BREAKDOWNS = (*PATHWAY_BREAKDOWNS, "placement", "years_in_place")

# Scales that are none: a choice of several, and who answered. A respondent who chose anything has ANSWERED as well.
SEVERAL, PROFILE = "several", "profile"
ANSWERED = "any of these"
# Answers out of the base, beside a blank; "not valid" is one that is not on the question's scale.
LEFT_OUT = ("don't know", "not applicable", "prefer not to say", "not valid")

# What a list from a published table is not split by carries this breakdown and this group.
EVERYONE = "all"

# A sub-ICB location is a part of an integrated care board's area; some boards have one alone, of the same area.
Level = Literal["national", "region", "icb", "sub_icb", "local_authority", "provider"]
LEVELS: tuple[Level, ...] = get_args(Level)

STATES = ("waiting", "completed", "removed", "started")
STOP_REASONS = ("completed", "rejected", "withdrawn", "moved", "aged_out", "died", "other")

# Published figures are loaded once, for every local area; demonstration data is an area's own.
EVERYBODY = "all"
LOCAL_AREA = Column("local_area", "TEXT", "code of the local area whose load it is, or all")
_LOAD_ID = Column("load_id", "TEXT", "the load that brought the row")
_FLAG = Column("flag", "TEXT", "why the figure is not there", required=False, allowed=FLAGS)

LOADS = Table(
    "loads",
    "One row per accepted extract, superseded and withdrawn ones included.",
    (
        Column("load_id", "TEXT", "source, organisation, month and a running number"),
        Column("source", "TEXT", "the source file's name in etl/sources"),
        Column("title", "TEXT", "the source in words"),
        Column("publisher", "TEXT", "who publishes or sends such files"),
        Column("licence", "TEXT", "licence of the figures, where published", required=False),
        Column("organisation", "TEXT", "who sent or published it"),
        Column("month", "DATE", "the month the extract is for"),
        Column("coverage", "TEXT", "how many months it answers for", allowed=("snapshot", "history")),
        Column("covers_from", "DATE", "first month with a figure"),
        Column("covers_to", "DATE", "last month with a figure"),
        Column("file_name", "TEXT", "name of the file as it came"),
        Column("sha256", "TEXT", "hash of the file's bytes"),
        Column("content_sha256", "TEXT", "hash of the rows as loaded, whatever the file format"),
        Column("rows_in", "INTEGER", "rows read"),
        Column("rows_loaded", "INTEGER", "rows loaded"),
        Column("rows_rejected", "INTEGER", "rows held back"),
        Column("loaded_at", "TIMESTAMP", "when, UTC"),
        Column("loaded_by", "TEXT", "who"),
        Column("public", "BOOLEAN", "whether the figures are published ones, free of disclosure control"),
        Column("key_id", "TEXT", "which key its pseudonyms were made with; missing without any", required=False),
        Column("demonstration", "BOOLEAN", "whether the load is demonstration data"),
        Column("state", "TEXT", "whether it counts", allowed=("current", "superseded", "withdrawn")),
        Column("state_reason", "TEXT", "what replaced it, or why it was withdrawn", required=False),
        LOCAL_AREA,
    ),
    key=("load_id",),
)

COVERAGE = Table(
    "coverage",
    "One row per local area, source, organisation and month: the one load that answers for it.",
    (
        Column("source", "TEXT", "the source"),
        Column("organisation", "TEXT", "who sent or published it"),
        Column("month", "DATE", "the month"),
        _LOAD_ID,
        Column("basis", "TEXT", "how the load knows the month", allowed=("snapshot", "history", "reconstructed")),
        Column("month_start_day", "INTEGER", "first day of the month, in days since 1970-01-01"),
        Column("month_end_day", "INTEGER", "last day of the month, in days since 1970-01-01"),
        LOCAL_AREA,
    ),
    key=("local_area", "source", "organisation", "month"),
)

AREAS = Table(
    "areas",
    "One row per load and area it names.",
    (
        _LOAD_ID,
        Column("area", "TEXT", "ONS code, or ODS code for NHS organisations, or name:… where none is known"),
        Column("level", "TEXT", "kind of area", allowed=LEVELS),
        Column("name", "TEXT", "name as we write it"),
    ),
    key=("load_id", "area"),
)

PATHWAYS = Table(
    "pathways",
    "One row per pathway per load: one child's journey on one clock.",
    (
        _LOAD_ID,
        Column("clock", "TEXT", "what is timed, a key of metrics/clocks.yaml"),
        Column("pathway_id", "TEXT", "keyed hash of the referral or request"),
        Column("person_id", "TEXT", "keyed hash of the child", required=False),
        Column("area", "TEXT", "the local area the child belongs to"),
        Column("organisation", "TEXT", "who provides", required=False),
        Column("started_on", "DATE", "clock start; missing means an unknown start", required=False),
        Column("stopped_on", "DATE", "clock stop; missing means still running", required=False),
        Column("stop_reason", "TEXT", "completed, or why removed", required=False, allowed=STOP_REASONS),
        Column("excepted", "BOOLEAN", "whether a legal exception to the time limit applies"),
        *(Column(name, "TEXT", f"{name.replace('_', ' ')}, where supplied", False) for name in PATHWAY_BREAKDOWNS[1:]),
        Column("started_day", "INTEGER", "clock start in days since 1970-01-01", required=False),
        Column("stopped_day", "INTEGER", "clock stop in days since 1970-01-01", required=False),
    ),
    key=("load_id", "clock", "pathway_id"),
    # Who is counted together lies together: ten million are counted in a third of the time (benchmarks/publish.py).
    laid_by=("clock", "started_day"),
)

BAND_COUNTS = Table(
    "band_counts",
    "One row per load, clock, area, breakdown group and week band.",
    (
        _LOAD_ID,
        Column("clock", "TEXT", "what is timed, a key of metrics/clocks.yaml"),
        Column("state", "TEXT", "waiting at month end, or what happened in the month", allowed=STATES),
        Column("area", "TEXT", "whose list"),
        Column("breakdown", "TEXT", "what the list is split by", allowed=(EVERYONE, *BREAKDOWNS)),
        Column("group", "TEXT", "which part of the split"),
        Column("weeks_from", "INTEGER", "band starts after this many whole weeks; missing: wait unknown", False),
        Column("weeks_to", "INTEGER", "band ends with this many weeks; missing: open, or wait unknown", False),
        Column("children", "INTEGER", "how many", required=False),
        _FLAG,
    ),
    key=("load_id", "clock", "state", "area", "breakdown", "group", "weeks_from", "weeks_to"),
)

MEASURES = Table(
    "measures",
    "One row per load, measure, area, period and breakdown group.",
    (
        _LOAD_ID,
        Column("measure", "TEXT", "what is counted"),
        Column("area", "TEXT", "whose figure"),
        Column("month", "DATE", "last month of the period"),
        Column("period_months", "INTEGER", "length of the period"),
        Column("breakdown", "TEXT", "what the figure is split by", allowed=(EVERYONE, *BREAKDOWNS)),
        Column("group", "TEXT", "which part of the split"),
        Column("numerator", "DOUBLE", "as published", required=False),
        Column("denominator", "DOUBLE", "as published", required=False),
        Column("value", "DOUBLE", "as published; shown where it comes without counts, else only compared", False),
        _FLAG,
    ),
    key=("load_id", "measure", "area", "month", "breakdown", "group"),
)

ANSWERS = Table(
    "answers",
    "One row per respondent per question per load.",
    (
        _LOAD_ID,
        Column("survey", "TEXT", "which survey"),
        Column("wave", "TEXT", "which time it was asked"),
        Column("respondent", "TEXT", "running number within the load"),
        Column("respondent_group", "TEXT", "who was asked"),
        Column("question", "TEXT", "question key"),
        Column("answer", "TEXT", "the option chosen, in the scale's words; missing: left blank", required=False),
        Column("scale_position", "INTEGER", "its place on its scale, 1 the worst; missing: out of the base", False),
        Column("scale", "TEXT", "which scale it is on (etl/survey_scales.yaml), several, or profile", required=False),
        Column("favourable", "BOOLEAN", "whether it is among the best answers, reverse scoring heeded", required=False),
    ),
    key=("load_id", "respondent", "question", "answer"),
)

WAVES = Table(
    "waves",
    "One row per load of a survey: one time it was asked, of one group.",
    (
        _LOAD_ID,
        Column("survey", "TEXT", "which survey"),
        Column("wave", "TEXT", "which time it was asked"),
        Column("respondent_group", "TEXT", "who was asked"),
        Column("title", "TEXT", "the wave in words"),
        Column("fieldwork_from", "DATE", "first day it could be answered"),
        Column("fieldwork_to", "DATE", "last day; its month is the wave's"),
        Column("channel", "TEXT", "how people came to it", required=False),
        Column("invited", "INTEGER", "how many were asked; missing: nobody knows, as of an open link", required=False),
    ),
    key=("load_id",),
)

QUESTIONS = Table(
    "questions",
    "One row per load of a survey and question.",
    (
        _LOAD_ID,
        Column("question", "TEXT", "question key"),
        Column("position", "INTEGER", "order in which they are asked"),
        Column("text", "TEXT", "the words it was asked in"),
        Column("scale", "TEXT", "which scale, or several for a choice of several"),
        Column("reversed", "BOOLEAN", "whether agreement is the bad answer"),
        Column("reworded", "TEXT", "what changed in its words since the wave before", required=False),
        Column("comparable", "BOOLEAN", "whether it may be held against the wave before it for all that"),
    ),
    key=("load_id", "question"),
)

REJECTS = Table(
    "rejects",
    "One row per rejected row of an accepted extract. Never the cell's value.",
    (
        _LOAD_ID,
        Column("sheet", "TEXT", "sheet, or file inside a zip", required=False),
        Column("row", "INTEGER", "row as Excel numbers it"),
        Column("column", "TEXT", "heading of the column at fault", required=False),
        Column("rule", "TEXT", "which rule"),
    ),
)

FINDINGS = Table(
    "findings",
    "One row per load, rule, sheet and column.",
    (
        _LOAD_ID,
        Column("rule", "TEXT", "stable code of the rule"),
        Column("severity", "TEXT", "what follows from it", allowed=("error", "query", "note")),
        Column("sheet", "TEXT", "sheet, or file inside a zip", required=False),
        Column("row", "INTEGER", "first row, as Excel numbers it", required=False),
        Column("column", "TEXT", "heading of the column", required=False),
        Column("count", "INTEGER", "how many rows"),
        Column("message", "TEXT", "the sentence, without any cell's value"),
        Column("explanation", "TEXT", "what a named analyst wrote to a query", required=False),
    ),
)

AUDIT = Table(
    "audit",
    "One row per act, appended only. Each row's hash covers the row and the hash before it (etl/chain.py).",
    (
        Column("number", "INTEGER", "running number from 1, without gaps"),
        Column("at", "TIMESTAMP", "when, UTC"),
        Column("who", "TEXT", "named person"),
        Column("role", "TEXT", "in which role"),
        Column("act", "TEXT", "load, withdraw, publish, …"),
        Column("subject", "TEXT", "on what"),
        Column("detail", "TEXT", "in words, without any cell's value", required=False),
        Column("sha256", "TEXT", "hash of this row and of the hash before it"),
        Column("local_area", "TEXT", "code of the local area whose act it is; missing: everybody's", required=False),
    ),
    key=("number",),
)

CONTRACT = Table(
    "contract",
    "One row per warehouse: which version of this page it follows (etl/migrations.py).",
    (Column("version", "INTEGER", "running number of the version"),),
)

WAREHOUSE = (
    LOADS,
    COVERAGE,
    AREAS,
    PATHWAYS,
    BAND_COUNTS,
    MEASURES,
    ANSWERS,
    WAVES,
    QUESTIONS,
    REJECTS,
    FINDINGS,
    *PLAN_RECORD,
    AUDIT,
    CONTRACT,
)
