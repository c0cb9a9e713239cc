"""Ratios of sums over units, such as an error over all rows of the proteins that are drawn, with their intervals."""

import numpy as np

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights


def ratio_with_interval(values: Values, counts: Values, resampling: Resampling) -> tuple[float | None, ...]:
    """Σ values / Σ counts over units with its interval, which draws units; those whose value is NaN are left out.

    Three times None where every value is NaN.
    """
    there = np.isfinite(values)
    if not there.any():
        return None, None, None
    values, counts = values[there], counts[there]
    parts = resampled_weights(len(values), None, resampling)
    samples = np.concatenate([(weights @ values) / (weights @ counts) for weights in parts])
    return float(values.sum() / counts.sum()), *interval(samples, resampling.confidence)
