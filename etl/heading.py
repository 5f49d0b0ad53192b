"""Headings: how a column of theirs is named, and how two headings are compared."""

import re
from functools import lru_cache

from pydantic import Field

from etl.documents import Document


class Heading(Document):
    """A column of theirs: the headings it has been seen under, newest first."""

    headers: list[str] = Field(min_length=1)
    optional: bool = False


@lru_cache(maxsize=4096)  # the known headings are compared with every sheet, for every source
def normal(heading: str) -> str:
    """Return a heading as it is compared: case, accents of spacing and no-break characters do not matter."""
    return re.sub(r"[\s\u00a0\u200b\ufeff_]+", " ", heading.replace("\u2011", "-")).strip().casefold()
