"""A virtual knock-out in a person's own samples: by the regulons where the gene is a regulator, and by the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.models.cells.protocol import CellModel
from knockon.models.cells.regulon_model import RegulonModel


@dataclass(frozen=True)
class VirtualKnockout:
    """Mean log2 changes over samples, float64 (genes,) each, and how they scatter over samples. regulon: by the
    network, None where none of the genes is a regulator of it. model: what the network of neurons gives back
    differently without the genes.
    """

    regulon: Values | None
    model: Values
    scatter: Values

    @property
    def change(self) -> Values:
        """The change that is shown: the regulon's where there is one."""
        return self.model if self.regulon is None else self.regulon


def knock_out(
    genes: Sequence[int], levels: Matrix, filled: Values, model: CellModel, regulators: RegulonModel | None
) -> VirtualKnockout:
    """Knock out genes, by column, in samples. levels, filled: (samples, genes), with and without holes."""
    lost = np.array(levels)
    lost[:, list(genes)] = 0.0
    naive = (model.reconstruct(lost) - model.reconstruct(levels)).astype(np.float64)
    told = None if regulators is None else _by_regulons(genes, filled, regulators)
    shown = naive if told is None else told
    shown[:, list(genes)] = -filled[:, list(genes)]
    regulon = None if told is None else told.mean(axis=0)
    return VirtualKnockout(regulon, naive.mean(axis=0), shown.std(axis=0))


def _by_regulons(genes: Sequence[int], filled: Values, model: RegulonModel) -> Values | None:
    """Inputs of the regulators fall to the lowest of the compendium; what follows by way of all they act on."""
    own = model.regulons.own
    rows = [row for row, place in enumerate(own.tolist()) if place in set(genes)]
    if not rows:
        return None
    inputs = model.inputs(filled - model.mean)[:, rows]
    fall = np.minimum(model.lowest[rows] - inputs, 0.0)
    return np.asarray(fall @ model.effects()[rows] * model.spread)
