"""The ceiling of the biology: how well the truth itself correlates with labels measured with error.

A label is truth plus noise, so the correlation of the truth with the label is the square root of the label's
reliability, Var(truth) / Var(label) (Spearman 1904, Am. J. Psychol. 15:72). It is known in two ways:

- reciprocal pairs, A×B against B×A: their correlation is the reliability r of one measurement, and n·r / (1 + (n−1)·r)
  is that of the mean of n (Spearman 1910 and Brown 1910, Br. J. Psychol. 3:271 and 3:296);
- standard errors as reported.

The first also counts as noise what differs between the two directions, such as effects of a strain as query or as array
on all its crosses; the second only what differs between colonies. Side effects repeat from label to label, so a model
that is told the sides can learn them, and then it lies above the first ceiling: it bounds models of the biology alone.

Pairs measured both ways are not quite like the rest, so something must be taken to be equal for all strains. Here it is
the reliability; taking the noise variance instead gives `ceiling_at_constant_noise`, which is reported beside it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling, interval, replicates, resampled_weights
from knockon.evaluation.metrics import numbers, pearson
from knockon.evaluation.units import Units

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
    both = np.isfinite(forward) & np.isfinite(reverse)
    return forward[both], reverse[both]


def reciprocal_noise(forward: Values, reverse: Values) -> Noise:
    """Reliability and noise variance of one measurement from pairs measured both ways, each of shape (pairs,)."""
    if len(forward) < 2:
        return Noise(len(forward), None, None)
    variance = float(np.var(forward - reverse, ddof=1) / 2)
    return Noise(len(forward), pearson(forward, reverse), variance)


def reliability_by_strength(forward: Values, reverse: Values, thresholds: list[float]) -> list[tuple[float, Noise]]:
    """Agreement of the other direction where one direction is stronger than each threshold, in the label's unit.

    Each pair is looked at from both sides, and the side that is not looked at is free: choosing by both, or by their
    mean, would choose pairs by their noise.
    """
    looked_at, other = np.concatenate([forward, reverse]), np.concatenate([reverse, forward])
    strength = np.abs(looked_at)
    return [(limit, reciprocal_noise(looked_at[strength > limit], other[strength > limit])) for limit in thresholds]


def spearman_brown(reliability: ArrayLike, measurements: ArrayLike) -> Values:
    """Reliability of the mean of `measurements` equal measurements, from that of one; below 0 counts as 0."""
    of_one = np.maximum(np.asarray(reliability, dtype=np.float64), 0.0)
    count = np.asarray(measurements, dtype=np.float64)
    return count * of_one / (1 + (count - 1) * of_one)


def _ceiling(noise: Values, variance: Values) -> Values:
    """sqrt(max(0, 1 − noise / variance)), NaN where the label doesn't vary."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variance > 0, np.sqrt(np.maximum(0.0, 1 - noise / variance)), np.nan)


def _weighted_mean_variance(units: Units | None, columns: Values, resampling: Resampling) -> Values:
    """Bootstrap means of the columns and variance of the first, shape (replicates, columns + 1)."""
    centred = columns - columns.mean(axis=0)
    means = []
    for weights in resampled_weights(len(columns), units, resampling):
        with np.errstate(invalid="ignore", divide="ignore"):
            total = weights.sum(axis=1, keepdims=True)
            mean, square = weights @ centred / total, weights @ centred[:, :1] ** 2 / total
        means.append(np.column_stack([mean + columns.mean(axis=0), square[:, 0] - mean[:, 0] ** 2]))
    return np.concatenate(means)


def ceiling_from_reciprocals(
    forward: Values,
    reverse: Values,
    values: Values,
    measurements: Values,
    units: Units | None,
    resampling: Resampling,
) -> Ceiling:
    """Ceiling of a test set whose label i is the mean of `measurements[i]` measurements, each as good as one direction.

    ceiling² = Σ rᵢ·(yᵢ − ȳ)² / Σ (yᵢ − ȳ)², with rᵢ the reliability of label i: of the variance that there is to
    explain, the part that is truth. forward, reverse: shape (pairs,). values, measurements: shape (rows,). units: what
    is drawn of the rows. The interval resamples the reciprocal pairs and the rows, each by itself.
    """
    reliability = reciprocal_noise(forward, reverse).reliability
    if reliability is None or len(values) < 2 or not np.ptp(values):
        return NO_CEILING
    counts, place = np.unique(measurements, return_inverse=True)
    squares = (values - values.mean()) ** 2
    spread = np.bincount(place, weights=squares)
    point = np.sqrt(spread @ spearman_brown(reliability, counts) / spread.sum())
    of_pairs = replace(resampling, seed=resampling.seed + 1)
    reliabilities = replicates(forward, reverse[:, None], None, of_pairs)[0]["pearson"]
    by_count = sp.csr_matrix((squares, (np.arange(len(values)), place)))
    spreads = np.concatenate([weights @ by_count for weights in resampled_weights(len(values), units, resampling)])
    with np.errstate(invalid="ignore", divide="ignore"):
        truth = (spreads * spearman_brown(reliabilities[:, None], counts)).sum(axis=1) / spreads.sum(axis=1)
    return with_interval(point, np.sqrt(truth), resampling.confidence)


def ceiling_at_constant_noise(noise: Noise, values: Values, measurements: Values) -> float | None:
    """The ceiling if every strain had the noise variance of the reciprocal pairs: sqrt(1 − mean(σ²/n) / Var(label)).

    Lower than the other where the test rows vary less than the reciprocal pairs. values: shape (rows,). measurements:
    how many, each as good as one direction, a label is the mean of, (rows,).
    """
    if noise.variance is None or len(values) < 2 or not np.ptp(values):
        return None
    return float(_ceiling(np.array(noise.variance * (1 / measurements).mean()), np.array(values.var())))


def ceiling_from_errors(
    values: Values, standard_errors: Values, units: Units | None, resampling: Resampling
) -> Ceiling:
    """Ceiling of the rows that report a standard error (NaN where they don't), in the label's unit, shape (rows,)."""
    reported = np.isfinite(standard_errors)
    if reported.sum() < 2:
        return NO_CEILING
    values, squares = values[reported], standard_errors[reported] ** 2
    units = None if units is None else units.take(reported)
    point = _ceiling(np.array(squares.mean()), np.array(values.var()))
    drawn = _weighted_mean_variance(units, np.column_stack([values, squares]), resampling)
    return with_interval(point, _ceiling(drawn[:, 1], drawn[:, 2]), resampling.confidence)


def with_interval(point: float | NDArray[np.float64], samples: Values, confidence: float) -> Ceiling:
    """The ceiling with the interval of its bootstrap replicates; empty where it is undefined."""
    if not np.isfinite(point):
        return NO_CEILING
    return Ceiling(float(point), *interval(samples, confidence))
