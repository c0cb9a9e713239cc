"""Strains told before they were built: correlation, the titre of those that would have been picked, coverage.

Intervals draw the told strains with replacement, the model as it is.
"""

from collections.abc import Callable

import numpy as np

from knockon.arrays import Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval, replicates, resampled_weights


def picked_mean(values: Values, predicted: Values, picked: int) -> float:
    """Mean measured value of the `picked` strains of highest prediction; equal predictions in their order."""
    return float(values[np.argsort(-predicted, kind="stable")[:picked]].mean())


def covered(values: Values, low: Values, high: Values) -> float:
    """Share of the strains whose measured value lies in their interval."""
    return float(((values >= low) & (values <= high)).mean())


HELD = (0.87, 0.93)
"""Share of strains that 90 % intervals of a cycle are to hold."""


def holding_widening(values: Values, predicted: Values, low: Values, high: Values) -> tuple[float, float]:
    """By what the intervals would have to be widened about the prediction to hold a share within HELD: least and most.

    Known only once the strains were measured: it says whether any rule could have held it in all cycles.
    """
    reach = np.where(values >= predicted, high - predicted, predicted - low)
    needed = np.sort(np.abs(values - predicted) / np.maximum(reach, 1e-300))
    fewest, most = int(np.ceil(HELD[0] * len(values) - 1e-9)), int(np.floor(HELD[1] * len(values) + 1e-9))
    return float(needed[max(fewest, 1) - 1]), float(needed[most]) if most < len(needed) else float("inf")


def told_scores(
    values: Values, predicted: Values, low: Values, high: Values, picked: int, resampling: Resampling
) -> dict[str, float | None]:
    """r, picked and covered of one cycle, each with _low and _high; and rmse. All arrays: float64 (strains,).

    r is None where predictions do not differ.
    """
    constant = not np.ptp(predicted)
    inside = ((values >= low) & (values <= high)).astype(np.float64)
    drawn_r = replicates(values, predicted[:, None], None, resampling)[0]["pearson"]
    ranked = np.argsort(-predicted, kind="stable")
    found: dict[str, float | None] = {
        "r": None if constant else float(pearson(predicted, values)),
        "picked": picked_mean(values, predicted, picked),
        "covered": float(inside.mean()),
        "rmse": float(np.sqrt(np.mean((values - predicted) ** 2))),
    }
    ends: dict[str, Values] = {
        "picked": _drawn(len(values), resampling, lambda weights: _first(weights[:, ranked], values[ranked], picked)),
        "covered": _drawn(len(values), resampling, lambda weights: weights @ inside / weights.sum(axis=1)),
    }
    if not constant:
        ends["r"] = drawn_r
    for name in ("r", "picked", "covered"):
        low_end, high_end = interval(ends[name], resampling.confidence) if name in ends else (None, None)
        found |= {f"{name}_low": low_end, f"{name}_high": high_end}
    return found


def _drawn(rows: int, resampling: Resampling, score: Callable[[Values], Values]) -> Values:
    return np.concatenate([score(weights) for weights in resampled_weights(rows, None, resampling)])


def _first(weights: Values, values: Values, picked: int) -> Values:
    """Mean of the first `picked` draws of rows in their order; weights: how often each is drawn, (replicates, rows)."""
    before = np.cumsum(weights, axis=1) - weights
    taken = np.clip(picked - before, 0, weights)
    return np.asarray(taken @ values / taken.sum(axis=1))
