"""Ratios of sums over units, such as an error over all rows of the proteins that are drawn, with their intervals."""

from collections.abc import Sequence

import numpy as np

from knockon.arrays import Integers, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.units import Units


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


def means_by_unit(
    found: Values, names: Sequence[str], units: Integers, resampling: Resampling
) -> dict[str, float | None]:
    """Mean of every column with an interval that draws units, NaN left out. found: (rows, names); units: (rows,)."""
    said: dict[str, float | None] = {}
    for place, name in enumerate(names):
        known = np.isfinite(found[:, place])
        values, named = found[known, place], Units(units[known], ("unit",))
        if not len(values):
            said |= {name: None, f"{name}_low": None, f"{name}_high": None}
            continue
        drawn = [
            weights @ values / weights.sum(axis=1) for weights in resampled_weights(len(values), named, resampling)
        ]
        said[name] = float(values.mean())
        said[f"{name}_low"], said[f"{name}_high"] = interval(np.concatenate(drawn), resampling.confidence)
    return said
