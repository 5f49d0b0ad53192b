"""How much wider the 80 % interval is drawn than the models alone would have it, as the back-test found.

Conformal scaling: of past forecasts, the width in model widths that held four out of five later values, by length of
history and distance ahead. `benchmarks/backtest.py --calibrate` prints the table from the earlier origins only; the
table in docs/forecast.md is measured on later origins and on other simulated series.
"""

import numpy as np
from numpy.typing import NDArray

# First number of values and first step ahead to which a row and a column apply.
VALUES_FROM = (0, 13, 24)
STEPS_FROM = (1, 4, 10)
WIDEN = (
    (1.15, 1.25, 1.40),
    (1.15, 1.25, 1.40),
    (1.10, 1.25, 1.40),
)


def widening(values: int, steps: int) -> NDArray[np.float64]:
    """Return the factor for each step ahead, 1 to `steps`, of a series with that many values; never below 1."""
    row = WIDEN[int(np.searchsorted(VALUES_FROM, values, side="right")) - 1]
    at = np.searchsorted(STEPS_FROM, np.arange(1, steps + 1), side="right") - 1
    return np.asarray(np.maximum(np.asarray(row)[at], 1.0))
