"""A blend of learners, weighted by how well each tells genes that its fit has not seen."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import nnls

from knockon.arrays import Values
from knockon.models.designs.learner import Effects, Learner, Learnt
from knockon.models.designs.protocol import GeneFeatures

# Pull of the weights towards equal ones, in genes.
_PULL = 20.0


class Blend:
    """A sum of learners with weights of at least 0, about the mean."""

    def __init__(self, members: Mapping[str, Learner]) -> None:
        self.members = dict(members)
        self.learnt: dict[str, Learnt] = {}

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`."""
        self.learnt = {name: each.learn(features, effects, seed) for name, each in self.members.items()}
        return blended(self.learnt, effects)


def blended(learnt: Mapping[str, Learnt], effects: Effects) -> Learnt:
    """The blend of what the members learnt of the same genes."""
    mean = float(effects.values.mean())
    held = np.column_stack([each.held for each in learnt.values()])
    shares = weights_of(held - mean, effects.values - mean)
    told = np.column_stack([each.told for each in learnt.values()])
    notes = {f"{name}": float(share) for name, share in zip(learnt, shares, strict=True)}
    alike = next((each.alike for each in learnt.values() if each.alike.shape[1]), next(iter(learnt.values())).alike)
    return Learnt(mean + (held - mean) @ shares, mean + (told - mean) @ shares, alike, notes)


def weights_of(held: Values, values: Values) -> Values:
    """Weights of at least 0 by least squares, pulled a little to equal ones; float64 (members,).

    held: (genes, members) and values (genes,), both about the mean.
    """
    members = held.shape[1]
    pull = np.sqrt(_PULL * max(float((held**2).mean()), 1e-12))
    rows = np.concatenate([held, pull * np.eye(members)])
    return np.asarray(nnls(rows, np.concatenate([values, np.full(members, pull / members)]))[0])
