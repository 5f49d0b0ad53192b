"""The tables of an edition that hold the plan itself: actions, check-ins, what they change, and what is asked."""

from etl.tables import BY_WHEN_KINDS, RAGS, Column, Table

_ACTION = Column("action_id", "TEXT", "the action, whatever its reference and text become")
_REF = Column("ref", "TEXT", "the plan's reference today")
_KPI = Column("kpi", "TEXT", "name of the definition file")
_RAG = Column("rag", "TEXT", "a person's judgement; missing: nobody has judged", required=False, allowed=RAGS)
_RAISED = ("newly_off", "worse")

# Whether a KPI moved since an action was completed: a signal of its control chart, never a test of cause.
SINCE = ("better", "worse", "no_signal", "too_few", "no_chart", "not_complete")

ACTIONS = Table(
    "actions",
    "One row per action of the plan as it stands, retired ones included.",
    (
        _ACTION,
        Column("position", "INTEGER", "order in the plan"),
        _REF,
        Column("first_ref", "TEXT", "the reference under which it came into the plan"),
        Column("priority_area", "TEXT", "priority area of the plan"),
        Column("theme", "TEXT", "the theme's key"),
        Column("theme_title", "TEXT", "the theme"),
        Column("outcome", "TEXT", "outcome of the plan"),
        Column("title", "TEXT", "the action; missing where the plan prints a reference without text", required=False),
        Column("owner_role", "TEXT", "role that leads", required=False),
        Column("owner_organisation", "TEXT", "organisation that leads", required=False),
        Column("owner_confirmed", "BOOLEAN", "whether the plan confirms the lead", required=False),
        Column("by_when", "TEXT", "the date in the words in force", required=False),
        Column("by_when_kind", "TEXT", "what the words mean", allowed=BY_WHEN_KINDS),
        Column("due_on", "DATE", "last day of the month, or the day named; of uncertain dates too", required=False),
        Column("starts_in", "DATE", "month it starts in, where only that is said", required=False),
        Column("first_by_when", "TEXT", "the date as first printed, where it was changed since", required=False),
        Column("first_kind", "TEXT", "what the date as first printed means", allowed=BY_WHEN_KINDS),
        Column("placeholder", "BOOLEAN", "whether the plan only holds a place for it"),
        Column("same_text_as", "TEXT", "another reference the plan prints with the same text", required=False),
        Column("note", "TEXT", "what to know of the printed row", required=False),
        Column("retired", "BOOLEAN", "whether it is no longer in the plan; its history stays"),
        Column("retired_why", "TEXT", "why", required=False),
        _RAG,
        Column("in_conflict", "BOOLEAN", "two check-ins were written on the same one; a person has to settle them"),
        Column("checked_at", "TIMESTAMP", "when the latest check-in was made, UTC", required=False),
        Column("checked_by", "TEXT", "in which role", required=False),
        Column("progress", "TEXT", "the latest check-in's words", required=False),
        Column("evidence", "TEXT", "the latest evidence given, a link or where it is kept", required=False),
        Column("check_ins", "INTEGER", "how many there are"),
        Column("completed_on", "DATE", "day of the check-in that rated it C, while it still is", required=False),
        Column("overdue", "BOOLEAN", "firm date in a month before the one the edition is read in, and not C"),
    ),
    key=("action_id",),
)

EDITION_CHECK_INS = Table(
    "check_ins",
    "One row per check-in on an action, appended only.",
    (
        Column("check_in_id", "TEXT", "the action and a running number"),
        _ACTION,
        _REF,
        Column("at", "TIMESTAMP", "when, UTC"),
        Column("role", "TEXT", "in which role; people are not named"),
        Column("rag", "TEXT", "the role's judgement", allowed=RAGS),
        Column("progress", "TEXT", "what happened"),
        Column("evidence", "TEXT", "a link or where it is kept", required=False),
        Column("by_when", "TEXT", "the new date, in its words, where it was changed", required=False),
        Column("by_when_kind", "TEXT", "what the words mean", required=False, allowed=BY_WHEN_KINDS),
        Column("due_on", "DATE", "the new date", required=False),
        Column("reason", "TEXT", "why the date was changed", required=False),
        Column("follows", "TEXT", "the check-in its writer had seen", required=False),
        Column("settles", "TEXT", "the check-ins in conflict that it settles, space-separated", required=False),
        Column("standing", "TEXT", "whether it stands", allowed=("current", "in_conflict", "earlier")),
    ),
    key=("check_in_id",),
)

IMPACT_MEASURES = Table(
    "impact_measures",
    "One row per impact the plan wants to see, in the reading plan.yaml names.",
    (
        Column("impact_measure", "TEXT", "its id"),
        Column("position", "INTEGER", "order in the plan"),
        Column("priority_area", "TEXT", "priority area of the plan"),
        Column("themes", "TEXT", "keys of its themes, space-separated"),
        Column("title", "TEXT", "the impact", required=False),
        Column("status", "TEXT", "whether the plan defines it"),
        Column("method", "TEXT", "how it is to be measured", required=False),
        Column("baseline", "TEXT", "where it began, in words", required=False),
        Column("note", "TEXT", "what to know of the printed row", required=False),
    ),
    key=("impact_measure",),
)

