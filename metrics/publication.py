"""A publication as people make it: one at a time, on record, and told to whoever asked to be told."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from etl import log
from etl.audit import Act, acts, append
from etl.errors import WarehouseBusyError
from etl.warehouse import Warehouse
from metrics.edition import Manifest, list_editions
from metrics.notices import Notice, give_notice
from metrics.publish import Published, Step, publish
from metrics.wording import month_words

PUBLISH = "publish"


@dataclass(frozen=True)
class Publication:
    """What publishing led to; the notice of a new edition; and why the audit lacks it so far, if it does."""

    published: Published
    notice: Notice | None = None
    unrecorded: str | None = None

    @property
    def problems(self) -> list[str]:
        """Return what went wrong beside the edition, a sentence each."""
        told = [*self.published.left_out, *([self.unrecorded] if self.unrecorded else [])]
        return [*told, *(self.notice.problems if self.notice else [])]


def publish_and_tell(
    warehouse: Warehouse, editions: Path, plan_folder: Path, *, by: str, note: str, at: datetime,
    role: str = "analyst", as_of: date | None = None, step: Step = lambda _: None,
) -> Publication:  # fmt: skip
    """Publish, write it into the audit and give notice of it; the same figures again are neither.

    Whoever publishes at the same time waits (metrics/publish.py), and then finds nothing new. Raises what `publish`
    raises; nothing is published then. What goes wrong after the edition is there, is told and undoes nothing.
    """
    begun = time.monotonic()
    done = publish(warehouse, editions, plan_folder, by=by, note=note, at=at, as_of=as_of, step=step)
    log.event(
        "publish",
        edition_id=done.manifest.edition_id,
        changed=done.changed,
        results=done.manifest.rows["results"],
        seconds=round(time.monotonic() - begun, 3),
    )
    unrecorded = record_publications(warehouse, editions, role)
    if not done.changed:
        return Publication(done, None, unrecorded)
    earlier = [m.edition_id for m in list_editions(editions) if m.published_at < done.manifest.published_at]
    notice = give_notice(editions, editions.parent / "notices", next(iter(earlier), None), done.manifest)
    if notice.problems:
        log.event("notice", logging.WARNING, problems=len(notice.problems))
    return Publication(done, notice, unrecorded)


def record_publications(warehouse: Warehouse, editions: Path, role: str = "analyst") -> str | None:
    """Write every edition into the audit that is not in it yet, oldest first; return why that was not possible, if so.

    An edition says itself who published it and when, so one whose record met a busy warehouse is recorded later.
    """
    try:
        with warehouse.writing() as writer:
            known = acts(writer)
            told = set(known.loc[known["act"] == PUBLISH, "subject"])
            for m in reversed(list_editions(editions)):
                if m.edition_id not in told:
                    append(writer, _act(m, role), PUBLISH, m.edition_id, f"figures as of {month_words(m.as_of)}")
    except WarehouseBusyError as error:
        return f"The edition is published but not in the audit yet: the next one adds it. {error}"
    return None


def _act(manifest: Manifest, role: str) -> Act:
    at = manifest.published_at
    return Act(manifest.published_by, at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at, role)
