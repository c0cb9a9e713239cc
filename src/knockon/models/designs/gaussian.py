"""A Gaussian process over genes: a sum of kernels, one or two a block of what is known, weighted by the evidence."""

import numpy as np

from knockon.arrays import Rows, Values
from knockon.models.designs.evidence import inverse_of, most_likely
from knockon.models.designs.kernels import Part, blocks_of, parts_of, weighted
from knockon.models.designs.learner import Effects, Learnt
from knockon.models.designs.protocol import GeneFeatures

# The measured share of a label that no kernel may undercut: a kernel of equal rows is singular.
_LEAST_NOISE = 1e-3


class GaussianProcess:
    """Additive + radial kernels.

    tuned: genes at most that the weights are found on, drawn from the seed; the fit is of all. draws: how many such
    draws the weights are averaged over. steps: of the optimiser. directions: of errors that go together.
    """

    def __init__(self, tuned: int = 1000, draws: int = 1, steps: int = 40, directions: int = 60) -> None:
        self.tuned, self.draws, self.steps, self.directions = tuned, draws, steps, directions

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`. Held genes are told by the closed form of leaving one out (equation 5.12)."""
        parts = parts_of(features, effects.genes)
        weights, noise = self._weigh(parts, effects, seed)
        mean = float(effects.values.mean())
        kernel = weighted(parts, weights, effects.genes, effects.genes)
        kernel[np.diag_indices(len(kernel))] += noise
        inverse, _ = inverse_of(kernel)
        weighed = inverse @ (effects.values - mean)
        held = effects.values - weighed / np.diag(inverse)
        told = np.empty(len(features.genes))
        # (kernel + noise) @ weighed are the values, so that the rows of measured genes need not be made again.
        told[effects.genes] = effects.values - noise * weighed
        for block in blocks_of(np.setdiff1d(np.arange(len(features.genes)), effects.genes)):
            told[block] = mean + weighted(parts, weights, block, effects.genes) @ weighed
        variance = max(float(effects.values.var()), 1e-12)
        notes = {name: float(weight / variance) for name, weight in weights.items()} | {"unexplained": noise / variance}
        return Learnt(held, told, self._alike(parts, weights, effects.genes, len(features.genes), seed), notes)

    def _weigh(self, parts: list[Part], effects: Effects, seed: int) -> tuple[dict[str, float], float]:
        """Variance of each part, and of what none tells: means over draws of genes."""
        found = []
        for draw in range(self.draws):
            order = np.random.default_rng([seed, draw]).permutation(len(effects.genes))
            chosen = np.sort(order[: self.tuned])
            genes = effects.genes[chosen]
            kernels = [part.between(genes, genes) for part in parts]
            found.append(most_likely(kernels, effects.values[chosen], self.steps))
        mean = np.mean(found, axis=0)
        least = _LEAST_NOISE * max(float(effects.values.var()), 1e-12)
        weights = {part.name: float(weight) for part, weight in zip(parts, mean, strict=False) if weight > 0}
        return weights, max(float(mean[-1]), least)

    def _alike(self, parts: list[Part], weights: dict[str, float], measured: Rows, genes: int, seed: int) -> Values:
        """Along which directions all genes are alike: Nyström's, from a draw of measured genes; (genes, directions)."""
        order = np.random.default_rng([seed, 99]).permutation(len(measured))
        marks = measured[np.sort(order[: 4 * self.directions])]
        inner = weighted(parts, weights, marks, marks)
        values, vectors = np.linalg.eigh(inner)
        usable = np.flatnonzero(values > 1e-6 * max(values.max(initial=0), 1e-300))[::-1][: self.directions]
        if not len(usable):
            return np.zeros((genes, 0))
        # An eigenvector has no sign of its own.
        vectors = vectors[:, usable] * np.sign(vectors[np.abs(vectors[:, usable]).argmax(axis=0), usable])
        turned = vectors / np.sqrt(values[usable])
        found = np.concatenate(
            [weighted(parts, weights, block, marks) @ turned for block in blocks_of(np.arange(genes))]
        )
        total = sum(weights.values())
        found /= np.sqrt(total) if total > 0 else 1.0
        length = np.sqrt((found**2).sum(axis=1, keepdims=True))
        return np.asarray(found / np.maximum(length, 1.0))
