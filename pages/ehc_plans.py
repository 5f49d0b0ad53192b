"""EHC plans: in 20 weeks or not, what is still open, stage after stage, reviews, and neighbours."""

from pages.components import queries, tiles
from pages.components.tiles import plans as parts

edition = queries.edition()

tiles.heading("How quickly do children get their plan?", "Requests, assessments, plans and annual reviews.")

tiles.section("Is the 20-week limit kept?", "Both forms of the rate: every plan issued, and without lawful exceptions.")
parts.by_period(
    edition,
    "issued",
    "Plans issued within 20 weeks",
    {
        "ehc_plans_within_20_weeks_excluding_exceptions": "without exceptions",
        "ehc_plans_within_20_weeks": "every plan",
    },
)

tiles.section(
    "Who is still waiting?",
    "The rate counts plans when they are issued, so it falls while a backlog is cleared. Read the two together.",
)
parts.together(
    edition,
    "Assessments open for more than 20 weeks, at each month's end",
    {"ehc_open_over_20_weeks": "open over 20 weeks"},
)

tiles.section("Where is time lost?", "The latest share on time at each stage, with its 95 % Wilson interval.")
parts.stages(
    edition,
    {
        "ehc_decisions_within_6_weeks_by_month": "Decision whether to assess, 6 weeks",
        "ehc_advice_education_within_6_weeks": "Advice from education, 6 weeks",
        "ehc_advice_educational_psychology_within_6_weeks": "Advice from educational psychology, 6 weeks",
        "ehc_advice_health_within_6_weeks": "Advice from health, 6 weeks",
        "ehc_advice_social_care_within_6_weeks": "Advice from social care, 6 weeks",
        "ehc_not_issued_within_16_weeks": "Notice that no plan is issued, 16 weeks",
        "ehc_plans_within_20_weeks_by_month": "Plan issued, 20 weeks",
    },
)

tiles.section("How many ask, how many are issued?", "Volumes set the scene for every rate.")
parts.by_period(edition, "requests", "Requests", {"ehc_requests": "requests"})
parts.together(edition, "Plans issued, by month", {"ehc_plans_issued_by_month": "plans issued"})

tiles.section(
    "Are annual reviews finished in time?",
    "Of the reviews decided, how many within 4 weeks; and of all that were due. The first leaves undecided ones out.",
)
parts.by_period(
    edition,
    "reviews",
    "Review decisions within 4 weeks",
    {
        "annual_review_decisions_within_4_weeks": "of those decided",
        "annual_review_decisions_within_4_weeks_of_all_due": "of all due",
    },
)
parts.together(
    edition,
    "Plans whose review is overdue, at each month's end",
    {"annual_reviews_overdue_share": "overdue"},
)

tiles.section("Beside other areas", "Plans issued within 20 weeks without exceptions, the same year everywhere.")
parts.beside(edition, "ehc_plans_within_20_weeks_excluding_exceptions")
