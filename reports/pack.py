"""A pack put together from an edition: every part, in the order a board reads them. Nothing here reads the clock."""

from pages.components.edition import Edition
from reports import action_parts, record_parts, scorecard_parts, survey_parts, waits_parts
from reports.content import Pack


def put_together(edition: Edition, before: Edition | None, since: str | None) -> Pack:
    """Return all a pack says of an edition beside the one the last pack was made from.

    `since` is that one's id, None for the first pack; `before` is None too where it cannot be opened.
    """
    parts = (
        scorecard_parts.summary(edition),
        *scorecard_parts.scorecard(edition),
        *scorecard_parts.attention(edition),
        *waits_parts.waiting_lists(edition),
        *waits_parts.ehc_plans(edition),
        *survey_parts.surveys(edition),
        *action_parts.actions(edition),
        *record_parts.since_last_pack(before, edition, since),
        *record_parts.data_quality(edition),
        *record_parts.definitions(edition),
    )
    rules = sorted(set(edition.tables["charts"]["rules"]))
    return Pack(edition.manifest, tuple(str(rule) for rule in rules), parts)
