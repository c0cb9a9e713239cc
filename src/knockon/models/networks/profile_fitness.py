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
    fit_predict: FitPredict,
    profiles: Values,
    labels: Values,
    genes: NDArray[np.integer],
    repeats: int,
    folds: int,
    seed: int,
) -> Values:
    """Predictions of each strain by a model that saw no strain of its gene, float64 (repeats, strains).

    profiles: (strains, transcripts). labels: (strains,). genes: (strains,), the gene that each lacks: two publications
    that deleted one gene have one label, so a strain of either would give away the other's. Every repeat shuffles the
    genes anew, the same for all models of a seed. The penalties that a model chooses inside of its training strains are
    not kept apart by gene. Raises KnockonError where there are fewer genes than two a fold.
    """
    group = numbered(genes)
    if folds < 2 or group.max(initial=-1) + 1 < 2 * folds:
        raise KnockonError(
            f"{group.max(initial=-1) + 1} strains have both profile and growth: too few for {folds} folds"
        )
    predicted = np.empty((repeats, len(labels)))
    for repeat in range(repeats):
        order = np.random.default_rng([seed, repeat]).permutation(group.max() + 1)
        for chosen in np.array_split(order, folds):
            held_out = in_order_of(chosen, group)
            train = np.setdiff1d(np.arange(len(group)), held_out)
            predicted[repeat, held_out] = fit_predict(profiles[train], labels[train], profiles[held_out], seed + repeat)
    return predicted


def numbered(genes: NDArray[np.integer]) -> NDArray[np.int64]:
    """Genes as numbers from 0 in the order of their first strain, int64 (strains,)."""
    _, first, inverse = np.unique(genes, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    numbers: NDArray[np.int64] = place[inverse]
    return numbers


def in_order_of(chosen: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Strains of the chosen genes, in the order in which these are chosen, int64 (strains of theirs,)."""
    rank = np.full(group.max() + 1, -1)
    rank[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(rank[group] >= 0)
    return rows[np.argsort(rank[group[rows]], kind="stable")]


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
