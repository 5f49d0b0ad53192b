"""How small counts are kept from the board: the local area's own settings, none below the floor."""

from datetime import date
from pathlib import Path

import pandas as pd
from pydantic import Field

from etl.documents import Document, read_document

FILE = "disclosure.yaml"


class Agreed(Document):
    """Which role agreed the settings, and when: the council's information governance lead must."""

    role: str
    on: date


class Policy(Document):
    """What a board file may hold. The floors are those of the reference pack, "Disclosure: the rule and the check".

    Their sources: NHS mental-health publications hide 1 to 4 and round to 5; NHS England asks for 8 under a percentile.
    """

    highest_hidden: int = Field(7, ge=4, description="counts of 1 to this are hidden")
    rounding_base: int = Field(5, ge=5, description="other counts are rounded to the nearest of these")
    possible_values: int = Field(3, ge=3, description="how many values a hidden count must still be able to have")
    percentage_base: int = Field(10, ge=10, description="fewest children under a percentage or a rate")
    percentile_base: int = Field(20, ge=8, description="fewest children under a percentile or a mean")
    exact: list[str] = Field([], description="clocks and measures whose whole-area counts are published exactly")
    agreed: Agreed | None = None

    def hides(self, counts: pd.Series) -> pd.Series:
        """Return which counts are hidden for being small."""
        return ((counts > 0) & (counts <= self.highest_hidden)).fillna(False).astype("bool")

    def rounded(self, counts: pd.Series) -> pd.Series:
        """Return counts to the nearest of the rounding base, halves up; missing stays missing."""
        base = self.rounding_base
        return (counts.astype("Float64") + base / 2).floordiv(base) * base

    def told(self, count: float) -> tuple[float, float]:
        """Return the lowest and the highest count that would be shown or hidden as this one is."""
        if count == 0:
            return 0, 0
        if count <= self.highest_hidden:
            return 1, self.highest_hidden
        base = self.rounding_base
        shown = base * ((count + base / 2) // base)
        return max(self.highest_hidden + 1, -(-(shown - base / 2) // 1)), -(-(shown + base / 2) // 1) - 1

    def words(self) -> str:
        """Return what the policy does, and who agreed it, in one sentence."""
        agreed = f"agreed by {self.agreed.role}, {self.agreed.on:%d %B %Y}" if self.agreed else "not yet agreed"
        return (
            f"counts of 1 to {self.highest_hidden} are hidden, others rounded to the nearest {self.rounding_base}, "
            f"percentages from {self.percentage_base} children, percentiles from {self.percentile_base}; public ones "
            f"as published ({agreed})"
        )


def load_policy(folder: Path) -> Policy:
    """Return the plan folder's policy, or the default where it has none. Raises DocumentError, also below a floor."""
    path = folder / FILE
    return read_document(path, Policy) if path.is_file() else Policy()
