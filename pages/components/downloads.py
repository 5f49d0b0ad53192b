"""Figures as files: whoever asks is looked at again, and exact ones are on record before anybody has them."""

import pandas as pd

from etl.audit import record
from etl.warehouse import open_warehouse
from metrics.edition import Audience
from pages.components.tables import as_csv
from pages.components.visitor import Visitor

DOWNLOAD = "download"
RECORDED = (
    "Exact figures: who downloads them is recorded. If no file comes, the record could not be written because "
    "something is being loaded; try again in a minute."
)


def fetched(frame: pd.DataFrame, name: str, edition: str, audience: Audience, who: Visitor) -> bytes:
    """Return a frame as CSV, recorded by who fetches it where its figures are exact.

    Raises WarehouseBusyError, OSError where that cannot be: without a record there is no file. Raises NotAllowedError
    for somebody who is no longer signed in or may not have it.
    """
    return handed_over(as_csv(frame), f"{name}.csv", edition, audience, who)


def handed_over(content: bytes, file: str, edition: str, audience: Audience, who: Visitor) -> bytes:
    """Return a file's content, recorded as `fetched` records it."""
    act = who.acting("exact" if audience == "restricted" else "read")
    if audience == "restricted":
        record(open_warehouse(), act, DOWNLOAD, file, f"from edition {edition}")
    return content
