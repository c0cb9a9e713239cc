"""Expression as regulators' activities times what each does to its genes: regulon-linear, fitted to a compendium.

Univariate scores give a gene of two regulators to both. Here all activities are told together, and weights and
activities in turn (network component analysis: Liao et al. 2003, PNAS 100:15522; with priors from the signs). What a
regulator's own input is follows from the regulators above it: activity that is handed down drives nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError
from knockon.models.cells.regulators import Regulons

# Of a network's edge that nothing is known of but its sign, in units of a gene's spread by unit of activity.
_PRIOR = 0.5
# A gene's spread counts at least so much, log2²: weak genes scatter by counting alone.
_LEAST_VARIANCE = 0.1
# Of a regulator whose transcript says nothing of its activity.
_LEAST_TRUST = 0.2
# Share of the compendium's samples below the input that a knocked-out regulator has.
_LOWEST = 0.02


@dataclass(frozen=True)
class LinearSettings:
    """rounds: of weights and activities in turn. activity, weight, handed: ridge penalties, in units of samples' and
    genes' scaled variance.
    """

    rounds: int = 4
    activity: float = 10.0
    weight: float = 30.0
    handed: float = 5.0

    def __post_init__(self) -> None:
        if self.rounds < 1 or min(self.activity, self.weight, self.handed) <= 0:
            raise KnockonError("regulon model: rounds must be ≥ 1 and the penalties above 0")


class RegulonModel:
    """mean, spread: float64 (genes,), of the compendium. weights: float64 (regulators, genes), of activities whose
    spread over the compendium is 1. handed: float64 (regulators, regulators), what activity of the first adds to that
    of the second. trust: float64 (regulators,), 0.2 … 1.2, see `fit`. solver: float64 (genes, regulators),
    gives activities of scaled changes. scatter, lowest: float64 (regulators,), of inputs over
    the compendium: spread, and the level of the lowest samples.
    """

    def __init__(self, regulons: Regulons, settings: LinearSettings | None = None) -> None:
        self.regulons = regulons
        self.settings = settings or LinearSettings()
        self.mean = self.spread = self.trust = self.scatter = self.lowest = np.zeros(0)
        self.weights = self.handed = np.zeros((0, 0))
        self.solver = np.zeros((0, 0))

    def fit(self, samples: Values, studies: Integers | None = None) -> None:
        """Learn from a compendium (samples, genes), log2, without holes. studies: of each sample; shifts of studies
        are taken out, since they are none of the regulators'.

        trust grows with the correlation of a regulator's activity and its own transcript over the compendium: an
        activity that does not follow it is often another regulator's. Raises KnockonError for fewer than four samples.
        """
        if len(samples) < 4:
            raise KnockonError(f"regulon model: {len(samples)} samples; at least 4 are needed to fit it")
        self.mean = np.asarray(samples.mean(axis=0))
        centred = within(samples, studies)
        self.spread = np.sqrt(centred.var(axis=0) + _LEAST_VARIANCE)
        scaled = centred / self.spread
        self.weights = self.regulons.signs * _PRIOR
        support = self.regulons.signs != 0
        for _ in range(self.settings.rounds):
            activity = self._rescale(scaled)
            self.weights = _supported(activity, scaled, support, self.regulons.signs * _PRIOR, self.settings.weight)
        activity = self._rescale(scaled)
        self.handed = self._hand_down(activity)
        inputs = activity - activity @ self.handed
        self.scatter = np.maximum(inputs.std(axis=0), 1e-9)
        self.lowest = np.quantile(inputs, _LOWEST, axis=0)
        own = self.regulons.own
        transcripts = np.where(own >= 0, scaled[:, np.maximum(own, 0)], 0.0)
        self.trust = _LEAST_TRUST + np.maximum(_correlations(activity, transcripts), 0.0)

    def _rescale(self, scaled: Values) -> Values:
        """Activities of spread 1, and the weights that go with them."""
        count = len(self.weights)
        gram = self.weights @ self.weights.T + self.settings.activity * np.eye(count)
        self.solver = np.asarray(np.linalg.solve(gram, self.weights).T)
        activity: Values = scaled @ self.solver
        size = np.maximum(activity.std(axis=0), 1e-9)
        self.weights = self.weights * size[:, None]
        self.solver = self.solver / size
        return np.asarray(activity / size)

    def _hand_down(self, activity: Values) -> Values:
        """What the activity of a regulator adds to that of those whose transcripts it acts on."""
        own, count = self.regulons.own, len(self.regulons.regulators)
        support = np.zeros((count, count), dtype=np.bool_)
        support[:, own >= 0] = self.regulons.signs[:, own[own >= 0]] != 0
        # In a circle of regulators each would explain the others away: there nothing tells who began.
        circles = connected_components(support, directed=True, connection="strong")[1]
        support &= circles[:, None] != circles[None, :]
        return _supported(activity, activity, support, np.zeros((count, count)), self.settings.handed)

    def activities(self, changes: Values) -> Values:
        """Of changes against any reference, log2 (samples, genes): float64 (samples, regulators)."""
        return (changes / self.spread) @ self.solver

    def effects(self) -> Values:
        """What one unit of a regulator's input does to all genes, by way of other regulators, too: float64
        (regulators, genes), in units of the genes' spread.
        """
        return np.asarray(np.linalg.solve(np.eye(len(self.handed)) - self.handed, self.weights))

    def inputs(self, changes: Values) -> Values:
        """Activities without what the regulators above hand down, float64 (samples, regulators)."""
        activity = self.activities(changes)
        return activity - activity @ self.handed


def within(samples: Values, studies: Integers | None) -> Values:
    """Samples about the mean of their study, or of all where there is none."""
    if studies is None:
        return samples - samples.mean(axis=0)
    names, place = np.unique(studies, return_inverse=True)
    sums = np.zeros((len(names), samples.shape[1]))
    np.add.at(sums, place, samples)
    return samples - (sums / np.bincount(place)[:, None])[place]


def _supported(x: Values, y: Values, support: np.ndarray, prior: Values, penalty: float) -> Values:
    """Ridge weights (columns of x, columns of y) about a prior, 0 where there is no support."""
    gram, product = x.T @ x, x.T @ y
    found = np.zeros((x.shape[1], y.shape[1]))
    counts = support.sum(axis=0)
    # All columns of y with one number of regulators are solved at once.
    for count in np.unique(counts[counts > 0]):
        columns = np.flatnonzero(counts == count)
        rows = np.nonzero(support[:, columns].T)[1].reshape(len(columns), count)
        squares = gram[rows[:, :, None], rows[:, None, :]]
        told = prior[rows, columns[:, None]]
        left = product[rows, columns[:, None]] - np.einsum("nij,nj->ni", squares, told)
        squares = squares + penalty * np.eye(count)
        found[rows, columns[:, None]] = told + np.linalg.solve(squares, left[:, :, None])[:, :, 0]
    return found


def _correlations(first: Values, second: Values) -> Values:
    """Pearson's r of each column with its partner, 0 where one is constant."""
    first, second = first - first.mean(axis=0), second - second.mean(axis=0)
    size = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    return np.divide((first * second).sum(axis=0), size, out=np.zeros(len(size)), where=size > 0)
