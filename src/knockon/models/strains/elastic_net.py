"""Elastic net on standardised strain vectors, from their moments: the vectors themselves are never computed.

Zou and Hastie 2005, J. R. Stat. Soc. B 67:301: minimise (1/2n) Σ w (y − μ − x·β)² + α ρ |β|₁ + ½ α (1 − ρ) |β|₂², x
standardised and the weights w of mean 1. The loss depends on the data only through XᵀWX and XᵀWy. With strain vectors
in factors, X = S·B (see represent/aggregate.py), these are Bᵀ(SᵀWS)B and Bᵀ(SᵀWy): sparse products, whose cost hardly
grows with the number of strains. scikit-learn then solves an equal problem of as many rows as dimensions; where its
coordinate descent does not get there, `feature_sign` goes on from where it was.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.strains.feature_sign import elastic_net_minimum
from knockon.models.strains.features import as_dense
from knockon.models.strains.last_result import LastResult
from knockon.progress import console
from knockon.represent.aggregate import FeatureFactors, factors
from knockon.represent.representation import Representation

_FILE = "elastic_net.safetensors"
_SWEEPS = 1_000
_UNSOLVED = 1e-4


@dataclass(frozen=True)
class Moments:
    """Weighted moments of strain vectors and label, per strain.

    mean, scale: float64 (dimensions,). covariance: (dimensions, dimensions) and with_label (dimensions,), both of the
    standardised columns. columns: the dimensions that vary, the only ones kept in the other fields. label: mean.
    """

    columns: NDArray[np.int64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    covariance: NDArray[np.float64]
    with_label: NDArray[np.float64]
    label: float


class StandardisedElasticNet(PlainModel):
    """alpha: strength of the penalty α, in the label's unit. l1_ratio: its absolute share ρ, 0 (ridge) to 1 (lasso)."""

    name = "elastic_net"
    reads_vectors = True

    def __init__(self, inputs: Inputs, alpha: float = 1e-4, l1_ratio: float = 0.5) -> None:
        self._inputs = inputs
        self._alpha, self._l1_ratio = alpha, l1_ratio
        self._coefficients = np.zeros(0)
        self._intercept = 0.0

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Fit on the training rows; the validation rows are not looked at."""
        seen = _shared_moments(train, self._inputs.representation, self._inputs.aggregation)
        standardised = _solve(seen.covariance, seen.with_label, self._alpha, self._l1_ratio)
        self._coefficients = np.zeros(self._inputs.representation.dimensions)
        self._coefficients[seen.columns] = standardised / seen.scale
        self._intercept = seen.label - float(seen.mean @ self._coefficients[seen.columns])

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        product = factors(genotypes, self._inputs.representation, self._inputs.aggregation)
        return self._intercept + product.strains @ (product.basis.astype(np.float64) @ self._coefficients)

    def save(self, folder: Path) -> None:
        """Write the coefficients of the vectors as they are, not standardised."""
        arrays = {"coefficients": self._coefficients, "intercept": np.array([self._intercept])}
        save_arrays(folder / _FILE, self.name, arrays, {"alpha": self._alpha, "l1_ratio": self._l1_ratio})

    def load(self, folder: Path) -> None:
        """Read the coefficients."""
        arrays, _ = load_arrays(folder / _FILE, self.name)
        self._coefficients, self._intercept = arrays["coefficients"], float(arrays["intercept"][0])


def elastic_net(inputs: Inputs, context: Context, *, alpha: float = 1e-4, l1_ratio: float = 0.5) -> Model:
    """Elastic net on standardised strain vectors; see `StandardisedElasticNet`."""
    return StandardisedElasticNet(inputs, alpha, l1_ratio)


def moments(product: FeatureFactors, values: NDArray[np.float64], weights: NDArray[np.float64]) -> Moments:
    """Moments of the strain vectors `product.strains · product.basis` and of the label, in double precision."""
    used = np.flatnonzero(np.diff(product.strains.tocsc().indptr))
    strains = product.strains.astype(np.float64).tocsc()[:, used]
    basis = product.basis[used].astype(np.float64)
    share = weights / weights.sum()
    label = float(share @ values)
    middle = strains.T @ share
    _centre_full_columns(strains, middle)
    left = strains.T @ share
    weighted = sp.diags(share) @ strains
    spread = as_dense(strains.T @ weighted) - np.outer(left, left)
    covariance = as_dense(basis.T @ (basis.T @ spread).T)
    mean = np.asarray(basis.T @ middle).ravel()
    variance = np.diag(covariance)
    columns = np.flatnonzero(variance > 1e-10 * max(float(variance.max(initial=0.0)), 1e-300))
    scale = np.sqrt(variance[columns])
    with_label = np.asarray(basis.T @ (weighted.T @ (values - label))).ravel()[columns] / scale
    standardised = covariance[np.ix_(columns, columns)] / np.outer(scale, scale)
    return Moments(columns, mean[columns], scale, standardised, with_label, label)


def _moments_of(train: Examples, representation: Representation, aggregation: str) -> Moments:
    return moments(factors(train.genotypes, representation, aggregation), train.values, train.weights)


_shared_moments = LastResult(_moments_of)


def _centre_full_columns(strains: sp.csc_matrix, middle: NDArray[np.float64]) -> None:
    """Subtract the mean from columns without a zero, in place.

    The share of the genome's sum is (nearly) equal in all strains: it would drown the rest in rounding error.
    """
    for column in np.flatnonzero(np.diff(strains.indptr) == strains.shape[0]):
        strains.data[strains.indptr[column] : strains.indptr[column + 1]] -= middle[column]


def _solve(
    covariance: NDArray[np.float64], with_label: NDArray[np.float64], alpha: float, l1_ratio: float
) -> NDArray[np.float64]:
    """Coefficients of the standardised columns: rows A and b with AᵀA = d · covariance and Aᵀb = d · with_label do."""
    size = len(with_label)
    if not size:
        return np.zeros(0)
    # Columns that depend on each other make the covariance singular; 10⁻⁸ of a unit variance lets it be factored.
    regular = covariance + 1e-8 * np.eye(size)
    root = scipy.linalg.cholesky(regular, check_finite=False)
    target = scipy.linalg.solve_triangular(root, with_label, trans="T", check_finite=False)
    net = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, fit_intercept=False, max_iter=_SWEEPS, tol=1e-4)
    with warnings.catch_warnings():
        # Where its sweeps end short of the tolerance, we go on.
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(np.asfortranarray(np.sqrt(size) * root), np.sqrt(size) * target)
    if net.n_iter_ < _SWEEPS:
        return np.asarray(net.coef_)
    solution = elastic_net_minimum(regular, with_label, alpha * l1_ratio, alpha * (1 - l1_ratio), net.coef_)
    if solution.violation > _UNSOLVED:
        console.print(f"elastic net, α {alpha:g}: {solution.violation:.1e} short of its minimum")
    return solution.coefficients
