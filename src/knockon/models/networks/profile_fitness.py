"""How well growth can be told from expression: repeated cross-validation, with selection inside of each fold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.networks.set import mlp
from knockon.models.protocol import Examples
from knockon.models.strains.profile_regression import FitPredict
from knockon.represent.representation import Representation

# Share of the training strains that stops the perceptron.
_STOPPING = 0.2


def cross_validated(
    fit_predict: FitPredict, profiles: Values, labels: Values, repeats: int, folds: int, seed: int
) -> Values:
    """Predictions of each strain by a model that never saw it, float64 (repeats, strains).

    profiles: (strains, transcripts). labels: (strains,). Every repeat shuffles the strains anew, the same for all
    models of a seed. Raises KnockonError where there are fewer strains than two a fold.
    """
    if folds < 2 or len(labels) < 2 * folds:
        raise KnockonError(f"{len(labels)} strains have both profile and growth: too few for {folds} folds")
    predicted = np.empty((repeats, len(labels)))
    for repeat in range(repeats):
        order = np.random.default_rng([seed, repeat]).permutation(len(labels))
        for held_out in np.array_split(order, folds):
            train = np.setdiff1d(order, held_out)
            predicted[repeat, held_out] = fit_predict(profiles[train], labels[train], profiles[held_out], seed + repeat)
    return predicted


def set_perceptron(training: dict[str, Any], width: int, dropout: float) -> FitPredict:
    """The set perceptron of strains, with a strain's profile as its one gene's vector; a fifth of the strains stops it.

    training: settings of the training loop.
    """

    def fit_predict(profiles: Values, labels: Values, asked: Values, seed: int) -> Values:
        joined = np.concatenate([profiles, asked]).astype(np.float32)
        names = tuple(f"strain_{number:05d}" for number in range(len(joined)))
        inputs = Inputs(Representation("expression", names, joined), "pert_sum")
        order = np.random.default_rng([seed, len(labels)]).permutation(len(labels))
        cut = max(2, round(_STOPPING * len(labels)))
        model = mlp(inputs, Context("growth", training=training), width=width, layers=1, dropout=dropout)
        stopping, learning = (_examples(names, rows, labels) for rows in (order[:cut], order[cut:]))
        model.fit(learning, stopping, seed)
        return model.predict(_strains(names, np.arange(len(labels), len(joined))))

    return fit_predict


def _strains(names: tuple[str, ...], rows: NDArray[np.int64]) -> Genotypes:
    return Genotypes(names, np.arange(len(rows) + 1, dtype=np.int64), rows.astype(np.int32))


def _examples(names: tuple[str, ...], rows: NDArray[np.int64], labels: Values) -> Examples:
    return Examples(_strains(names, rows), labels[rows], np.ones(len(rows)), np.full(len(names), np.nan))
