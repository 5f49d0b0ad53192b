"""The board pack from a screen: the same bytes as `python -m reports pack`, on record before anybody has them."""

from etl.door import acting
from etl.settings import editions_folder, plan_folder
from etl.warehouse import open_warehouse
from metrics.edition import Audience

WORDS = {"pptx": "PowerPoint", "xlsx": "Excel", "html": "One page to read or print (HTML)"}
RECORDED = (
    "Takes some seconds. Who makes a pack is recorded. If no file comes, the record could not be written because "
    "something is being loaded; try again in a minute."
)


def made(edition_id: str, audience: Audience, wanted: str) -> bytes:
    """Return an edition's pack in a format, recorded by this machine's account.

    Raises EditionError where an edition cannot be opened; WarehouseBusyError, OSError where it cannot be recorded.
    """
    # Only whoever makes a pack waits for the libraries that write office files.
    from reports.making import FORMATS, Asked, make, on_record

    found = make(editions_folder(), plan_folder(), Asked(edition_id, audience))
    form = next(one for one in FORMATS if one == wanted)
    content = found.content(form)
    on_record(editions_folder(), open_warehouse(), acting(), found, [form])
    return content


def name(edition_id: str, audience: Audience, wanted: str) -> str:
    """Return the name a pack goes by: whose, of which edition."""
    return f"waymark-{audience}-pack-{edition_id}.{wanted}"
