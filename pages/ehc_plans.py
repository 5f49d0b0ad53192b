"""EHC plans: in 20 weeks or not, what is still open, stage after stage, reviews, and neighbours."""

from pages.components import plans, queries, tiles
from pages.components.tiles import doorstep
from pages.components.tiles import plans as parts

doorstep.require("read")
edition = queries.edition()

tiles.heading("How quickly do children get their plan?", "Requests, assessments, plans and annual reviews.")

tiles.section("Is the 20-week limit kept?", "Both forms of the rate: every plan issued, and without lawful exceptions.")
parts.by_period(edition, "issued", "Plans issued within 20 weeks", plans.IN_TIME)

tiles.section(
    "Who is still waiting?",
    "The rate counts plans when they are issued, so it falls while a backlog is cleared. Read the two together.",
)
parts.together(edition, "Assessments open for more than 20 weeks, at each month's end", plans.STILL_OPEN)

tiles.section("Where is time lost?", "The latest share on time at each stage, with its 95 % Wilson interval.")
parts.stages(edition, plans.STAGES)

tiles.section("How many ask, how many are issued?", "Volumes set the scene for every rate.")
parts.by_period(edition, "requests", "Requests", plans.REQUESTS)
parts.together(edition, "Plans issued, by month", plans.ISSUED)

tiles.section(
    "Are annual reviews finished in time?",
    "Of the reviews decided, how many within 4 weeks; and of all that were due. The first leaves undecided ones out.",
)
parts.by_period(edition, "reviews", "Review decisions within 4 weeks", plans.REVIEWS)
parts.together(edition, "Plans whose review is overdue, at each month's end", plans.OVERDUE_REVIEWS)

tiles.section("Beside other areas", "Plans issued within 20 weeks without exceptions, the same year everywhere.")
parts.beside(edition, "ehc_plans_within_20_weeks_excluding_exceptions")
