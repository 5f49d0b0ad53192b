"""A progress review: the plan as it stood at a milestone, for those who review it."""

from pages.components import queries, tiles
from pages.components.tiles import doorstep
from pages.components.tiles import reviews as parts

doorstep.require("read")
edition = queries.edition()

tiles.heading("How far had the plan come?", f"{edition.manifest.plan_title}: the page of a progress review.")
position = parts.choose(edition)
if position is not None:
    rows = parts.of(edition, position)

    tiles.section("The scorecard at that date", "Figures as read for that month, beside the review before.")
    parts.figures(edition, position)

    tiles.section("Actions by rating", "Judgements of the roles that lead, as they stood at the month's end.")
    parts.ratings(rows)

    tiles.section("What changed since the review before?", "Ratings, dates and the plan itself.")
    parts.changes(edition, rows)

    tiles.section("Evidence", "What was given since the review before, with the day of the check-in.")
    parts.evidence(rows)
