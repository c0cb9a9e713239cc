"""Additive Bayesian ridge on dense features: the penalty by the evidence (MacKay 1992, Neural Computation 4:415)."""

from collections.abc import Sequence

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.errors import KnockonError, nearest
from knockon.models.designs.kernels import LOCUS, standardised
from knockon.models.designs.learner import Effects, Learnt, none_alike
from knockon.models.designs.protocol import GeneFeatures

_ROUNDS = 30
_CONVERGED = 1e-6


class Ridge:
    """Effects as a sum over features, each with a normal weight. features: names of the only ones, all where empty."""

    def __init__(self, features: Sequence[str] = ()) -> None:
        self.features = tuple(features)

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`. Held genes are told by the closed form of leaving one out."""
        columns = standardised(self._taken(features), effects.genes)
        seen, mean = columns[effects.genes], float(effects.values.mean())
        centre = seen.mean(axis=0)
        left, lengths, right = np.linalg.svd(seen - centre, full_matrices=False)
        target = left.T @ (effects.values - mean)
        penalty = likely_penalty(lengths**2, target, effects.values - mean)
        kept = lengths**2 / (lengths**2 + penalty)
        slope = right.T @ (np.divide(lengths, lengths**2 + penalty) * target)
        fitted = mean + left @ (kept * target)
        # The mean is fitted as well: 1/n of every row's own value is in it.
        leverage = (left**2 * kept).sum(axis=1) + 1 / len(effects.values)
        held = effects.values - (effects.values - fitted) / np.maximum(1 - leverage, 1e-6)
        told = mean + (columns - centre) @ slope
        return Learnt(held, told, none_alike(features), {"penalty": float(penalty)})

    def _taken(self, features: GeneFeatures) -> Matrix:
        """The features that it reads. Raises KnockonError where a named one is absent."""
        if not self.features:
            return features.without([LOCUS]).values
        if absent := [name for name in self.features if name not in features.names]:
            raise KnockonError(f"design model ridge: no feature {absent[0]!r}{nearest(absent[0], features.names)}")
        return features.values[:, [features.names.index(name) for name in self.features]]


def likely_penalty(squares: Values, target: Values, values: Values) -> float:
    """Noise over the weights' variance, by the fixed point of the evidence.

    squares: of the singular values (features,). target: the values along the left directions. values: centred.
    """
    noise, spread = (
        max(float(values.var()) * 0.8, 1e-12),
        max(float(values.var()) * 0.2, 1e-12) / max(squares.mean(), 1e-12),
    )
    for _ in range(_ROUNDS):
        penalty = noise / spread
        determined = float((squares / (squares + penalty)).sum())
        weights = np.sqrt(squares) * target / (squares + penalty)
        residual = float(values @ values - target @ target + ((penalty / (squares + penalty) * target) ** 2).sum())
        noise = max(residual / max(len(values) - determined, 1.0), 1e-12)
        spread = max(float(weights @ weights) / max(determined, 1e-9), 1e-12)
        if abs(noise / spread - penalty) <= _CONVERGED * penalty:
            break
    return noise / spread
