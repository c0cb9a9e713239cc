"""The leading components of expression profiles: what many transcripts of few strains have in common.

A hundred strains span a hundred directions of thousands of transcripts, most of them noise; a head for every transcript
would be the same few directions many times over. So the target is the leading components of the training strains.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.profile_matrix import ProfileMatrix
from knockon.sources.yeast.expression import RATIO

# A strain with fewer of the transcripts has no place among the others.
_LEAST_MEASURED = 0.5


def comparable(profiles: ProfileMatrix) -> ProfileMatrix:
    """Profiles of several datasets in one unit: z-scores among the strain's own transcripts; ratios as log2 before.

    Only transcripts that every dataset measured in most of its strains are kept.
    """
    names = sorted(set(profiles.datasets.tolist()))
    values = profiles.values.copy()
    kept = np.ones(values.shape[1], dtype=bool)
    for name in names:
        own = profiles.datasets == name
        if profiles.units[name] == RATIO:
            with np.errstate(divide="ignore", invalid="ignore"):
                logarithm = np.log2(values[own])
            values[own] = np.where(np.isfinite(logarithm), logarithm, np.nan)
        kept &= (~np.isnan(values[own])).mean(axis=0) > _LEAST_MEASURED
    values = values[:, kept]
    measured = (~np.isnan(values)).mean(axis=1) > _LEAST_MEASURED
    components = tuple(name for name, good in zip(profiles.components, kept, strict=True) if good)
    return replace(profiles.take(measured), components=components, values=_scaled(values[measured]))


def leading_components(
    profiles: ProfileMatrix, train: NDArray[np.bool_], count: int
) -> tuple[ProfileMatrix, NDArray[np.float64]]:
    """Coordinates of all strains along the `count` leading directions of the training strains.

    profiles: as `comparable` gives them. train: bool (strains,). Every dataset is centred on its own training strains,
    so that no component tells one platform from another; a dataset without any is left out. Returns the coordinates,
    named component_01 …, and the share of the training strains' variance that each explains, shape (count,).
    """
    values, usable = profiles.values.copy(), np.zeros(len(profiles), dtype=bool)
    for name in sorted(set(profiles.datasets.tolist())):
        own = profiles.datasets == name
        if (own & train).any():
            values[own] -= _column_means(values[own & train])
            usable |= own
    values = np.nan_to_num(values)
    if not (usable & train).any():
        return replace(profiles.take(usable), components=(), values=np.empty((0, 0))), np.empty(0)
    _, lengths, directions = np.linalg.svd(values[usable & train], full_matrices=False)
    count = min(count, int((lengths > 1e-9 * lengths[0]).sum()))
    directions = directions[:count]
    # A direction has no sign of its own: its largest coordinate is positive.
    largest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[np.arange(count), largest])[:, None]
    names = tuple(f"component_{number:02d}" for number in range(1, count + 1))
    found = replace(profiles.take(usable), components=names, values=values[usable] @ directions.T)
    return found, lengths[:count] ** 2 / (lengths**2).sum()


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Z-scores along each row, NaN left alone."""
    counts = np.maximum((~np.isnan(values)).sum(axis=1, keepdims=True), 1)
    centred = values - np.nansum(values, axis=1, keepdims=True) / counts
    spread = np.sqrt(np.nansum(centred**2, axis=1, keepdims=True) / counts)
    return centred / np.maximum(spread, 1e-12)


def _column_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of what was measured in each column, 0 where nothing was."""
    counts = (~np.isnan(values)).sum(axis=0)
    means: NDArray[np.float64] = np.nansum(values, axis=0) / np.maximum(counts, 1)
    return means
