"""The warehouse's tables of the plan itself: what is to be done, and what people said of it, appended only."""

from etl.table import Column, Table

# What the words of a date mean; only `month` is a date to be held to. Source: domain plan, by_when; `words` is what a
# later workbook may bring and nobody can date.
BY_WHEN_KINDS = (
    "month", "month_uncertain", "start_month", "status_in_place", "status_completed", "tbc", "words", "blank",
)  # fmt: skip
# The plan's own ratings, by a person; their meanings stand in plan.yaml.
RAGS = ("R", "A", "G", "C")

_ACTION_ID = Column("action_id", "TEXT", "the action, whatever its reference and text become")
_WHEN = (
    Column("at", "TIMESTAMP", "when, UTC"),
    Column("by", "TEXT", "who entered it; editions leave it out"),
    Column("role", "TEXT", "in which role"),
)
_LOCAL_AREA = Column("local_area", "TEXT", "code of the local area whose plan it is")
_SOURCE = Column("source", "TEXT", "page, command, or name of the workbook it came from")

ACTIONS = Table(
    "actions",
    "One row per version of an action; the latest one stands.",
    (
        _ACTION_ID,
        Column("version", "INTEGER", "1 as it came into the plan"),
        Column("position", "INTEGER", "order in the plan"),
        Column("ref", "TEXT", "the plan's reference"),
        Column("priority_area", "INTEGER", "number of the priority area"),
        Column("theme", "TEXT", "key of the theme"),
        Column("outcome", "TEXT", "key of the outcome"),
        Column("title", "TEXT", "the action; missing where the plan prints a reference without text", required=False),
        Column("owner_role", "TEXT", "role that leads", required=False),
        Column("owner_organisation", "TEXT", "organisation that leads", required=False),
        Column("owner_confirmed", "BOOLEAN", "whether the plan confirms the lead", required=False),
        Column("owner_basis", "TEXT", "whether the lead is printed or inferred", False, ("printed", "inferred")),
        Column("by_when", "TEXT", "the date as it is written", required=False),
        Column("by_when_kind", "TEXT", "what it means", allowed=BY_WHEN_KINDS),
        Column("due_on", "DATE", "last day of the month, or the day named; of uncertain dates too", required=False),
        Column("starts_in", "DATE", "month it starts in, where only that is said", required=False),
        Column("placeholder", "BOOLEAN", "whether the plan only holds a place for it"),
        Column("same_text_as", "TEXT", "another reference with the same text", required=False),
        Column("note", "TEXT", "what to know of the row", required=False),
        Column("retired_why", "TEXT", "why it is no longer in the plan; missing while it is", required=False),
        Column("at", "TIMESTAMP", "when the version was loaded, UTC"),
        Column("by", "TEXT", "who loaded it"),
        _SOURCE,
        _LOCAL_AREA,
    ),
    key=("local_area", "action_id", "version"),
)

IMPACT_MEASURES = Table(
    "impact_measures",
    "One row per version of an impact the plan wants to see; the latest one stands.",
    (
        Column("id", "TEXT", "its id"),
        Column("version", "INTEGER", "1 as it came into the plan"),
        Column("position", "INTEGER", "order in the plan"),
        Column("priority_area", "INTEGER", "number of the priority area"),
        Column("themes", "TEXT", "keys of its themes, space-separated"),
        Column("action_ids", "TEXT", "the actions that are to bring it about, space-separated", required=False),
        Column("title", "TEXT", "the impact", required=False),
        Column("status", "TEXT", "whether it is defined", allowed=("defined", "tbc", "no_impact_defined")),
        Column("method_as_printed", "TEXT", "how it is measured, as printed beside it", required=False),
        Column("baseline_as_printed", "TEXT", "where it began, as printed beside it", required=False),
        Column("method_realigned", "TEXT", "how it is measured, as most likely meant", required=False),
        Column("baseline_realigned", "TEXT", "where it began, as most likely meant", required=False),
        Column("confidence", "TEXT", "how sure the reading is", required=False),
        Column("note", "TEXT", "what to know of the row", required=False),
        Column("at", "TIMESTAMP", "when the version was loaded, UTC"),
        Column("by", "TEXT", "who loaded it"),
        _SOURCE,
        _LOCAL_AREA,
    ),
    key=("local_area", "id", "version"),
)

CHECK_INS = Table(
    "check_ins",
    "One row per check-in on an action, appended only.",
    (
        Column("check_in_id", "TEXT", "the action and a running number"),
        _ACTION_ID,
        *_WHEN,
        Column("rag", "TEXT", "the role's judgement", allowed=RAGS),
        Column("progress", "TEXT", "what happened"),
        Column("evidence", "TEXT", "a link or where it is kept", required=False),
        Column("by_when", "TEXT", "the new date as it is written, where it was changed", required=False),
        Column("by_when_kind", "TEXT", "what it means", required=False, allowed=BY_WHEN_KINDS),
        Column("due_on", "DATE", "the new date", required=False),
        Column("starts_in", "DATE", "the new month it starts in", required=False),
        Column("reason", "TEXT", "why the date was changed", required=False),
        Column("follows", "TEXT", "the check-in its writer had seen", required=False),
        Column("settles", "TEXT", "the check-ins in conflict that it settles, space-separated", required=False),
        _SOURCE,
        _LOCAL_AREA,
    ),
    key=("local_area", "check_in_id"),
)

EXCEPTION_RESPONSES = Table(
    "exception_responses",
    "One row per answer to an exception report, appended only; the latest one counts.",
    (
        Column("response_id", "TEXT", "the report and a running number"),
        Column("exception_id", "TEXT", "KPI, month of the figure and what was found"),
        *_WHEN,
        Column("response", "TEXT", "what is done about it"),
        Column("owner", "TEXT", "role that answers for it"),
        Column("due_on", "DATE", "by when"),
        _LOCAL_AREA,
    ),
    key=("local_area", "response_id"),
)

ESCALATIONS = Table(
    "escalations",
    "One row per entry on long waits that were escalated, appended only. Counts alone, never a child.",
    (
        Column("escalation_id", "TEXT", "running number"),
        *_WHEN,
        Column("organisation", "TEXT", "provider whose list it is"),
        Column("cohort", "TEXT", "key of the cohort in plan.yaml"),
        Column("month", "DATE", "month end the waits were counted at"),
        Column("threshold_weeks", "INTEGER", "waits longer than this are meant"),
        Column("children", "INTEGER", "children waiting longer"),
        Column("escalated", "INTEGER", "of these escalated"),
        Column("risk_recorded", "INTEGER", "of these with a risk priority", required=False),
        Column("escalated_on", "DATE", "when"),
        Column("to_role", "TEXT", "to which role or board"),
        Column("outcome", "TEXT", "what came of it; missing while open", required=False),
        Column("follows", "TEXT", "the entry it brings up to date", required=False),
        _SOURCE,
        _LOCAL_AREA,
    ),
    key=("local_area", "escalation_id"),
)

PLAN_RECORD = (ACTIONS, IMPACT_MEASURES, CHECK_INS, EXCEPTION_RESPONSES, ESCALATIONS)
