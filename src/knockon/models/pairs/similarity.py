"""How alike genes are by what is known about them: annotations, networks, profiles, as gene × feature matrices."""

from collections.abc import Mapping

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.represent.rarity import holders, leading_directions

COMBINED = "combined"
"""The name of the similarity that averages all."""

PRIOR = 0.5
"""Neighbours that are hardly alike, or few, move an estimate from zero only by their share of this similarity."""

# Penalty of the kernel regression, beside kernel values of 1 for a gene with itself.
_KERNEL_RIDGE = 0.3
_BLOCK = 1_000


class Similarities:
    """Cosine similarities by kind of side information, never stored as genes × genes.

    side: by kind, shape (genes, features), all over the same genes. Features without a negative value (annotations,
    neighbours) count by their rarity, log(1 + genes / genes with it), as words do in a text search; others (profiles)
    as they are. A gene without any feature is like no gene, itself included.
    """

    def __init__(self, side: Mapping[str, sp.csr_matrix], genes: int) -> None:
        for kind, features in side.items():
            if features.shape[0] != genes:
                raise KnockonError(f"side information {kind}: has {features.shape[0]} rows for {genes} genes")
            if not np.isfinite(features.data).all():
                raise KnockonError(f"side information {kind}: holds values that are not finite")
        self._unit = {
            kind: _unit_rows(_by_rarity(sp.csr_matrix(side[kind], dtype=np.float32))) for kind in sorted(side)
        }
        if side:
            # The product of rows put side by side is the sum of the kinds' products.
            together = sp.hstack(list(self._unit.values()), format="csr") / np.sqrt(len(side))
            self._unit[COMBINED] = sp.csr_matrix(together, dtype=np.float32)
        self._directions: dict[int, NDArray[np.float32]] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of side information, sorted, and the combined one last."""
        return tuple(self._unit)

    def directions(self, count: int) -> NDArray[np.float32]:
        """Leading directions of all side information, of unit variance, float32 (genes, count).

        Zero for genes of which nothing is known, and from where there are no more features. By a truncated singular
        value decomposition of all genes, which no label enters.
        """
        if count not in self._directions:
            together = self._unit[COMBINED]
            known = np.flatnonzero(np.diff(together.indptr))
            found = np.zeros((together.shape[0], count), dtype=np.float32)
            rank = min(count, min(len(known), together.shape[1]) - 1)
            if rank > 0:
                found[known, :rank] = leading_directions(together[known], rank, seed=0, least=1e-6)
            self._directions[count] = found
        return self._directions[count]

    def of_pairs(self, kind: str, first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.float32]:
        """Similarity of each pair of genes, shape (pairs,)."""
        unit, result = self._unit[kind], np.empty(len(first), dtype=np.float32)
        for start in range(0, len(first), 50 * _BLOCK):
            part = slice(start, start + 50 * _BLOCK)
            result[part] = np.asarray(unit[first[part]].multiply(unit[second[part]]).sum(axis=1)).ravel()
        return result

    def between(self, kind: str, first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.float32]:
        """Similarity of each of the first genes to each of the second, dense, shape (first, second)."""
        return (self._unit[kind][first] @ self._unit[kind][second].T).toarray()

    def smoother(self, genes: NDArray[np.integer], known: NDArray[np.integer]) -> NDArray[np.float64]:
        """Weights of the known genes in the expectation for each gene, by kernel ridge regression, (genes, known)."""
        inner = self.between(COMBINED, known, known).astype(np.float64)
        outer = self.between(COMBINED, genes, known).astype(np.float64)
        inner[np.diag_indices_from(inner)] += _KERNEL_RIDGE
        return np.asarray(scipy.linalg.solve(inner, outer.T, assume_a="pos", check_finite=False).T)

    def neighbours(self, kind: str, of: NDArray[np.integer], among: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Positive similarities to the `count` most similar other genes, shape (of, among)."""
        blocks = []
        for start in range(0, len(of), _BLOCK):
            chosen = of[start : start + _BLOCK]
            block = self.between(kind, chosen, among)
            block[chosen[:, None] == among[None, :]] = 0
            blocks.append(largest(block, count))
        return sp.csr_matrix(sp.vstack(blocks)) if blocks else largest(np.zeros((0, len(among)), np.float32), count)


def largest(similarity: NDArray[np.float32], count: int) -> sp.csr_matrix:
    """Only the `count` largest positive entries of each row, sparse."""
    rows, columns = similarity.shape
    # Stable: equal similarities are frequent, and which neighbour is taken must not depend on the machine.
    chosen = np.argsort(-similarity, axis=1, kind="stable")[:, :count]
    values = np.maximum(np.take_along_axis(similarity, chosen, axis=1), 0)
    starts = np.arange(rows + 1) * min(count, columns)
    kept = sp.csr_matrix((values.ravel(), chosen.ravel(), starts), shape=(rows, columns))
    kept.eliminate_zeros()
    return kept


def _by_rarity(features: sp.csr_matrix) -> sp.csr_matrix:
    if features.nnz and features.data.min() < 0:
        return features
    weights = np.log(1 + features.shape[0] / holders(features)).astype(np.float32)
    return sp.csr_matrix(features @ sp.diags(weights))


def _unit_rows(features: sp.csr_matrix) -> sp.csr_matrix:
    length = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.where(length > 0, length, 1)) @ features, dtype=np.float32)
