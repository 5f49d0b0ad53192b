"""Exponential smoothing by statsmodels, as simulated paths; what does not settle is an outcome, never a silence."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray
from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

Array = NDArray[np.float64]

LAST, LEVEL, DAMPED, SEASONAL = "last value", "level", "damped trend", "level with a seasonal pattern"
ROBUST = "last level with the usual month-to-month change"
_DAMPED_TERMS: dict[str, Any] = {"trend": True, "damped_trend": True}
# Both stop well inside what moves a forecast; the second is for what the first leaves unsettled.
_SEARCHES: tuple[dict[str, Any], ...] = (
    {"method": "lbfgs", "maxiter": 200, "factr": 1e10, "pgtol": 1e-3},
    {"method": "nm", "maxiter": 300},
)
_SWINGS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # widths tried for the swing of the year, in one-step errors
_NEIGHBOURS = 1.0  # length of the periodic kernel where neighbours are alike: about two months to either side
_SMOOTHINGS = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)  # of the level, tried with each width
_NO_NOISE = 1e-9  # variance that stands for a series which repeats itself exactly
_MIN_WEIGHT = 0.01  # a model less likely than this beside the best adds nothing that can be seen


@dataclass(frozen=True)
class Drawn:
    """Paths on the model's scale, runs × steps; which models they come from; which models did not settle."""

    paths: Array
    methods: tuple[str, ...]
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Fit:
    name: str
    aicc: float
    model: "_Walk | _Smoothed"


@dataclass(frozen=True)
class _Walk:
    """A random walk: the last value, and steps of one spread."""

    last: float
    spread: float

    def futures(self, steps: int, runs: int, smallest: float, rng: np.random.Generator) -> Array:
        return np.asarray(
            self.last + max(self.spread, smallest) * np.cumsum(rng.standard_normal((runs, steps)), axis=1)
        )


@dataclass(frozen=True)
class _Smoothed:
    """A fit of statsmodels, and the pattern of the year to add to each step ahead."""

    result: Any
    pattern: Array

    def futures(self, steps: int, runs: int, smallest: float, rng: np.random.Generator) -> Array:
        return self.pattern + _futures(self.result, steps, runs, smallest, rng)


def draw(scaled: Array, steps: int, season: int, smallest: float, runs: int, rng: np.random.Generator) -> Drawn:
    """Return simulated futures of a series on its scale, missing values as NaN and the last one present.

    Paths come from each model in proportion to its Akaike weight (AICc), so the interval also holds the doubt about
    the model. Gaps go through the Kalman filter: nothing is filled in and the state only grows less certain. `season`
    is the length of a year in steps, or 0 to leave seasons out. When no smoothed model settles the paths are a robust
    random walk.
    """
    if np.nanstd(scaled) <= 1e-9:
        return Drawn(_robust(scaled, steps, smallest, runs, rng), (ROBUST,))
    fits, unsettled = _candidates(scaled, steps, season)
    if not any(isinstance(fit.model, _Smoothed) for fit in fits):
        return Drawn(_robust(scaled, steps, smallest, runs, rng), (ROBUST,), tuple(unsettled))
    shares = _akaike(fits, runs)
    drawn = [fit.model.futures(steps, share, smallest, rng) for fit, share in zip(fits, shares, strict=True) if share]
    used = tuple(fit.name for fit, share in zip(fits, shares, strict=True) if share)
    return Drawn(np.concatenate(drawn), used, tuple(unsettled))


def _candidates(scaled: Array, steps: int, season: int) -> tuple[list[_Fit], list[str]]:
    """Return the models that settled, and the names of those that did not."""
    none = np.zeros(steps)
    level, damped = _settled(scaled, {}), _settled(scaled, _DAMPED_TERMS)
    found = {LEVEL: (level, none), DAMPED: (damped, none)}
    swing_llf = 0.0
    if season:
        swings = [_pattern(scaled, season, smoothing) for smoothing in _SMOOTHINGS]
        pattern, swing_llf = max(swings, key=lambda swing: swing[1])
        fitted = _settled(scaled - pattern[np.arange(len(scaled)) % season], {})
        found[SEASONAL] = (fitted, pattern[(len(scaled) + np.arange(steps)) % season])
    size = int(np.isfinite(scaled).sum())
    fits = [_walk(scaled)]
    for name, (fit, ahead) in found.items():
        if fit is not None:
            llf, more = (swing_llf, 1) if name == SEASONAL else (float(fit.llf), 0)
            fits.append(_Fit(name, _aicc(llf, size, int(fit.df_model) + more), _Smoothed(fit, ahead)))
    return [fit for fit in fits if np.isfinite(fit.aicc)], [name for name, (fit, _) in found.items() if fit is None]


def _pattern(scaled: Array, season: int, smoothing: float) -> tuple[Array, float]:
    """Return one offset per step of the year, adding to 0, and the log-likelihood of a level model with such a swing.

    The offsets are taken as drawn from one normal distribution, its width and likeness the likeliest of a grid, so
    few years shrink them towards none and the swing costs one parameter, not eleven. One-step errors of a level model
    are linear in data, starting level and offsets, so filtering the columns is exact; a missing value moves nothing.
    """
    seen = np.flatnonzero(np.isfinite(scaled))
    dummies = (np.arange(len(scaled))[:, None] % season == np.arange(season)).astype(float) - 1 / season
    columns = np.column_stack([np.nan_to_num(scaled), np.zeros(len(scaled)), dummies])
    errors, level = np.empty((len(seen), season + 2)), np.zeros(season + 2)
    level[1] = -1.0  # the column of the starting level
    for row, at in enumerate(seen):
        errors[row] = columns[at] - level
        level = level + smoothing * errors[row]
    best = np.zeros(season), -np.inf
    for likeness in _likenesses(season):
        for width in _SWINGS:
            swing, llf = _swing(errors[:, 0], errors[:, 1], errors[:, 2:], width**2 * likeness)
            best = max(best, (swing, llf), key=lambda found: found[1])
    return best


