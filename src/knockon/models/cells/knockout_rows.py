"""The rows of the table beside the response model: what must be beaten, each from the same knowledge."""

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.models.cells.knockout_features import Describer, Responses, usual_response
from knockon.models.cells.pca import Components
from knockon.models.cells.protocol import Transcriptomes

BASELINES = ("mean_response", "variance", "coexpression", "regulon_and_mean", "naive")

Answer = tuple[Values, Values]
"""score and change of every gene, float64 (genes,) each."""


class NaiveKnockout:
    """A gene's input set to zero in a model of transcriptomes, and what that changes in its output: a projection on
    components here. Linear, so that it is told once for all cells up to the gene's level.
    """

    def __init__(self, samples: Matrix, width: int, seed: int) -> None:
        rows = np.arange(len(samples))
        names = tuple(str(row) for row in rows)
        self._components = Components.of(Transcriptomes(samples, names, rows, rows[:0]), width, seed)

    def answer(self, controls: Matrix, genes: list[int]) -> Answer:
        """controls: (genes,), the wild type's levels."""
        axes = self._components.axes
        lost = np.zeros(len(controls), dtype=np.float32)
        lost[genes] = -controls[genes]
        change = ((lost @ axes.T) @ axes).astype(np.float64)
        return np.abs(change), change


def baseline(name: str, asked: Responses, row: int, train: Responses, describer: Describer) -> Answer:
    """One of BASELINES but `naive`. train: knock-outs of other studies.

    mean_response: what usually changes. variance: genes that vary over samples. coexpression: with the knocked-out
    gene, which falls. regulon_and_mean: the mean response, and what the knock-out's signed edges add to it, as much as
    they do in the training knock-outs.
    """
    usual, change = usual_response(train)
    if name == "variance":
        return describer.spread, change
    features = describer.features(asked, row, train)
    if name == "coexpression":
        together = features[:, 11].astype(np.float64)
        return np.abs(together), -together * describer.spread
    if name == "regulon_and_mean":
        more, signed = edge_effects(train, describer)
        edges, signs = features[:, 7].astype(np.float64), features[:, 6].astype(np.float64)
        return usual + more * (edges > 0), change + signed * np.sign(signs)
    return usual, change


def edge_effects(train: Responses, describer: Describer) -> tuple[float, float]:
    """By how much |change| of a regulon's genes exceeds the usual one, and the change of a gene of positive sign.

    Means over training knock-outs' edges; 0 where there are none.
    """
    more, signed = [], []
    for row in range(len(train)):
        genes = list(train.knocked[row])
        edges = np.asarray(describer.known.present[genes].sum(axis=0)).ravel() > 0
        signs = np.sign(np.asarray(describer.known.signs[genes].sum(axis=0)).ravel())
        usual, change = usual_response(train.others(train.studies[row]))
        edges[genes] = False
        signs[genes] = 0
        more.extend((np.abs(train.changes[row]) - usual)[edges].tolist())
        signed.extend(((train.changes[row] - change) * signs)[signs != 0].tolist())
    return (max(float(np.mean(more)), 0.0) if more else 0.0), (float(np.mean(signed)) if signed else 0.0)
