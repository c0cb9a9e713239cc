"""How much wider intervals must be than a model believes: learnt by telling each past cycle from those before.

The strains of the next cycle are chosen because of what the last ones showed, so that they lie off by more than strains
that were left out at random do. A cycle is one draw of how much: m past cycles that were told, beside one that came out
as believed, give the widening a Student's t distribution of m + 1 degrees of freedom, and the 90 % interval that one's
quantile.
"""

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

from knockon.arrays import Integers, Values
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.models.designs.sets.evidence import inverse_diagonal

if TYPE_CHECKING:
    from knockon.models.designs.sets.process import SetModel

LEVEL = 0.9
"""Of the interval that is to hold."""

FEWEST = 3
"""Strains that a cycle is told from, at least."""


def inflation(model: "SetModel", measured: Measured, features: GeneFeatures | None, cycles: Integers | None) -> float:
    """By what the deviations of a learnt model are multiplied. cycles: when each strain was built, or None."""
    if cycles is None:
        # Never narrower: variances and weights have seen the strain that is left out.
        return max(_root_mean_square(left_out(model)), 1.0)
    later = [int(cycle) for cycle in np.unique(cycles)[1:] if (cycles < cycle).sum() >= FEWEST]
    found = [told_forward(model, measured, features, cycles, cycle) for cycle in later]
    squares = [1.0, *(_root_mean_square(off) ** 2 for off in found)]
    return float(np.sqrt(np.mean(squares)) * stdtrit(len(squares), (1 + LEVEL) / 2) / ndtri((1 + LEVEL) / 2))


def told_forward(
    model: "SetModel", measured: Measured, features: GeneFeatures | None, cycles: Integers, cycle: int
) -> Values:
    """(measured − told) / deviation of the strains of one cycle, but controls, told from those before; (strains,)."""
    from knockon.models.designs.sets.process import SetModel

    before, asked = np.flatnonzero(cycles < cycle), np.flatnonzero((cycles == cycle) & (measured.strains.counts > 0))
    past = SetModel(model.settings, model.prior)
    past.learn(measured.take(before), features, cycles[before])
    mean, _, deviation = past.told(measured.strains.take(asked))
    return np.asarray((measured.values[asked] - mean) / deviation)


def left_out(model: "SetModel") -> Values:
    """The same of every strain told from all others at once, variances and weights as they are; (strains,)."""
    variance = _left_out_variance(model)
    # A strain of a heavy tail is judged as any other: by the noise of all.
    usual = variance + model.noise - model.evidence.noise / model.evidence.weights
    off = left_out_errors(model) / model.scale
    return np.asarray(off / np.sqrt(np.maximum(usual, variance * 1e-3)))


def left_out_errors(model: "SetModel") -> Values:
    """Measured less told, of every strain told from all others, in the unit of the values; (strains,)."""
    return np.asarray(model.solved * _left_out_variance(model) * model.scale)


def _left_out_variance(model: "SetModel") -> Values:
    return np.asarray(1 / inverse_diagonal(model.factor))


def _root_mean_square(values: Values) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else 1.0
