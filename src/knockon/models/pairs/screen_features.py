"""Features of gene pairs from a screen whose two sides differ; none looks at the pair's own label.

A cell is a query with an array gene. A pair has two cells, of which a feature gives the smaller, the larger, or the
mean of those that the screen can hold: a gene that never was a query has no row. NaN where it holds neither.
"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Matrix
from knockon.models.pairs.kernel_completion import complete
from knockon.models.pairs.screen_knowledge import ScreenKnowledge
from knockon.models.pairs.similarity import COMBINED, PRIOR, Similarities, largest

Column = tuple[str, NDArray[np.float32]]

_RANKS = (8, 32, 128)
_NEIGHBOURS = 30


class ScreenFeatures:
    """Features of pairs. size: number of genes of the axis that the pairs are numbered on."""

    def __init__(self, knowledge: ScreenKnowledge, similarities: Similarities, size: int) -> None:
        self._known, self._similarities = knowledge, similarities
        self._row, self._column = (_places(genes, size) for genes in (knowledge.queries, knowledge.array_genes))

    def columns(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """Names and values, each of shape (pairs,), for pairs of gene numbers of shape (pairs, 2)."""
        yield "screen_cells", np.sum([self._held(*cell) for cell in _cells(pairs)], axis=0, dtype=np.float32)
        yield from self._of_effects(pairs)
        yield from self._of_completion(pairs)
        yield from self._of_process(pairs)
        yield from self._of_profiles(pairs)
        if self._similarities.kinds:
            yield from self._of_kernel(pairs)

    def _of_effects(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        known = self._known
        sides = (("query", self._row, known.query_effects), ("array", self._column, known.array_effects))
        for name, place, effects in sides:
            of_gene = np.where(place >= 0, effects[place], np.nan)[pairs]
            yield f"screen_{name}_effect_low", np.fmin(*of_gene.T)
            yield f"screen_{name}_effect_high", np.fmax(*of_gene.T)
        yield "screen_additive", self._mean(known.additive(), pairs)

    def _of_completion(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """The completed residual, at several ranks."""
        for rank in _RANKS:
            dense = self._known.scaled.truncated(rank).dense().astype(np.float32) * self._known.units
            yield f"screen_completed_{rank}", self._mean(dense, pairs)

    def _of_process(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """The residual by a Gaussian process, with and without side information, alone and with the effects."""
        known = self._known
        sides: dict[str, tuple[Matrix | None, Matrix | None]] = {"process": (None, None)}
        if self._similarities.kinds:
            genes = (known.queries, known.array_genes)
            of_queries, of_arrays = (self._similarities.between(COMBINED, chosen, chosen) for chosen in genes)
            sides["process_side"] = (of_queries, of_arrays)
        for name, likeness in sides.items():
            completed = complete(known.observed / known.units, known.weights, known.scaled, *likeness) * known.units
            one, other = (self._cell(completed, *cell) for cell in _cells(pairs))
            yield f"screen_{name}_low", np.fmin(one, other)
            yield f"screen_{name}_high", np.fmax(one, other)
            yield f"screen_{name}_expected", self._mean(completed + known.additive(), pairs)

    def _of_profiles(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """What strains of the same side with a similar residual profile show."""
        known, scaled = self._known, self._known.scaled
        by_query = _neighbours(scaled.vectors * scaled.values)
        by_array = _neighbours(scaled.other * scaled.values)
        near = (by_query @ known.observed) / (by_query @ known.weights + PRIOR)
        yield "screen_query_neighbours", self._mean(near.astype(np.float32), pairs)
        near = (by_array @ known.observed.T) / (by_array @ known.weights.T + PRIOR)
        yield "screen_array_neighbours", self._mean(near.T.astype(np.float32), pairs)

    def _of_kernel(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """Kernel ridge regression of completed profiles on the combined similarity: for genes that are new, too."""
        known = self._known
        genes, within = np.unique(pairs, return_inverse=True)
        first, second = within.reshape(pairs.shape).T
        profiles = known.scaled.dense() * known.units
        for name, side, other, place, values in (
            ("query", known.queries, known.array_effects, self._column, profiles),
            ("array", known.array_genes, known.query_effects, self._row, profiles.T),
        ):
            smoother = self._similarities.smoother(genes, side)
            expected = (smoother @ values + other).astype(np.float32)
            cells = [_taken(expected, first, place[pairs[:, 1]]), _taken(expected, second, place[pairs[:, 0]])]
            yield f"screen_kernel_{name}_low", np.fmin(*cells)
            yield f"screen_kernel_{name}_high", np.fmax(*cells)

    def _held(self, query: NDArray[np.integer], array: NDArray[np.integer]) -> NDArray[np.bool_]:
        return (self._row[query] >= 0) & (self._column[array] >= 0)

    def _cell(self, matrix: Matrix, query: NDArray[np.integer], array: NDArray[np.integer]) -> Matrix:
        """Values of cells out of a matrix (queries, arrays), NaN for those that the screen does not hold."""
        values = matrix[self._row[query], self._column[array]]
        return np.where(self._held(query, array), values, np.float32(np.nan))

    def _mean(self, matrix: Matrix, pairs: NDArray[np.integer]) -> Matrix:
        one, other = (self._cell(matrix, *cell) for cell in _cells(pairs))
        # Of one number and NaN the number: both `fmin` and `fmax` give it.
        return ((np.fmin(one, other) + np.fmax(one, other)) / 2).astype(np.float32)


def _cells(pairs: NDArray[np.integer]) -> tuple[tuple[NDArray[np.integer], NDArray[np.integer]], ...]:
    return (pairs[:, 0], pairs[:, 1]), (pairs[:, 1], pairs[:, 0])


def _places(genes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    place = np.full(size, -1, dtype=np.int64)
    place[genes] = np.arange(len(genes))
    return place


def _neighbours(coordinates: NDArray[np.float64]) -> sp.csr_matrix:
    length = np.linalg.norm(coordinates, axis=1, keepdims=True)
    unit = (coordinates / np.where(length > 0, length, 1)).astype(np.float32)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, 0)
    return largest(similarity, _NEIGHBOURS)


def _taken(matrix: Matrix, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Matrix:
    return np.where(columns >= 0, matrix[rows, columns], np.float32(np.nan))
