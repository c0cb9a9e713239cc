"""Scores of predictions with intervals, from plain arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import STATISTICS, Resampling, interval, replicates
from knockon.evaluation.metrics import score
from knockon.evaluation.units import Units


def evaluate(
    values: npt.ArrayLike,
    predicted: npt.ArrayLike,
    groups: Sequence[str | int] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[str, float | int | None]:
    """Scores of predictions: pearson, spearman, mse, r2, each also as …_low and …_high (bootstrap), and n.

    values, predicted: (rows,), in one unit. groups: rows of one group are one draw, such as replicates of a strain;
    without it each row is. Raises KnockonError where shapes differ or a number is missing.
    """
    measured, guessed = np.asarray(values, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if measured.ndim != 1 or measured.shape != guessed.shape:
        raise KnockonError(f"one prediction a value is needed: shapes are {measured.shape} and {guessed.shape}")
    if not (np.isfinite(measured).all() and np.isfinite(guessed).all()):
        raise KnockonError("a value or a prediction is missing or infinite: leave such rows out")
    if groups is not None and len(groups) != len(measured):
        raise KnockonError(f"{len(groups)} groups for {len(measured)} rows")
    units = None if groups is None else Units.groups("group", np.asarray(groups))
    found = replicates(measured, guessed[:, None], units, Resampling(confidence=confidence, seed=seed))[0]
    scores = score(measured, guessed)
    result: dict[str, float | int | None] = {"n": scores.n}
    for name in STATISTICS:
        low, high = interval(found[name], confidence)
        result |= {name: getattr(scores, name), f"{name}_low": low, f"{name}_high": high}
    return result