def _likenesses(season: int) -> list[Array]:
    """Return how alike the offsets of two steps may be: each on its own (August), or neighbours alike (winter)."""
    apart = np.subtract.outer(np.arange(season), np.arange(season))
    return [np.eye(season), np.exp(-2 * (np.sin(np.pi * apart / season) / _NEIGHBOURS) ** 2)]


def _swing(error: Array, start: Array, offsets: Array, likeness: Array) -> tuple[Array, float]:
    """Return expected offsets and log-likelihood when their covariance, in one-step errors, is `likeness`."""
    spread = np.eye(len(error)) + offsets @ likeness @ offsets.T
    solved = np.linalg.solve(spread, np.column_stack([error, start]))
    left = error - start * (start @ solved[:, 0]) / (start @ solved[:, 1])
    weighed = np.linalg.solve(spread, left)
    size = len(error)
    variance = max(float(left @ weighed) / size, _NO_NOISE)
    llf = -0.5 * (size * (np.log(2 * np.pi * variance) + 1) + np.linalg.slogdet(spread)[1])
    expected = likeness @ offsets.T @ weighed
    return expected - expected.mean(), float(llf)


def _walk(scaled: Array) -> _Fit:
    """Return the random walk, its likelihood on the terms of the smoothed models: a starting level is one parameter."""
    at = np.flatnonzero(np.isfinite(scaled))
    apart = np.diff(at)
    variance = float(np.sum(np.diff(scaled[at]) ** 2 / apart)) / len(at)
    llf = -0.5 * (len(at) * (np.log(2 * np.pi * variance) + 1) + float(np.log(apart).sum()))
    return _Fit(LAST, _aicc(llf, len(at), 2), _Walk(float(scaled[at[-1]]), float(np.sqrt(variance))))


def _aicc(llf: float, size: int, count: int) -> float:
    """Return AICc of `count` parameters on `size` values, infinite when there are too few values for them."""
    return float(-2 * llf + 2 * count + 2 * count * (count + 1) / (size - count - 1)) if size > count + 1 else np.inf


def _settled(scaled: Array, term: dict[str, Any]) -> Any:
    """Return the fit, tried a second time by another optimiser, or None when neither settles."""
    try:
        model = ExponentialSmoothing(scaled, **term)
        with np.errstate(all="ignore"):  # an overflow inside the search shows as a fit that is not finite
            for search in _SEARCHES:
                result = model.fit(disp=0, cov_type="none", warn_convergence=False, **search)
                if not _finite(result):
                    return None
                if result.mle_retvals["converged"]:
                    return result
    except (LinAlgError, ValueError, ZeroDivisionError, FloatingPointError):
        return None
    return None


def _finite(result: Any) -> bool:
    return bool(
        np.isfinite(result.llf)
        and np.isfinite(result.scale)
        and result.scale > 0
        and np.isfinite(result.filtered_state[:, -1]).all()
        and np.isfinite(result.filtered_state_cov[:, :, -1]).all()
    )


def _akaike(fits: list[_Fit], runs: int) -> list[int]:
    """Return how many of the runs each model gets: largest remainders of its Akaike weight."""
    aicc = np.array([fit.aicc for fit in fits])
    weights = np.exp(-0.5 * (aicc - aicc.min()))
    weights[weights < _MIN_WEIGHT] = 0
    wanted = runs * weights / weights.sum()
    whole = np.floor(wanted).astype(int)
    order = np.argsort(-(wanted - whole), kind="stable")
    whole[order[: runs - int(whole.sum())]] += 1
    return [int(n) for n in whole]


def _futures(result: Any, steps: int, runs: int, smallest: float, rng: np.random.Generator) -> Array:
    """Return paths of the fitted state space from the last filtered state and its uncertainty."""
    space = result.model.ssm
    move, read, shock = space["transition"], space["design"], space["selection"][:, 0]
    covariance = np.asarray(result.filtered_state_cov[:, :, -1])
    size, turn = np.linalg.eigh((covariance + covariance.T) / 2)
    root = turn * np.sqrt(np.clip(size, 0, None))
    start = np.asarray(result.filtered_state[:, -1])
    state = start[:, None] + root @ rng.standard_normal((len(start), runs))
    spread = max(float(np.sqrt(result.scale)), smallest)
    paths = np.empty((runs, steps))
    for step in range(steps):
        state = move @ state + shock[:, None] * (spread * rng.standard_normal(runs))[None, :]
        paths[:, step] = (read @ state)[0]
    return paths


def _robust(scaled: Array, steps: int, smallest: float, runs: int, rng: np.random.Generator) -> Array:
    """Return random walks from the median of the last three values, stepping by the usual change (median absolute)."""
    at = np.flatnonzero(np.isfinite(scaled))
    changes = np.abs(np.diff(scaled[at])) / np.sqrt(np.diff(at))
    spread = max(1.4826 * float(np.median(changes)), smallest)
    level = float(np.median(scaled[at[-3:]]))
    walk: Array = level + spread * np.cumsum(rng.standard_normal((runs, steps)), axis=1)
    return walk
