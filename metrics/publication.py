"""A publication as people make it: one at a time, on record, and told to whoever asked to be told."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from etl.audit import Act, acts, append
from etl.errors import WarehouseBusyError
from etl.settings import warehouse_wait_seconds
from etl.warehouse import Warehouse
from metrics.edition import Manifest, current_edition, list_editions
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


def publish_and_tell(
    warehouse: Warehouse, editions: Path, plan_folder: Path, *, by: str, note: str, at: datetime,
    as_of: date | None = None, step: Step = lambda _: None,
) -> Publication:  # fmt: skip
    """Publish, write it into the audit and give notice of it; the same figures again are neither.

    Whoever publishes at the same time waits, and then finds nothing to publish. Raises what `publish` raises; nothing
    is published then. What goes wrong after the edition is there, is told and undoes nothing.
    """
    editions.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(editions.parent / "publishing.lock", timeout=warehouse_wait_seconds(), mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise WarehouseBusyError(
            "Somebody else is publishing. Nothing was changed; look again in a minute what there is to publish."
        ) from error
    try:
        before = current_edition(editions)
        done = publish(warehouse, editions, plan_folder, by=by, note=note, at=at, as_of=as_of, step=step)
        unrecorded = record_publications(warehouse, editions)
        if not done.changed:
            return Publication(done, None, unrecorded)
        notice = give_notice(editions, editions.parent / "notices", before, done.manifest)
        return Publication(done, notice, unrecorded)
    finally:
        lock.release()


def record_publications(warehouse: Warehouse, editions: Path) -> str | None:
    """Write every edition into the audit that is not in it yet, oldest first; return why that was not possible, if so.

    An edition says itself who published it and when, so one whose record met a busy warehouse is recorded later.
    """
    try:
        with warehouse.reading() as reader:
            known = acts(reader)
        told = set(known.loc[known["act"] == PUBLISH, "subject"])
        missing = [m for m in reversed(list_editions(editions)) if m.edition_id not in told]
        if missing:
            with warehouse.writing() as writer:
                for m in missing:
                    append(writer, _act(m), PUBLISH, m.edition_id, f"figures as of {month_words(m.as_of)}")
    except WarehouseBusyError as error:
        return f"The edition is published but not in the audit yet: the next one adds it. {error}"
    return None


def _act(manifest: Manifest) -> Act:
    at = manifest.published_at
    return Act(manifest.published_by, at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at)
