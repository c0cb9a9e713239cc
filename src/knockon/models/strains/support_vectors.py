"""Support vector regression with a Gaussian kernel: exact for few strains, on Nyström features for many."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.kernel_approximation import Nystroem
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR, LinearSVR

from knockon.arrays import Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.estimators import load_estimator, save_estimator
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.strains.features import BLOCK, as_dense, comparable_factors, fitted_scaler
from knockon.models.strains.last_result import LastResult
from knockon.represent.aggregate import FeatureFactors
from knockon.represent.representation import Representation

# Support vectors of a sparse representation.
_TRUSTED = ("scipy.sparse._csr.csr_matrix",)

EXACT_ROWS = 10_000
"""The exact form needs a kernel matrix of strains × strains and time that grows with the strains' square to cube."""

# Strains whose kernel values with all support vectors are in memory at once.
_KERNEL_BLOCK = 2_000


class SupportVectors(PlainModel):
    """ε-insensitive regression on standardised strain vectors, kernel exp(−|x − x'|² / varying dimensions).

    c: weight of the errors against the smoothness. epsilon: error that costs nothing, in the label's unit. landmarks:
    training strains behind the Nyström features (Williams and Seeger 2001, NIPS 13); that form squares the errors
    beyond epsilon, which its solver needs. exact_rows: most training strains for the exact form. `name` is `svr` for
    the exact form, `svr_nystroem` for the other.
    """

    reads_vectors = True

    def __init__(
        self,
        inputs: Inputs,
        c: float = 1.0,
        epsilon: float = 0.01,
        landmarks: int = 300,
        exact_rows: int = EXACT_ROWS,
    ) -> None:
        self._inputs = inputs
        self._c, self._epsilon = c, epsilon
        self._landmarks, self._exact_rows = landmarks, exact_rows
        self.name = "svr"
        self._pipeline = Pipeline([("unfitted", "passthrough")])

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Fit on the training rows; the validation rows are not looked at."""
        weights = train.weights / train.weights.mean()
        exact = len(train) <= self._exact_rows
        self.name = "svr" if exact else "svr_nystroem"
        if exact:
            self._fit_exact(train, weights)
            return
        map_ = _shared_map(train, self._inputs.representation, self._inputs.aggregation, self._landmarks, seed)
        regression = LinearSVR(C=self._c, epsilon=self._epsilon, loss="squared_epsilon_insensitive", dual=False)
        regression.fit(map_.mapped, train.values, sample_weight=weights)
        self._pipeline = Pipeline([("scale", map_.scaler), ("kernel", map_.landmarks), ("regression", regression)])

    def _fit_exact(self, train: Examples, weights: Values) -> None:
        features = comparable_factors(train.genotypes, self._inputs)
        scaler = fitted_scaler(features, weights)
        regression = SVR(kernel="rbf", C=self._c, epsilon=self._epsilon, gamma=_gamma(scaler), cache_size=1000)
        regression.fit(scaler.transform(features.product()), train.values, sample_weight=weights)
        self._pipeline = Pipeline([("scale", scaler), ("regression", regression)])

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        features = comparable_factors(genotypes, self._inputs)
        if self.name == "svr":
            return _in_blocks(features, self._predict_exact, _KERNEL_BLOCK)
        return _in_blocks(features, self._pipeline.predict).astype(np.float64)

    def _predict_exact(self, block: Any) -> Values:
        """What SVR.predict gives, by one matrix product; libsvm goes through strains and support vectors one by one."""
        scaler, regression = self._pipeline.named_steps["scale"], self._pipeline.named_steps["regression"]
        if not regression.support_vectors_.shape[0]:
            return np.full(block.shape[0], regression.intercept_[0])
        kernel = rbf_kernel(scaler.transform(block), regression.support_vectors_, gamma=regression.gamma)
        return np.asarray(kernel @ as_dense(regression.dual_coef_).ravel() + regression.intercept_[0])

    def save(self, folder: Path) -> None:
        """Write the pipeline."""
        save_estimator(folder / "svr.skops", self._pipeline)

    def load(self, folder: Path) -> None:
        """Read the pipeline."""
        self._pipeline = load_estimator(folder / "svr.skops", _TRUSTED)
        self.name = "svr_nystroem" if "kernel" in self._pipeline.named_steps else "svr"


def svr(
    inputs: Inputs,
    context: Context,
    *,
    c: float = 1.0,
    epsilon: float = 0.01,
    landmarks: int = 300,
    exact_rows: int = EXACT_ROWS,
) -> Model:
    """Support vector regression; see `SupportVectors`."""
    return SupportVectors(inputs, c, epsilon, landmarks, exact_rows)


@dataclass(frozen=True)
class _Map:
    """Nyström features of training strains: float64 (strains, landmarks), and what makes them."""

    scaler: Any
    landmarks: Nystroem
    mapped: Values


def _map_of(train: Examples, representation: Representation, aggregation: str, count: int, seed: int) -> _Map:
    """Features from random training strains, taken without repeats."""
    features = comparable_factors(train.genotypes, Inputs(representation, aggregation))
    scaler = fitted_scaler(features, train.weights / train.weights.mean())
    count = min(count, features.shape[0])
    rows = np.sort(np.random.default_rng(seed).choice(features.shape[0], size=count, replace=False))
    chosen = FeatureFactors(features.strains[rows], features.basis).product()
    landmarks = Nystroem(gamma=_gamma(scaler), n_components=count, random_state=seed).fit(scaler.transform(chosen))
    return _Map(scaler, landmarks, _in_blocks(features, Pipeline([("scale", scaler), ("kernel", landmarks)]).transform))


_shared_map = LastResult(_map_of)


def _gamma(scaler: Any) -> float:
    return 1.0 / max(int((scaler.var_ > 0).sum()), 1)


def _in_blocks(features: FeatureFactors, function: Any, rows: int = BLOCK) -> NDArray[Any]:
    """Apply a function of strain vectors block by block and put the results together."""
    results = [np.asarray(function(block)) for _, block in features.blocks(rows)]
    return np.concatenate(results) if results else np.zeros(0)
