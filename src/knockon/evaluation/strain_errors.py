"""How far off a model of strains is, by the genes that a strain perturbs: what its intervals are made from."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.evaluation.intervals import conformal_quantile

LEVELS = (0.5, 0.8, 0.9, 0.95)

# A gene's own errors count as much as the typical error once it is in so many strains.
_PRIOR_STRAINS = 20


@dataclass(frozen=True)
class StrainErrors:
    """typical: root mean squared error on validation strains, in the label's unit. genes: the same by perturbed gene.

    quantiles: interval level as text → how many deviations lie on either side of a prediction.
    """

    typical: float
    genes: dict[str, float]
    quantiles: dict[str, float]

    def deviations(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """Expected deviation of a measurement from the prediction, the label's unit, shape (strains,)."""
        squares = np.array([self.genes.get(gene, self.typical) ** 2 for gene in genotypes.genes])
        sums = genotypes.matrix() @ squares
        counts = np.maximum(genotypes.counts, 1)
        return np.sqrt(np.where(genotypes.counts > 0, sums / counts, self.typical**2))

    def description(self) -> dict[str, Any]:
        """For a file; `StrainErrors(**description)` takes it back."""
        return asdict(self)


def strain_errors(
    genotypes: Genotypes, values: NDArray[np.float64], predicted: NDArray[np.float64], seed: int
) -> StrainErrors:
    """Learn from validation strains: one half gives each gene's deviation, the other the quantiles.

    values, predicted: the label's unit, shape (strains,). Raises KnockonError where there are too few strains.
    """
    half = np.random.default_rng(seed).permutation(len(values)) % 2 == 0
    squares = (values - predicted) ** 2
    typical = float(np.sqrt(squares.mean())) if len(values) else 0.0
    strains = genotypes.take(half).matrix()
    counts = np.asarray(strains.sum(axis=0)).ravel()
    sums = strains.T @ squares[half]
    spread = np.sqrt((sums + _PRIOR_STRAINS * typical**2) / (counts + _PRIOR_STRAINS))
    genes = {genotypes.genes[gene]: float(spread[gene]) for gene in np.flatnonzero(counts)}
    unscaled = StrainErrors(typical, genes, {})
    deviations = np.maximum(unscaled.deviations(genotypes.take(~half)), 1e-12)
    errors = (values - predicted)[~half]
    quantiles = {f"{level:g}": conformal_quantile(errors, deviations, level) for level in LEVELS}
    return StrainErrors(typical, genes, quantiles)
