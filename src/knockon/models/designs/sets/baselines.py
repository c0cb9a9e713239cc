"""What a model of sets must beat: the mean, additive Bayesian ridge, with pairs, a radial kernel, trees, nearest sets.

Their intervals are their own: none is widened for a later cycle.
"""

from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_solve

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.protocol import GeneFeatures, Measured, Told
from knockon.models.designs.sets.evidence import Problem, most_probable, solvable
from knockon.models.designs.sets.kernel import PARTS
from knockon.models.designs.sets.process import SetModel, SetSettings
from knockon.models.designs.sets.scaled import ScaledSets

_FOLDS = 5
_ALONE = tuple(part for part in PARTS if "alike" not in part)
_ADDITIVE = tuple(part for part in PARTS if "pair" not in part)


class CycleModel(Protocol):
    """What is told cycle by cycle: a `PhenotypeModel` that may hear when each strain was built."""

    def fit(self, measured: Measured, features: GeneFeatures | None, seed: int, cycles: Integers | None = None) -> None:
        """Learn. cycles: int64 (strains,), larger is later."""

    def predict(self, strains: Genotypes) -> Told:
        """What a new measurement of each strain will show."""


class Mean:
    """The mean and the deviation of all measured strains."""

    def fit(self, measured: Measured, features: object, seed: int, cycles: Integers | None = None) -> None:
        """See CycleModel."""
        self._told = float(measured.values.mean()), float(measured.values.std(ddof=1))

    def predict(self, strains: Genotypes) -> Told:
        """See CycleModel."""
        ones = np.ones(len(strains))
        return Told(self._told[0] * ones, self._told[1] * ones)


class Ridge:
    """Bayesian ridge (MacKay 1992, Neural Comput 4:415) on genes; with `pairs`, on the measured pairs of genes, too."""

    def __init__(self, pairs: bool = False) -> None:
        self._pairs = pairs

    def fit(self, measured: Measured, features: object, seed: int, cycles: Integers | None = None) -> None:
        """See CycleModel."""
        from sklearn.linear_model import BayesianRidge

        self._columns = np.unique(_pair_codes(measured.strains)[1]) if self._pairs else np.empty(0, dtype=np.int64)
        self._model = BayesianRidge().fit(self._matrix(measured.strains), measured.values)

    def predict(self, strains: Genotypes) -> Told:
        """See CycleModel."""
        mean, deviation = self._model.predict(self._matrix(strains), return_std=True)
        return Told(np.asarray(mean), np.asarray(deviation))

    def _matrix(self, strains: Genotypes) -> Values:
        singles = strains.matrix().toarray().astype(np.float64)
        rows, codes = _pair_codes(strains)
        at = np.searchsorted(self._columns, codes)
        at_known = np.minimum(at, max(len(self._columns) - 1, 0))
        known = np.append(self._columns, -1)[at_known] == codes
        pairs = np.zeros((len(strains), len(self._columns)))
        pairs[rows[known], at[known]] = 1.0
        return np.hstack([singles, pairs])


def _pair_codes(strains: Genotypes) -> tuple[Integers, Integers]:
    """The row of every pair of genes of every strain, and the pair as one number."""
    matrix = strains.matrix()
    genes = len(strains.genes)
    found = [
        (row, np.add.outer(own.astype(np.int64) * genes, own.astype(np.int64))[np.triu_indices(len(own), 1)])
        for row, own in enumerate(np.split(matrix.indices, matrix.indptr[1:-1]))
    ]
    rows = np.concatenate([np.full(len(codes), row, dtype=np.int64) for row, codes in found])
    return rows, np.concatenate([codes for _, codes in found]).astype(np.int64)


class Radial:
    """A Gaussian process with exp(−differing genes / length) between strains, the length by the evidence."""

    lengths = (0.5, 1.0, 2.0, 4.0)

    def fit(self, measured: Measured, features: object, seed: int, cycles: Integers | None = None) -> None:
        """See CycleModel."""
        self._strains = measured.strains
        self._centre, self._scale = float(measured.values.mean()), float(measured.values.std()) or 1.0
        values, nothing = (measured.values - self._centre) / self._scale, np.zeros(len(measured.values))
        apart = _differing(measured.strains, measured.strains)
        found = []
        for length in self.lengths:
            problem = Problem(np.exp(-apart / length)[None], values, nothing, np.array([0.7, 0.3]))
            found.append((most_probable(problem, np.inf), length))
        self._evidence, self._length = max(found, key=lambda each: each[0].logarithm)
        total = self._evidence.variances[0] * np.exp(-apart / self._length)
        self._factor = solvable(total + self._evidence.noise * np.eye(len(values)))
        self._solved = cho_solve(self._factor, values)

    def predict(self, strains: Genotypes) -> Told:
        """See CycleModel."""
        variance = float(self._evidence.variances[0])
        across = variance * np.exp(-_differing(strains, self._strains) / self._length)
        left = variance - np.einsum("ij,ji->i", across, cho_solve(self._factor, across.T))
        deviation = np.sqrt(np.maximum(left, 0) + self._evidence.noise) * self._scale
        return Told(np.asarray(self._centre + self._scale * (across @ self._solved)), np.asarray(deviation))


