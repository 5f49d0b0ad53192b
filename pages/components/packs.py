"""The board pack from a screen: the same bytes as `python -m reports pack`, on record before anybody has them."""

from etl.settings import editions_folder, plan_folder
from etl.warehouse import open_warehouse
from metrics.edition import Audience
from pages.components.visitor import Visitor

WORDS = {"pptx": "PowerPoint", "xlsx": "Excel", "html": "One page to read or print (HTML)"}
KINDS = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}
RECORDED = (
    "Takes some seconds. Who makes a pack is recorded. If no file comes, the record could not be written because "
    "something is being loaded; try again in a minute."
)


def made(edition_id: str, audience: Audience, wanted: str, who: Visitor) -> bytes:
    """Return an edition's pack in a format, recorded by who asks for it.

    Raises NotAllowedError for somebody who is no longer signed in or may not have it; EditionError where an edition
    cannot be opened; WarehouseBusyError, OSError where it cannot be recorded.
    """
    # Only whoever makes a pack waits for the libraries that write office files.
    from reports.making import FORMATS, Asked, make, on_record

    act = who.acting("exact" if audience == "restricted" else "read")
    found = make(editions_folder(), plan_folder(), Asked(edition_id, audience))
    form = next(one for one in FORMATS if one == wanted)
    content = found.content(form)
    on_record(editions_folder(), open_warehouse(), act, found, [form])
    return content


def name(edition_id: str, audience: Audience, wanted: str) -> str:
    """Return the name a pack goes by: whose, of which edition."""
    return f"waymark-{audience}-pack-{edition_id}.{wanted}"
