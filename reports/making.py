"""Making a pack: the one way for the command and the button. The same edition gives the same bytes at any time.

A pack rests on its edition, on the edition that the last pack before was made from, and on a template. The first pack
of an edition for an audience pins the last two (metrics/prune.py), so that making it again does not depend on what was
published, packed or changed since.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from etl.audit import Act, record
from etl.durable import write_whole
from etl.errors import UsageError
from etl.warehouse import Warehouse
from metrics.edition import Audience, EditionError, read_manifest, read_tables
from metrics.prune import Pins, keep_for_pack, packed_before, pinned
from pages.components.edition import Edition
from reports.content import Pack
from reports.pack import put_together
from reports.slides import as_slides
from reports.web_page import as_page
from reports.workbook import as_workbook

Format = Literal["pptx", "xlsx", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
TEMPLATE = "pack_template.pptx"  # in the plan's folder: the local area's own
MADE = "pack"


@dataclass(frozen=True)
class Asked:
    """What somebody asks for; `since` and `template` only to differ from what is pinned or usual."""

    edition_id: str
    audience: Audience
    since: str | None = None
    template: bytes | None = None


@dataclass(frozen=True)
class Made:
    """A pack and what it rests on: it is bytes only once a format is asked for."""

    pack: Pack
    edition: Edition
    pins: Pins
    template: bytes | None

    def content(self, wanted: Format) -> bytes:
        """Return the pack in a format. Raises UsageError for a template that cannot be used."""
        makers: dict[Format, Callable[[], bytes]] = {
            "pptx": lambda: as_slides(self.pack, self.template),
            "xlsx": lambda: as_workbook(self.pack, self.edition),
            "html": lambda: as_page(self.pack),
        }
        return makers[wanted]()


def make(editions: Path, plan: Path, asked: Asked) -> Made:
    """Return a pack that is on no record yet; `plan` is the folder that may hold the area's own template.

    Raises EditionError where an edition that was asked for, or its file for the audience, cannot be opened.
    """
    before = pinned(editions, asked.edition_id, asked.audience)
    since = asked.since or (before.since if before else packed_before(editions, asked.edition_id, asked.audience))
    template = asked.template or (_kept(editions, before.template) if before else _own(plan))
    edition = _opened(editions, asked.edition_id, asked.audience)
    earlier: Edition | None = None
    try:
        earlier = _opened(editions, since, asked.audience) if since else None
    except EditionError:  # from an earlier version of Waymark, say: the pack says so
        if asked.since:
            raise
    pack = put_together(edition, earlier, since)
    digest = hashlib.sha256(template).hexdigest() if template is not None else None
    return Made(pack, edition, Pins(since, digest), template)


def on_record(editions: Path, warehouse: Warehouse, act: Act, made: Made, formats: Sequence[Format]) -> None:
    """Write a pack into the audit, keep the editions it rests on for good, and pin what else it rests on.

    To be done before anybody has the pack. Raises WarehouseBusyError, OSError; without a record there is no pack.
    """
    said = made.pack.manifest
    if made.template is not None:
        place = _template_file(editions, made.pins.template or "")
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, made.template)
    what = f"{said.audience} pack"
    since = f", compared with {made.pins.since}" if made.pins.since else ""
    record(warehouse, act, MADE, said.edition_id, f"{what} as {', '.join(formats)}{since}")
    keep_for_pack(editions, said.edition_id, what, {said.audience: made.pins})
    if made.pins.since:
        keep_for_pack(editions, made.pins.since, f"compared with in the {what} of {said.edition_id}")


def file_name(made: Made, wanted: Format) -> str:
    """Return the name a pack goes by: whose, of which edition."""
    said = made.pack.manifest
    return f"waymark-{said.audience}-pack-{said.edition_id}.{wanted}"


def _opened(editions: Path, edition_id: str, audience: Audience) -> Edition:
    manifest = read_manifest(editions, edition_id).for_audience(audience)
    return Edition(manifest, read_tables(editions, edition_id, audience))


def _own(plan: Path) -> bytes | None:
    place = plan / TEMPLATE
    return place.read_bytes() if place.is_file() else None


def _kept(editions: Path, digest: str | None) -> bytes | None:
    """Return the template that an earlier pack of the edition was made with. Raises UsageError where it is gone."""
    if digest is None:
        return None
    place = _template_file(editions, digest)
    if not place.is_file():
        raise UsageError(f"The template of this edition's pack is gone ({place.name}); name it with --template FILE.")
    return place.read_bytes()


def _template_file(editions: Path, digest: str) -> Path:
    return editions.parent / "packs" / f"template-{digest[:16]}.pptx"