def _differing(left: Genotypes, right: Genotypes) -> Values:
    """Genes that one of two strains has and the other has not, float64 (left, right)."""
    shared = (left.matrix() @ right.matrix().T).toarray().astype(np.float64)
    return np.asarray(left.counts[:, None] + right.counts - 2 * shared)


class Learns(Protocol):
    """What tells means alone."""

    def learn(self, measured: Measured, seed: int) -> None:
        """Learn."""

    def tell(self, strains: Genotypes) -> Values:
        """The mean of each strain, float64 (strains,)."""


class Judged:
    """What has no deviation of its own, with that of its errors on strains that a fold leaves out."""

    def __init__(self, learner: Learns) -> None:
        self._learner = learner

    def fit(self, measured: Measured, features: object, seed: int, cycles: Integers | None = None) -> None:
        """See CycleModel."""
        fold = np.random.default_rng([seed, 2]).permutation(len(measured.values)) % _FOLDS
        off = np.empty(len(measured.values))
        for held in range(min(_FOLDS, len(off))):
            self._learner.learn(measured.take(np.flatnonzero(fold != held)), seed)
            asked = np.flatnonzero(fold == held)
            off[asked] = measured.values[asked] - self._learner.tell(measured.strains.take(asked))
        self._deviation = float(np.sqrt(np.mean(off**2)))
        self._learner.learn(measured, seed)

    def predict(self, strains: Genotypes) -> Told:
        """See CycleModel."""
        return Told(self._learner.tell(strains), np.full(len(strains), self._deviation))


class Nearest:
    """The mean of the strains that share most with a strain: the three of highest Jaccard index, and ties."""

    def learn(self, measured: Measured, seed: int) -> None:
        """See Learns."""
        self._measured = measured

    def tell(self, strains: Genotypes) -> Values:
        """See Learns."""
        known = self._measured.strains
        shared = (strains.matrix() @ known.matrix().T).toarray().astype(np.float64)
        union = strains.counts[:, None] + known.counts - shared
        alike = shared / np.maximum(union, 1)
        third = -np.partition(-alike, min(2, alike.shape[1] - 1), axis=1)[:, min(2, alike.shape[1] - 1)]
        chosen = alike >= third[:, None]
        return np.asarray((chosen @ self._measured.values) / chosen.sum(axis=1))


class Boosted:
    """Gradient boosting (LightGBM) on genes and their number."""

    def learn(self, measured: Measured, seed: int) -> None:
        """See Learns."""
        import lightgbm

        settings: dict[str, Any] = {
            "objective": "regression", "learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 5, "num_threads": 1,
            "seed": seed, "deterministic": True, "force_row_wise": True, "verbosity": -1,
        }  # fmt: skip
        data = lightgbm.Dataset(_columns(measured.strains), measured.values)
        self._model = lightgbm.train(settings, data, num_boost_round=100)

    def tell(self, strains: Genotypes) -> Values:
        """See Learns."""
        return np.asarray(self._model.predict(_columns(strains)), dtype=np.float64)


def _columns(strains: Genotypes) -> Values:
    matrix: sp.csr_matrix = strains.matrix()
    return np.hstack([matrix.toarray(), strains.counts[:, None]]).astype(np.float64)


def _sets(**changed: Any) -> SetModel:
    return SetModel(SetSettings(**changed))


BUILDERS: dict[str, Any] = {
    "mean": Mean,
    "nearest": lambda: Judged(Nearest()),
    "ridge": Ridge,
    "ridge_pairs": lambda: Ridge(pairs=True),
    "radial": Radial,
    "boosted": lambda: Judged(Boosted()),
    "sets": _sets,
    "sets_additive": lambda: _sets(parts=_ADDITIVE),
    "sets_no_operons": lambda: _sets(parts=_ALONE),
    "sets_scaled": ScaledSets,
    "sets_normal": lambda: _sets(tail=float("inf")),
}
"""Model → what makes one. sets_…: the model without its pairs, its likeness of neighbours, its heavy tail; on a
scale of its own choice."""


def build(name: str) -> CycleModel:
    """An unfitted model. Raises KnockonError for one that there is none of."""
    if name not in BUILDERS:
        raise KnockonError(f"models of sets: there is no {name!r}; there are {', '.join(BUILDERS)}")
    model: CycleModel = BUILDERS[name]()
    return model
