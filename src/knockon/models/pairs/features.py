"""Features of gene pairs from what other pairs taught and from side information; none looks at the pair's own label.

Every pair is unordered: of the two values that a feature has, by either gene, it gives the smaller and the larger. What
needs a training pair of a gene is NaN for a gene that had none; LightGBM takes NaN as a value of its own.
"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.models.pairs.kernel_completion import complete
from knockon.models.pairs.knowledge import PairKnowledge
from knockon.models.pairs.screen_features import ScreenFeatures
from knockon.models.pairs.screen_knowledge import ScreenKnowledge
from knockon.models.pairs.similarity import COMBINED, PRIOR, Similarities, largest

Column = tuple[str, NDArray[np.float32]]

RANKS = (8, 32, 128)
_NEIGHBOURS = 20
_PROFILE_NEIGHBOURS = 30
# Of side information; a tree hardly gains from them, a network much where a gene is new.
_DIRECTIONS = 48


class PairFeatures:
    """Features of pairs of genes.

    singles: measured single-mutant fitness by gene, NaN where unknown. Matrices are computed once a table for the genes
    that occur in it, and looked up by pair.
    """

    def __init__(
        self,
        knowledge: PairKnowledge,
        similarities: Similarities,
        singles: NDArray[np.float64],
        screen: ScreenKnowledge | None = None,
    ) -> None:
        self._knowledge, self._similarities, self._singles = knowledge, similarities, singles
        self._screen = ScreenFeatures(screen, similarities, len(singles)) if screen else None

    def table(self, pairs: NDArray[np.integer]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Names and values, shape (pairs, features), for pairs of gene numbers of shape (pairs, 2)."""
        genes, within = np.unique(pairs, return_inverse=True)
        lookup = _Lookup(self._knowledge.place[genes], within.reshape(pairs.shape))
        columns = [*self._of_genes(pairs), *self._of_completion(lookup), *self._of_process(lookup)]
        columns += [*self._of_profiles(lookup), *self._of_side(pairs, genes, lookup)]
        columns += self._of_directions(pairs) if self._similarities.kinds else []
        columns += self._screen.columns(pairs) if self._screen else []
        names = tuple(name for name, _ in columns)
        return names, np.stack([values for _, values in columns], axis=1).astype(np.float32)

    def _of_genes(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """Effects, spread, share of strong negatives and single-mutant fitness of the two genes."""
        known = self._knowledge
        effects = np.where(known.place >= 0, known.effects, np.nan)
        spread = known.spread()
        by_gene = {"effect": effects, "spread": spread, "low_tail": known.low_tail(), "single": self._singles}
        for name, values in by_gene.items():
            yield from _ordered(name, values[pairs[:, 0]], values[pairs[:, 1]])
        yield "additive", known.additive(pairs).astype(np.float32)
        yield "spread_product", spread[pairs].prod(axis=1)
        yield "seen", (known.place[pairs] >= 0).sum(axis=1).astype(np.float32)

    def _of_completion(self, lookup: "_Lookup") -> Iterator[Column]:
        """The completed residual of the pair itself, at several ranks."""
        for rank in RANKS:
            dense = self._knowledge.completed.truncated(rank).dense().astype(np.float32)
            yield f"completed_{rank}", lookup.of_seen(dense)

    def _of_process(self, lookup: "_Lookup") -> Iterator[Column]:
        """The residual of the pair itself by a Gaussian process on both sides, with and without side information."""
        known = self._knowledge
        units = np.sqrt(np.outer(known.scales, known.scales)).astype(np.float32)
        sides: dict[str, NDArray[np.float32] | None] = {"process": None}
        if self._similarities.kinds:
            sides["process_side"] = self._similarities.between(COMBINED, known.seen, known.seen)
        for name, side in sides.items():
            completed = complete(known.observed / units, known.weights, known.scaled, side)
            yield name, lookup.of_seen(completed * units)

    def _of_profiles(self, lookup: "_Lookup") -> Iterator[Column]:
        """What genes with a similar residual profile show; for seen genes only."""
        known = self._knowledge
        coordinates = known.completed.vectors * np.sqrt(np.abs(known.completed.values))
        length = np.linalg.norm(coordinates, axis=1, keepdims=True)
        unit = (coordinates / np.where(length > 0, length, 1)).astype(np.float32)
        similarity = unit @ unit.T
        yield "profile_similarity", lookup.of_seen(similarity)
        np.fill_diagonal(similarity, 0)
        near = largest(similarity, _PROFILE_NEIGHBOURS)
        measured = (near @ (known.weights * known.observed)) / (near @ known.weights + PRIOR)
        yield from _ordered("profile_neighbours", lookup.of_seen(measured), lookup.of_seen(measured.T))
        yield from _ordered("profile_completed", *(lookup.of_seen(side) for side in _both(_averaged(near, known))))

    def _of_side(self, pairs: NDArray[np.integer], genes: NDArray[np.int64], lookup: "_Lookup") -> Iterator[Column]:
        """What genes show that are similar by side information; also for genes that no training pair has."""
        known = self._knowledge
        for kind in self._similarities.kinds:
            yield f"similarity_{kind}", self._similarities.of_pairs(kind, pairs[:, 0], pairs[:, 1])
            near = self._similarities.neighbours(kind, genes, known.seen, _NEIGHBOURS)
            measured = (near @ (known.weights * known.observed)) / (near @ known.weights + PRIOR)
            yield from _ordered(f"neighbours_{kind}", *lookup.by_gene(measured))
            completed = _averaged(near, known)
            yield from _ordered(f"completed_{kind}", *lookup.by_gene(completed))
            share = sp.diags(1 / (np.asarray(near.sum(axis=1)).ravel() + PRIOR)) @ near
            yield f"between_{kind}", lookup.of_genes((share @ completed.T).T)
        if self._similarities.kinds:
            yield from self._of_kernel(pairs, genes, lookup)

    def _of_directions(self, pairs: NDArray[np.integer]) -> Iterator[Column]:
        """What is known of both genes, without any label: sum and product along its leading directions."""
        first, second = (self._similarities.directions(_DIRECTIONS)[genes] for genes in pairs.T)
        for number in range(_DIRECTIONS):
            yield f"direction_sum_{number}", first[:, number] + second[:, number]
            yield f"direction_product_{number}", first[:, number] * second[:, number]

    def _of_kernel(self, pairs: NDArray[np.integer], genes: NDArray[np.int64], lookup: "_Lookup") -> Iterator[Column]:
        """Kernel ridge regression of completed profiles on the combined similarity, from one side and from both.

        From both sides this is two-step kernel ridge regression (Stock et al. 2018, Neural Computation 30:2245).
        """
        known = self._knowledge
        smoother = self._similarities.smoother(genes, known.seen)
        yield from self._of_filled(pairs, genes, smoother)
        # The roots of both genes' scales; that of a new gene is expected from the seen ones.
        roots = np.sqrt(known.scales)
        places = known.place[genes]
        expected = np.exp(smoother @ np.log(roots))
        outer_roots = np.where(places >= 0, roots[places], expected)
        profiles = ((smoother @ known.scaled.vectors) * known.scaled.values) @ known.scaled.vectors.T
        one_side = profiles * np.outer(outer_roots, roots)
        both_sides = (profiles @ smoother.T) * np.outer(outer_roots, outer_roots)
        yield from _ordered("kernel", *lookup.by_gene(one_side.astype(np.float32)))
        yield "kernel_both", lookup.of_genes(both_sides.astype(np.float32))

    def _of_filled(
        self, pairs: NDArray[np.integer], genes: NDArray[np.int64], smoother: NDArray[np.float64]
    ) -> Iterator[Column]:
        """What is measured of seen genes, and expected of new ones by kernel ridge regression on the seen."""
        known = self._knowledge
        new = known.place[genes] < 0
        by_gene: dict[str, NDArray[np.floating]] = {"effect": known.effects, "spread": known.spread()}
        by_gene["low_tail"] = known.low_tail()
        for name, values in by_gene.items():
            filled = np.zeros(len(values))
            filled[known.seen] = values[known.seen]
            mean = filled[known.seen].mean()
            filled[genes[new]] = mean + smoother[new] @ (filled[known.seen] - mean)
            yield from _ordered(f"filled_{name}", filled[pairs[:, 0]], filled[pairs[:, 1]])
            if name == "effect":
                yield "filled_additive", known.intercept + filled[pairs].sum(axis=1)


class _Lookup:
    """Takes the values of pairs out of matrices over the chosen genes, the seen genes, or both.

    place: of each chosen gene among the seen ones, −1 where unseen. pairs: numbers of chosen genes, shape (pairs, 2).
    """

    def __init__(self, place: NDArray[np.int64], pairs: NDArray[np.int64]) -> None:
        self._first, self._second = pairs.T
        self._place = place

    def of_genes(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """matrix: (chosen, chosen)."""
        return matrix[self._first, self._second]

    def by_gene(self, matrix: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """matrix: (chosen, seen). The value of either gene against the other; NaN where the other is unseen."""
        a, b = self._place[self._first], self._place[self._second]
        return (
            np.where(b >= 0, matrix[self._first, b], np.float32(np.nan)),
            np.where(a >= 0, matrix[self._second, a], np.float32(np.nan)),
        )

    def of_seen(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """matrix: (seen, seen). NaN where either gene is unseen."""
        a, b = self._place[self._first], self._place[self._second]
        return np.where((a >= 0) & (b >= 0), matrix[a, b], np.float32(np.nan))


def _averaged(near: sp.csr_matrix, known: PairKnowledge) -> NDArray[np.float32]:
    """Completed profiles averaged over neighbours by similarity, shape (genes, seen)."""
    total = np.asarray(near.sum(axis=1)).ravel() + PRIOR
    coordinates = (near @ known.completed.vectors) * known.completed.values
    return ((coordinates / total[:, None]) @ known.completed.vectors.T).astype(np.float32)


def _both(matrix: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return matrix, matrix.T


def _ordered(name: str, first: NDArray[np.floating], second: NDArray[np.floating]) -> Iterator[Column]:
    """The smaller and the larger of two values; the one that is there where the other is NaN."""
    yield f"{name}_low", np.fmin(first, second).astype(np.float32)
    yield f"{name}_high", np.fmax(first, second).astype(np.float32)
