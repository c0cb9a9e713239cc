"""The noise ceiling: the best correlation that any model can reach against labels that were measured with error.

A label is truth plus independent noise, so the correlation of the truth itself with the label is
sqrt(Var(truth) / Var(label)) (attenuation: Spearman 1904, Am. J. Psychol. 15:72). The noise is known in two ways:

- reciprocal pairs, A×B against B×A: two measurements of one truth, so Var(noise) = Var(forward − reverse) / 2 for one
  measurement, and 1/n of it for the mean of n (Spearman 1910 and Brown 1910, Br. J. Psychol. 3:271 and 3:296);
- standard errors as reported.

The first also counts what differs between the two screens; the second only what differs between colonies.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.metrics import Values, numbers, pearson

CEILING_COLUMNS = ("forward", "reverse")


@dataclass(frozen=True)
class Noise:
    """Agreement of reciprocal measurements.

    pairs: how many were measured both ways. reliability: correlation of the two directions, None where undefined.
    variance: noise variance of one measurement, in the label's unit squared, None without pairs.
    """

    pairs: int
    reliability: float | None
    variance: float | None


@dataclass(frozen=True)
class Ceiling:
    """A ceiling of Pearson's r with its bootstrap interval; None where it can't be known."""

    value: float | None
    low: float | None
    high: float | None


NO_CEILING = Ceiling(None, None, None)


def read_reciprocal(table: pa.Table) -> tuple[Values, Values]:
    """The two directions of every reciprocal pair, each of shape (pairs,). Rows with a missing direction are left out.

    Raises KnockonError where the table has no columns `forward` and `reverse`.
    """
    missing = [name for name in CEILING_COLUMNS if name not in table.column_names]
    if missing:
        raise KnockonError(f"the table of reciprocal pairs has no column {', '.join(missing)}")
    forward, reverse = numbers(table["forward"]), numbers(table["reverse"])
    known = np.isfinite(forward) & np.isfinite(reverse)
    return forward[known], reverse[known]


def reciprocal_noise(forward: Values, reverse: Values) -> Noise:
    """Reliability and noise variance of one measurement from pairs measured both ways, each of shape (pairs,)."""
    if len(forward) < 2:
        return Noise(len(forward), None, None)
    variance = float(np.var(forward - reverse, ddof=1) / 2)
    return Noise(len(forward), pearson(forward, reverse), variance)


def reliability_by_strength(forward: Values, reverse: Values, thresholds: list[float]) -> list[tuple[float, Noise]]:
    """Agreement among the pairs where either direction is stronger than each threshold, in the label's unit."""
    strength = np.maximum(np.abs(forward), np.abs(reverse))
    return [(limit, reciprocal_noise(forward[strength > limit], reverse[strength > limit])) for limit in thresholds]


def spearman_brown(reliability: float, measurements: float) -> float:
    """Reliability of the mean of `measurements` equal measurements, from that of one."""
    return measurements * reliability / (1 + (measurements - 1) * reliability)


def _ceiling(noise: Values, variance: Values) -> Values:
    """sqrt(max(0, 1 − noise / variance)), NaN where the label doesn't vary."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variance > 0, np.sqrt(np.maximum(0.0, 1 - noise / variance)), np.nan)


def _weighted_mean_variance(units: NDArray[np.integer], columns: Values, resampling: Resampling) -> Values:
    """Bootstrap means of the columns and variance of the first, shape (replicates, columns + 1)."""
    centred = columns - columns.mean(axis=0)
    means = []
    for weights in resampled_weights(units, resampling):
        with np.errstate(invalid="ignore", divide="ignore"):
            total = weights.sum(axis=1, keepdims=True)
            mean, square = weights @ centred / total, weights @ centred[:, :1] ** 2 / total
        means.append(np.column_stack([mean + columns.mean(axis=0), square[:, 0] - mean[:, 0] ** 2]))
    return np.concatenate(means)


def _rows_apart(count: int) -> NDArray[np.int64]:
    """Units for rows that are resampled each on its own, shape (count, 2)."""
    return np.zeros((count, 2), dtype=np.int64)


def ceiling_from_reciprocals(
    forward: Values,
    reverse: Values,
    values: Values,
    measurements: Values,
    units: NDArray[np.integer],
    resampling: Resampling,
) -> Ceiling:
    """Ceiling of a test set whose label i is the mean of `measurements[i]` measurements like one direction.

    forward, reverse: shape (pairs,). values, measurements: shape (rows,); units: shape (rows, 2), as for the intervals.
    The interval resamples the pairs and the rows, each by itself.
    """
    noise = reciprocal_noise(forward, reverse).variance
    if noise is None or len(values) < 2:
        return NO_CEILING
    share = 1 / measurements
    point = _ceiling(np.array(noise * share.mean()), np.array(values.var()))
    pairs = Resampling("pairs", resampling.replicates, resampling.confidence, resampling.seed + 1)
    differences = ((forward - reverse) / np.sqrt(2))[:, None]
    noises = _weighted_mean_variance(_rows_apart(len(forward)), differences, pairs)[:, 1]
    rows = _weighted_mean_variance(units, np.column_stack([values, share]), resampling)
    return _with_interval(point, _ceiling(noises * rows[:, 1], rows[:, 2]), resampling.confidence)


def ceiling_from_errors(
    values: Values, standard_errors: Values, units: NDArray[np.integer], resampling: Resampling
) -> Ceiling:
    """Ceiling of the rows that report a standard error (NaN where they don't), in the label's unit, shape (rows,)."""
    known = np.isfinite(standard_errors)
    if known.sum() < 2:
        return NO_CEILING
    values, squares, units = values[known], standard_errors[known] ** 2, units[known]
    point = _ceiling(np.array(squares.mean()), np.array(values.var()))
    rows = _weighted_mean_variance(units, np.column_stack([values, squares]), resampling)
    return _with_interval(point, _ceiling(rows[:, 1], rows[:, 2]), resampling.confidence)


def _with_interval(point: NDArray[np.float64], samples: Values, confidence: float) -> Ceiling:
    if not np.isfinite(point):
        return NO_CEILING
    return Ceiling(float(point), *interval(samples, confidence))
