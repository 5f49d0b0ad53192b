"""Figures as files: exact ones are written into the audit before anybody has them."""

import pandas as pd

from etl.audit import record
from etl.door import acting
from etl.warehouse import open_warehouse
from metrics.edition import Audience
from pages.components.tables import as_csv

DOWNLOAD = "download"
RECORDED = (
    "Exact figures: who downloads them is recorded. If no file comes, the record could not be written because "
    "something is being loaded; try again in a minute."
)


def fetched(frame: pd.DataFrame, name: str, edition: str, audience: Audience) -> bytes:
    """Return a frame as CSV, recorded by this machine's account where its figures are exact.

    Raises WarehouseBusyError, OSError where that cannot be: without a record there is no file.
    """
    return handed_over(as_csv(frame), f"{name}.csv", edition, audience)


def handed_over(content: bytes, file: str, edition: str, audience: Audience) -> bytes:
    """Return a file's content, recorded as `fetched` records it."""
    if audience == "restricted":
        record(open_warehouse(), acting(), DOWNLOAD, file, f"from edition {edition}")
    return content
