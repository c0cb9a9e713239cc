"""How one fitted model is preferred to another on validation rows, and the rows that the chosen one is refitted on."""

import numpy as np
from numpy.typing import NDArray

from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.protocol import Examples


def mean_squared_error(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Mean squared error, in the label's unit squared."""
    return float(np.mean((values - predicted) ** 2))


def rank_key(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> tuple[float, float]:
    """Order of preference, larger is better: Pearson; where it is undefined (constant predictions), squared error."""
    correlation = pearson(values, predicted, constant=float("nan"))
    return (correlation if np.isfinite(correlation) else -2.0, -mean_squared_error(values, predicted))


def join(first: Examples, second: Examples) -> Examples:
    """The strains of both, in order: what a chosen model is refitted on. Raises KnockonError if their genes differ."""
    a, b = first.genotypes, second.genotypes
    if a.genes != b.genes:
        raise KnockonError("training and validation strains are over different genes; read both from one dataset")
    indptr = np.concatenate([a.indptr, a.indptr[-1] + b.indptr[1:]])
    return Examples(
        Genotypes(a.genes, indptr, np.concatenate([a.indices, b.indices])),
        np.concatenate([first.values, second.values]),
        np.concatenate([first.weights, second.weights]),
        first.singles,
        None
        if first.directions is None or second.directions is None
        else np.concatenate([first.directions, second.directions]),
    )
