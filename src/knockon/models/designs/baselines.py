"""What a model of genes must beat: the mean of what was measured, and the mean of the nearest genes."""

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.models.designs.kernels import blocks_of
from knockon.models.designs.learner import Effects, Learnt, none_alike
from knockon.models.designs.protocol import GeneFeatures


class Mean:
    """Every gene is the mean of all: a gene's own share of that is too small to leave out."""

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`."""
        mean = float(effects.values.mean())
        everyone = np.full(len(features.genes), mean)
        return Learnt(everyone[: len(effects.values)].copy(), everyone, none_alike(features))


class Nearest:
    """Every gene is the mean of the measured genes most like it, weighted by how like they are.

    neighbours: at most so many. prior: weight of the mean of all beside them, in likenesses; so a gene that is like no
    other is the mean. Likeness is the cosine over all links together: annotations, complexes, pathways, networks.
    A gene is not like itself: others alone tell it.
    """

    def __init__(self, neighbours: int = 20, prior: float = 0.5) -> None:
        self.neighbours, self.prior = neighbours, prior

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`."""
        told = self.tell(features.alike[:, effects.genes], effects.values)
        return Learnt(told[effects.genes], told, none_alike(features))

    def tell(self, like: Matrix, values: Values) -> Values:
        """The mean of the nearest measured genes, float64 (asked,). like: float32 (asked, measured)."""
        found, mean = np.empty(len(like)), float(values.mean())
        for part in blocks_of(np.arange(len(like))):
            block = like[part].astype(np.float64)
            if block.shape[1] > self.neighbours:
                least = np.partition(block, -self.neighbours, axis=1)[:, -self.neighbours]
                block[block < least[:, None]] = 0
            found[part] = mean + (block @ (values - mean)) / (block.sum(axis=1) + self.prior)
        return found
