"""What a screen will show again: the ceiling of a model that may learn how strains behave as query and as array.

A measurement of a×b with a as the query is y = s(a, b) + u(a) + v(b) + e: the biology s, the effect u of a on all
crosses in which it is the query, that of b as array v, and the noise e. A×B against B×A counts u and v as noise; yet
they come back in the next measurement, and a model learns them. The difference of both directions,

    y(a→b) − y(b→a) = w(a) − w(b) + e − e′,  w = u − v,

knows no s: least squares take w out, and half the variance of what is left is that of e. A label that is the mean of n
directions has reliability 1 − (Var(e)/n) / Var(label); the reachable r is its root, as in ceiling.py.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import lsqr

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, resampled_weights
from knockon.evaluation.ceiling import NO_CEILING, Ceiling, with_interval
from knockon.evaluation.units import Units

Pairs = NDArray[np.integer]
"""The two genes of every row, (rows, 2), the one that comes first in the alphabet first."""


def by_row(keys: NDArray[np.uint64], directed: pa.Table) -> Values:
    """Both directions of every row, float64 (rows, 2): the mean over datasets, NaN where it was not measured.

    keys: of the rows. directed: columns key, forward, reverse.
    """
    means = directed.group_by("key", use_threads=False).aggregate([("forward", "mean"), ("reverse", "mean")])
    place = pc.index_in(pa.array(keys), value_set=means["key"].combine_chunks())
    columns = [means[f"{name}_mean"].take(place).to_numpy() for name in ("forward", "reverse")]
    return np.column_stack(columns).astype(np.float64)


def direction_residuals(pairs: Pairs, directions: Values) -> Values:
    """What the genes' effects as query and as array leave of the rows' differences, times the root of n / dof.

    pairs: (rows, 2), directions: (rows, 2), of rows that were measured both ways. Their mean square is 2 Var(e).
    """
    genes, place = np.unique(pairs, return_inverse=True)
    place = place.reshape(pairs.shape)
    rows = np.arange(len(pairs))
    ones = np.ones(len(pairs))
    shape = (len(pairs), len(genes))
    design = sp.csr_matrix((ones, (rows, place[:, 0])), shape) - sp.csr_matrix((ones, (rows, place[:, 1])), shape)
    difference = directions[:, 0] - directions[:, 1]
    left = difference - design @ lsqr(design, difference, atol=1e-10, btol=1e-10)[0]
    # A gene's effect is known up to a constant in each group of genes that crosses join.
    groups, _ = connected_components(design.T @ design, directed=False)
    free = len(pairs) - (len(genes) - groups)
    return left * np.sqrt(len(pairs) / free) if free > 0 else np.full(len(pairs), np.nan)


def screen_ceiling(
    pairs: Pairs, directions: Values, values: Values, measured: Values, units: Units | None, resampling: Resampling
) -> Ceiling:
    """The r that is within reach on the test rows, with its interval; empty where no pairs were measured both ways.

    pairs, directions: (pairs, 2), all that were measured both ways, of the test and not. values: the labels, (rows,).
    measured: in how many directions each was, (rows,). units: what is drawn of the rows. Reliability is taken to be
    equal for all rows of one number of directions. The interval draws genes of pairs, and units of rows.
    """
    if len(pairs) < 2 or len(values) < 2 or not np.ptp(values):
        return NO_CEILING
    squares = direction_residuals(pairs, directions) ** 2 / 2
    if not np.isfinite(squares).all():
        return NO_CEILING
    spread, both = (values - values.mean()) ** 2, measured > 1
    spreads = np.column_stack([spread * ~both, spread * both])
    of_rows = np.concatenate([weights @ spreads for weights in resampled_weights(len(values), units, resampling)])
    mean = directions.mean(axis=1)
    columns = np.column_stack([squares, directions, directions**2, mean, mean**2])
    # Pairs of one gene share its effects, so genes are drawn.
    genes = Units(pairs, ("gene", "gene"))
    of_pairs = np.concatenate(
        [
            weights @ columns / weights.sum(axis=1, keepdims=True)
            for weights in resampled_weights(len(pairs), genes, replace(resampling, seed=resampling.seed + 1))
        ]
    )
    point = _reachable(columns.mean(axis=0)[None], spreads.sum(axis=0)[None])[0]
    return with_interval(point, _reachable(of_pairs, of_rows), resampling.confidence)


def _reachable(moments: Values, spreads: Values) -> Values:
    """√(Σ reliabilityₙ · spreadₙ / Σ spreadₙ), (replicates,). moments: means of squares, y, y², ȳ, ȳ²; n is 1 and 2."""
    noise = moments[:, 0]
    single = (moments[:, 3:5] - moments[:, 1:3] ** 2).mean(axis=1)
    double = moments[:, 6] - moments[:, 5] ** 2
    reliability = 1 - np.column_stack([noise / single, noise / 2 / double])
    return np.sqrt(np.maximum(0.0, (np.clip(reliability, 0, 1) * spreads).sum(axis=1) / spreads.sum(axis=1)))


def without_sides(pairs: Pairs, directions: Values, columns: Values) -> Values:
    """Each column less what genes as query and genes as array explain of it by least squares, (rows, columns).

    pairs, directions: (rows, 2). A row that was measured both ways has half of each side's effect.
    """
    genes, place = np.unique(pairs, return_inverse=True)
    place = place.reshape(pairs.shape)
    measured = np.isfinite(directions)
    share = measured / np.maximum(measured.sum(axis=1, keepdims=True), 1)
    rows = np.tile(np.arange(len(pairs)), 4)
    # Forward, the first gene is the query (columns 0 …) and the second the array; in reverse it is the other way round.
    cells = np.concatenate([place[:, 0], len(genes) + place[:, 1], place[:, 1], len(genes) + place[:, 0]])
    shares = np.concatenate([share[:, 0], share[:, 0], share[:, 1], share[:, 1]])
    design = sp.csr_matrix((shares, (rows, cells)), shape=(len(pairs), 2 * len(genes)))
    centred = columns - columns.mean(axis=0)
    return np.column_stack([column - design @ lsqr(design, column, atol=1e-8, btol=1e-8)[0] for column in centred.T])