ACTION_LINKS = Table(
    "action_links",
    "One row per KPI and action it follows: named by the KPI's plan references, or by an impact measure of both.",
    (
        _KPI,
        _ACTION,
        _REF,
        Column("direct", "BOOLEAN", "whether the KPI names the action; else they share an impact measure"),
        Column("impact_measures", "TEXT", "the impact measures they share, space-separated", required=False),
        Column("since", "TEXT", "what the KPI's control chart says since completion", allowed=SINCE),
        Column("mean_before", "DOUBLE", "mean of the KPI's figures before the month of completion", required=False),
        Column("figures_before", "INTEGER", "how many figures that is", required=False),
        Column("mean_after", "DOUBLE", "mean from the month of completion on", required=False),
        Column("figures_after", "INTEGER", "how many figures that is", required=False),
        Column("rebase", "TEXT", "line for amendments.yaml where starting the usual range anew is proposed", False),
    ),
    key=("kpi", "action_id"),
)

EVENTS = Table(
    "events",
    "One row per KPI, action that it names and event of the action.",
    (
        _KPI,
        Column("month", "DATE", "month of the event"),
        Column("kind", "TEXT", "what happened", allowed=("completed", "due", "date_changed")),
        _ACTION,
        _REF,
        Column("words", "TEXT", "the event in words"),
    ),
    key=("kpi", "month", "kind", "action_id"),
)

EXCEPTIONS = Table(
    "exceptions",
    "One row per exception report: a KPI newly off its trajectory, or worse by more than chance; open until answered.",
    (
        Column("exception_id", "TEXT", "KPI, month of the figure and what was found"),
        _KPI,
        Column("title", "TEXT", "the KPI"),
        Column("kind", "TEXT", "what was found", allowed=_RAISED),
        Column("month", "DATE", "month of the figure it was found in"),
        Column("raised_in", "DATE", "month the edition that first drafted it is read in"),
        Column("sentence", "TEXT", "the KPI in words as it was then"),
        Column("reason", "TEXT", "why it was raised"),
        Column("answered", "BOOLEAN", "whether a role has answered"),
        Column("response", "TEXT", "the latest answer", required=False),
        Column("owner", "TEXT", "role that answers for what follows", required=False),
        Column("due_on", "DATE", "by when", required=False),
        Column("answered_at", "TIMESTAMP", "when, UTC", required=False),
        Column("answered_by", "TEXT", "in which role", required=False),
    ),
    key=("exception_id",),
)

REVIEWS = Table(
    "reviews",
    "One row per milestone that is over, or is this month, and action of the plan at its end.",
    (
        Column("position", "INTEGER", "the milestone's place, 1 the first after the baseline"),
        Column("label", "TEXT", "3 months, 6 months, …"),
        Column("month", "DATE", "month of the review"),
        _ACTION,
        Column("ref", "TEXT", "the reference then"),
        _RAG,
        Column("previous_rag", "TEXT", "at the review before, or missing", required=False, allowed=RAGS),
        Column("in_conflict", "BOOLEAN", "check-ins not settled then"),
        Column("overdue", "BOOLEAN", "past a firm date and not C, then"),
        Column("changed", "TEXT", "what changed since the review before, in words; missing: nothing", required=False),
        Column("progress", "TEXT", "the latest check-in's words then", required=False),
        Column("evidence", "TEXT", "evidence given since the review before, one a line", required=False),
    ),
    key=("position", "action_id"),
)

EDITION_ESCALATIONS = Table(
    "escalations",
    "One row per entry on long waits that were escalated; a later entry brings an earlier one up to date.",
    (
        Column("escalation_id", "TEXT", "running number"),
        Column("organisation", "TEXT", "provider whose list it is"),
        Column("cohort", "TEXT", "key of the cohort in plan.yaml"),
        Column("cohort_title", "TEXT", "the cohort"),
        Column("month", "DATE", "month end the waits were counted at"),
        Column("threshold_weeks", "INTEGER", "waits longer than this are meant"),
        Column("children", "INTEGER", "children waiting longer; missing in a board file", required=False),
        Column("escalated", "INTEGER", "of these escalated; missing in a board file", required=False),
        Column("risk_recorded", "INTEGER", "of these with a risk priority; missing in a board file", required=False),
        Column("escalated_on", "DATE", "when"),
        Column("to_role", "TEXT", "to which role or board"),
        Column("outcome", "TEXT", "what came of it; missing while open", required=False),
        Column("at", "TIMESTAMP", "when it was entered, UTC"),
        Column("role", "TEXT", "by which role"),
        Column("follows", "TEXT", "the entry it brings up to date", required=False),
        Column("current", "BOOLEAN", "whether no later entry brings it up to date"),
    ),
    key=("escalation_id",),
)

RATINGS = Table(
    "ratings",
    "One row per RAG of the plan: the plan's own meaning.",
    (Column("rag", "TEXT", "the letter", allowed=RAGS), Column("meaning", "TEXT", "what the plan means by it")),
    key=("rag",),
)

PLAN_TABLES = (
    ACTIONS, EDITION_CHECK_INS, IMPACT_MEASURES, ACTION_LINKS, EVENTS, EXCEPTIONS, REVIEWS, EDITION_ESCALATIONS,
    RATINGS,
)  # fmt: skip
