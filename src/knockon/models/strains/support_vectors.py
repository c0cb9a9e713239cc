"""Support vector regression with a Gaussian kernel: exact for few strains, on Nyström features for many."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR, LinearSVR

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.estimators import load_estimator, save_estimator
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.strains.features import BLOCK, comparable_factors, fitted_scaler
from knockon.represent.aggregate import FeatureFactors

# Support vectors of a sparse representation.
_TRUSTED = ("scipy.sparse._csr.csr_matrix",)

EXACT_ROWS = 10_000
"""The exact form needs a kernel matrix of strains × strains and time that grows with the strains' square to cube."""


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
        features = comparable_factors(train.genotypes, self._inputs)
        weights = train.weights / train.weights.mean()
        exact = len(train) <= self._exact_rows
        self.name = "svr" if exact else "svr_nystroem"
        scaler = fitted_scaler(features, weights)
        gamma = 1.0 / max(int((scaler.var_ > 0).sum()), 1)
        if exact:
            regression: Any = SVR(kernel="rbf", C=self._c, epsilon=self._epsilon, gamma=gamma, cache_size=1000)
            regression.fit(scaler.transform(features.product()), train.values, sample_weight=weights)
            self._pipeline = Pipeline([("scale", scaler), ("regression", regression)])
            return
        landmarks = self._nystroem(features, scaler, gamma, seed)
        regression = LinearSVR(C=self._c, epsilon=self._epsilon, loss="squared_epsilon_insensitive", dual=False)
        mapped = _in_blocks(features, Pipeline([("scale", scaler), ("kernel", landmarks)]).transform)
        regression.fit(mapped, train.values, sample_weight=weights)
        self._pipeline = Pipeline([("scale", scaler), ("kernel", landmarks), ("regression", regression)])

    def _nystroem(self, features: FeatureFactors, scaler: Any, gamma: float, seed: int) -> Nystroem:
        """Features from random training strains, taken without repeats."""
        count = min(self._landmarks, features.shape[0])
        rows = np.sort(np.random.default_rng(seed).choice(features.shape[0], size=count, replace=False))
        chosen = FeatureFactors(features.strains[rows], features.basis).product()
        return Nystroem(gamma=gamma, n_components=count, random_state=seed).fit(scaler.transform(chosen))

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        return _in_blocks(comparable_factors(genotypes, self._inputs), self._pipeline.predict).astype(np.float64)

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


def _in_blocks(features: FeatureFactors, function: Any) -> NDArray[Any]:
    """Apply a function of strain vectors block by block and put the results together."""
    results = [np.asarray(function(block)) for _, block in features.blocks(BLOCK)]
    return np.concatenate(results) if results else np.zeros(0)
