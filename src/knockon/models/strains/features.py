"""Strain vectors for models that compare or split them, in factors or in blocks that fit into memory."""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Inputs
from knockon.represent.aggregate import FeatureFactors, factors

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler

BLOCK = 20_000
"""Strains whose vectors are in memory at once: 20,000 × 1,000 numbers take 80 MB."""


def comparable_factors(genotypes: Genotypes, inputs: Inputs) -> FeatureFactors:
    """Strain vectors for models that only compare strains within a column: distances after scaling, or thresholds.

    For such a model the sum over intact genes is the sum over perturbed genes, mirrored (total − x), and the mean over
    intact genes is that divided by genes − k, which hardly depends on k (1 to 3 of thousands). So a sparse
    representation keeps its sparse perturbed sum for intact_* too, instead of a dense strains × genes array.
    """
    sparse_intact = sp.issparse(inputs.representation.matrix) and inputs.aggregation.startswith("intact")
    return factors(genotypes, inputs.representation, "pert_sum" if sparse_intact else inputs.aggregation)


def as_dense(matrix: Any) -> NDArray[Any]:
    """A dense array of a dense or sparse matrix."""
    dense: NDArray[Any] = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    return dense


def fitted_scaler(features: FeatureFactors, weights: NDArray[np.float64]) -> "StandardScaler":
    """Mean and standard deviation of each column over the given (training) strains; sparse columns are not centred."""
    # scikit-learn takes a second to import: a network that only predicts does not wait for it.
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler(with_mean=not sp.issparse(features.basis))
    for rows, block in features.blocks(BLOCK):
        scaler.partial_fit(block, sample_weight=weights[rows])
    return scaler
