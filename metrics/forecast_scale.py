"""Scales on which a series is forecast, so that no path leaves what the unit allows."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Half a percentage point keeps 0 % and 100 % finite on the logit scale; SEND shares rest on tens of children, so a
# reported 0 % or 100 % is never surer than that.
_SHARE_EDGE = 0.5
# Anscombe's constant: 2·sqrt(y + 3/8) gives a Poisson count a spread near 1 whatever its size (Biometrika 35, 1948).
_ANSCOMBE = 0.375

PERCENT = "percent"
NET = "net"  # more less fewer: a difference of counts, of either sign even where only one has been seen
_COUNTED = ("children", "plans", "count")


class Kind(Enum):
    """Which scale: share in percent, amount from 0 up, or a difference of either sign."""

    SHARE = "logit of the share"
    AMOUNT = "square root (Anscombe)"
    DIFFERENCE = "as it is"


@dataclass(frozen=True)
class Scale:
    """One scale: `forward` from the unit, `back` to it; `back` never leaves 0–100 for shares or falls below 0."""

    kind: Kind

    def forward(self, values: Array) -> Array:
        """Return the values on the scale; missing stays missing."""
        if self.kind is Kind.SHARE:
            share = (values + _SHARE_EDGE) / (100 + 2 * _SHARE_EDGE)
            return np.asarray(np.log(share / (1 - share)), dtype=float)
        if self.kind is Kind.AMOUNT:
            return np.asarray(2 * np.sqrt(values + _ANSCOMBE), dtype=float)
        return np.asarray(values, dtype=float)

    def back(self, scaled: Array) -> Array:
        """Return the values in the unit, held to what the unit allows."""
        if self.kind is Kind.SHARE:
            share = 0.5 * (1 + np.tanh(scaled / 2))
            return np.clip(share * (100 + 2 * _SHARE_EDGE) - _SHARE_EDGE, 0, 100)
        if self.kind is Kind.AMOUNT:
            return np.maximum((np.maximum(scaled, 0) / 2) ** 2 - _ANSCOMBE, 0)
        return scaled

    def smallest_spread(self, value: float) -> float:
        """Return the spread on the scale of half a unit at `value`: no series is known better than that."""
        if self.kind is Kind.DIFFERENCE:
            return 0.5
        top = 100.0 if self.kind is Kind.SHARE else value + 1
        ends = self.forward(np.array([max(value - 0.5, 0.0), min(value + 0.5, top)]))
        return float(abs(ends[1] - ends[0]) / 2)


def scale_for(values: Array, unit: str) -> Scale:
    """Return the scale for a unit: shares in percent by logit, amounts from 0 up by square root, else as they are.

    Raises ValueError, without a value in the message, when a value cannot occur in the unit.
    """
    seen = values[np.isfinite(values)]
    if unit == PERCENT:
        if bool(((seen < 0) | (seen > 100)).any()):
            raise ValueError("a percentage lies outside 0 to 100")
        return Scale(Kind.SHARE)
    if unit == NET:
        return Scale(Kind.DIFFERENCE)
    if bool((seen < 0).any()):
        if unit in _COUNTED:
            raise ValueError("a count lies below 0")
        return Scale(Kind.DIFFERENCE)
    return Scale(Kind.AMOUNT)
