"""The edition's tables of surveys: waves, questions with their change, answers, groups, and who answered."""

from etl.tables import Column, Table

VERDICTS = ("better", "worse", "cannot tell")
FLAGS = ("suppressed", "small_base", "no_base", "not_applicable")

_WAVE = (
    Column("survey", "TEXT", "which survey"),
    Column("wave", "TEXT", "which time it was asked"),
    Column("respondent_group", "TEXT", "who was asked"),
    Column("area", "TEXT", "whose survey"),
)
_WAVE_KEY = ("survey", "wave", "respondent_group", "area")
_QUESTION = Column("question", "TEXT", "question key")
_FLAG = Column("flag", "TEXT", "why a count or a share is not there", required=False, allowed=FLAGS)
_BASE = Column("base", "INTEGER", "valid answers; of a choice of several, who chose anything", required=False)
_FAVOURABLE = Column("favourable", "INTEGER", "how many of them are favourable", required=False)
_VALUE = Column("value", "DOUBLE", "favourable answers in percent of the base", required=False)
_LOW = Column("low", "DOUBLE", "lower end of its 95 % Wilson interval", required=False)
_HIGH = Column("high", "DOUBLE", "upper end", required=False)
_SMALL = Column("is_small", "BOOLEAN", "whether the base is one of 10 to 29")
_CHANGE = (
    Column("previous_wave", "TEXT", "the wave before that asked it", required=False),
    Column("previous_base", "INTEGER", "its base", required=False),
    Column("previous_value", "DOUBLE", "its favourable share", required=False),
    Column("difference", "DOUBLE", "percentage points since then", required=False),
    Column("difference_low", "DOUBLE", "lower end of its 95 % Newcombe interval", required=False),
    Column("difference_high", "DOUBLE", "upper end", required=False),
    Column("p_value", "DOUBLE", "two-sided z test of two shares, pooled", required=False),
    Column("verdict", "TEXT", "better or worse where interval and test agree; missing: not compared", False, VERDICTS),
    Column("not_compared", "TEXT", "why it is not held against the wave before", required=False),
)

SURVEY_WAVES = Table(
    "survey_waves",
    "One row per survey, wave, group asked and area.",
    (
        *_WAVE,
        Column("month", "DATE", "month in which the field work ended"),
        Column("title", "TEXT", "the wave in words"),
        Column("fieldwork_from", "DATE", "first day it could be answered"),
        Column("fieldwork_to", "DATE", "last day"),
        Column("channel", "TEXT", "how people came to it", required=False),
        Column("respondents", "INTEGER", "who answered anything", required=False),
        Column("invited", "INTEGER", "how many were asked; missing: nobody knows", required=False),
        Column("response_rate", "DOUBLE", "respondents in percent of the invited; missing with them", required=False),
        _FLAG,
    ),
    key=_WAVE_KEY,
)

SURVEY_QUESTIONS = Table(
    "survey_questions",
    "One row per survey, wave, group asked, area and question.",
    (
        *_WAVE,
        _QUESTION,
        Column("position", "INTEGER", "order in which they are asked"),
        Column("month", "DATE", "the wave's month"),
        Column("text", "TEXT", "the words it was asked in"),
        Column("scale", "TEXT", "which scale, or several"),
        Column("reversed", "BOOLEAN", "whether agreement is the bad answer"),
        _BASE,
        _FAVOURABLE,
        _VALUE,
        _LOW,
        _HIGH,
        _FLAG,
        _SMALL,
        *_CHANGE,
        Column("kpis", "TEXT", "KPIs it is evidence for, comma-separated", required=False),
        Column("plan_refs", "TEXT", "actions it is evidence for, comma-separated", required=False),
        Column("sentence", "TEXT", "all of it in words"),
    ),
    key=(*_WAVE_KEY, "question"),
)

SURVEY_ANSWERS = Table(
    "survey_answers",
    "One row per survey, wave, group asked, area, question and answer, those out of the base included.",
    (
        *_WAVE,
        _QUESTION,
        Column("answer", "TEXT", "the answer, or no answer"),
        Column("position", "INTEGER", "order, from the worst; answers out of the base last"),
        Column("is_valid", "BOOLEAN", "whether it is in the base"),
        Column("favourable", "BOOLEAN", "whether it is a good answer; missing of a choice of several", required=False),
        Column("respondents", "INTEGER", "who gave it", required=False),
        Column("share", "DOUBLE", "in percent of the base; missing out of the base", required=False),
        _FLAG,
    ),
    key=(*_WAVE_KEY, "question", "answer"),
)

SURVEY_GROUPS = Table(
    "survey_groups",
    "One row per survey, wave, group asked, area, question and group of those who answered. A board's file has none.",
    (
        *_WAVE,
        _QUESTION,
        Column("breakdown", "TEXT", "what respondents are split by"),
        Column("group", "TEXT", "which part"),
        _BASE,
        _FAVOURABLE,
        _VALUE,
        _LOW,
        _HIGH,
        _FLAG,
        _SMALL,
        *_CHANGE,
    ),
    key=(*_WAVE_KEY, "question", "breakdown", "group"),
)

SURVEY_PROFILE = Table(
    "survey_profile",
    "One row per survey, wave, group asked, area and group of those who answered.",
    (
        *_WAVE,
        Column("breakdown", "TEXT", "what respondents are split by"),
        Column("group", "TEXT", "which part; not supplied: did not say"),
        Column("respondents", "INTEGER", "who answered", required=False),
        Column("share", "DOUBLE", "in percent of those who said", required=False),
        Column("population", "INTEGER", "children with an EHC plan in this group", required=False),
        Column("population_share", "DOUBLE", "in percent of those whose group is known", required=False),
        Column("population_month", "DATE", "the month they are counted in", required=False),
        _FLAG,
    ),
    key=(*_WAVE_KEY, "breakdown", "group"),
)

SURVEYS = (SURVEY_WAVES, SURVEY_QUESTIONS, SURVEY_ANSWERS, SURVEY_GROUPS, SURVEY_PROFILE)
