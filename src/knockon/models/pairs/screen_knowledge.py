"""What a screen teaches whose two sides differ: which gene was the query strain, and which one of the array.

A query strain is made once and crossed with every array strain, so both sides have errors and effects of their own. The
completion of the directed matrix takes them apart, where that of the symmetric one averages them into each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.models.pairs.knowledge import RANK, SCALE_ROUNDS, SHRINKAGES, centred
from knockon.models.protocol import Examples
from knockon.models.soft_impute import LowRank, soft_impute_path
from knockon.models.storage import Arrays

FEWEST_CELLS = 200
"""A screen with fewer measured cells teaches nothing worth a feature."""

_PREFIX = "screen."
# Rounds in which the effects of both sides are found in turn; they hardly move after the last.
_EFFECT_ROUNDS = 30


@dataclass(frozen=True)
class ScreenKnowledge:
    """Learnt from the directed measurements of pairs over G genes: Q of them as queries, A in the array.

    queries (Q,), array_genes (A,): gene numbers, sorted. query_effects (Q,), array_effects (A,), intercept: of the
    additive model with an effect for either side. observed and weights (Q, A): what it leaves over and 1 where
    measured, else 0. query_scales (Q,), array_scales (A,): spread of a strain's residuals beside that of its partners.
    scaled: the low-rank completion of the residual in units of the root of both scales.
    """

    queries: NDArray[np.int64]
    array_genes: NDArray[np.int64]
    intercept: float
    query_effects: NDArray[np.float64]
    array_effects: NDArray[np.float64]
    observed: NDArray[np.float32]
    weights: NDArray[np.float32]
    query_scales: NDArray[np.float64]
    array_scales: NDArray[np.float64]
    scaled: LowRank

    @property
    def units(self) -> NDArray[np.float32]:
        """The unit of each cell, in the label's unit, shape (Q, A)."""
        return np.sqrt(np.outer(self.query_scales, self.array_scales)).astype(np.float32)

    def additive(self) -> NDArray[np.float32]:
        """The additive prediction of every cell, in the label's unit, shape (Q, A)."""
        return (self.intercept + self.query_effects[:, None] + self.array_effects).astype(np.float32)

    def arrays(self) -> Arrays:
        """For a file."""
        found = {name: getattr(self, name) for name in _FIELDS}
        found |= {"intercept": np.array([self.intercept]), "vectors": self.scaled.vectors, "values": self.scaled.values}
        found["right"] = self.scaled.other
        return {_PREFIX + name: array for name, array in found.items()}


_FIELDS = (
    "queries", "array_genes", "query_effects", "array_effects", "observed", "weights", "query_scales", "array_scales",
)  # fmt: skip


def screen_from(arrays: Arrays) -> ScreenKnowledge | None:
    """Take back what `ScreenKnowledge.arrays` gave; None where there was no screen."""
    if _PREFIX + "queries" not in arrays:
        return None
    scaled = LowRank(*(arrays[_PREFIX + name] for name in ("vectors", "values", "right")))
    fields = {name: arrays[_PREFIX + name] for name in _FIELDS}
    return ScreenKnowledge(intercept=float(arrays[_PREFIX + "intercept"][0]), scaled=scaled, **fields)


def learn_screen(pairs: Examples, ridge: float) -> ScreenKnowledge | None:
    """Learn from strains of two genes that tell their query; None where too few do.

    ridge: penalty of the effects, in cells.
    """
    if pairs.directions is None or int((~np.isnan(pairs.directions)).sum()) < FEWEST_CELLS:
        return None
    queries, array_genes, observed, weights = _matrix(pairs.genotypes.pairs().astype(np.int64), pairs.directions)
    intercept, query_effects, array_effects = _effects(observed, weights, ridge)
    residual = (weights * (observed - intercept - query_effects[:, None] - array_effects)).astype(np.float32)
    query_scales, array_scales = _scales(residual, weights)
    units = np.sqrt(np.outer(query_scales, array_scales))
    scaled_residual: NDArray[np.floating] = (residual / units).astype(np.float32)
    *_, (_, scaled) = soft_impute_path(scaled_residual, weights, SHRINKAGES, RANK, symmetric=False)
    sides = (query_effects, array_effects, residual, weights, query_scales, array_scales)
    return ScreenKnowledge(queries, array_genes, intercept, *sides, scaled.in_rows())


def _matrix(
    pairs: NDArray[np.int64], directions: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Genes of the rows and of the columns, mean measured value, and 1 where measured, both (queries, arrays)."""
    cells = np.concatenate([pairs, pairs[:, ::-1]])
    values = directions.T.ravel()
    measured = ~np.isnan(values)
    queries, row = np.unique(cells[measured, 0], return_inverse=True)
    arrays, column = np.unique(cells[measured, 1], return_inverse=True)
    place, shape = row * len(arrays) + column, (len(queries), len(arrays))
    counts = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(place, weights=values[measured], minlength=counts.size).reshape(shape)
    weights = (counts > 0).astype(np.float32)
    return queries, arrays, (sums / np.maximum(counts, 1)).astype(np.float32), weights


def _effects(
    observed: NDArray[np.float32], weights: NDArray[np.float32], ridge: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Intercept, and ridge estimates of the effects of rows and columns, each given the other, in turn."""
    cells = weights.astype(np.float64)
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    by_row, by_column = (cells * observed).sum(axis=1), (cells * observed).sum(axis=0)
    intercept = float(by_row.sum() / rows.sum())
    first, second = np.zeros(len(rows)), np.zeros(len(columns))
    for _ in range(_EFFECT_ROUNDS):
        first = (by_row - rows * intercept - cells @ second) / (rows + ridge)
        second = (by_column - columns * intercept - first @ cells) / (columns + ridge)
    return intercept, first, second


def _scales(
    residual: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scales s of rows and t of columns, of geometric mean 1, so that residual_gh² ≈ s_g² t_h² · constant."""
    squares = residual.astype(np.float64) ** 2
    rows, columns = weights.sum(axis=1, dtype=np.float64), weights.sum(axis=0, dtype=np.float64)
    first, second = np.ones(len(rows)), np.ones(len(columns))
    for _ in range(SCALE_ROUNDS):
        first = centred(np.sqrt((squares @ second**-2) / rows))
        second = centred(np.sqrt((first**-2 @ squares) / columns))
    return first, second
