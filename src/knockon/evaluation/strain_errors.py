"""How far off a model of strains is, by the genes that a strain perturbs and by how much the model says of it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.evaluation.intervals import conformal_quantile, conformal_quantiles

# A gene's own errors count as much as the typical error once it is in so many strains.
_PRIOR_STRAINS = 20

# Strains of the group with the largest predictions; every group before it has twice as many.
_STRONGEST = 50

_GROWN_AT = 0.9


@dataclass(frozen=True)
class Growth:
    """How errors grow with what is predicted. sizes: ascending |prediction|, the label's unit; factors: at each, 1.

    Between sizes the factor is interpolated, beyond them it is that of the end. No sizes: 1 everywhere.
    """

    sizes: tuple[float, ...] = ()
    factors: tuple[float, ...] = ()

    def of(self, predicted: Values) -> Values:
        """Factors of predictions, both (strains,)."""
        return np.interp(np.abs(predicted), self.sizes, self.factors) if self.sizes else np.ones(len(predicted))


@dataclass(frozen=True)
class StrainErrors:
    """typical: root mean squared error on validation strains, in the label's unit. genes: the same by perturbed gene.

    quantiles: interval level as text → how many deviations lie on either side of a prediction. growth: of deviations
    with the size of the prediction.
    """

    typical: float
    genes: dict[str, float]
    quantiles: dict[str, float]
    growth: Growth = Growth()

    def deviations(self, genotypes: Genotypes, predicted: Values) -> NDArray[np.float64]:
        """Expected deviation of a measurement from its prediction, the label's unit, both (strains,)."""
        squares = np.array([self.genes.get(gene, self.typical) ** 2 for gene in genotypes.genes])
        sums = genotypes.matrix() @ squares
        counts = np.maximum(genotypes.counts, 1)
        by_gene = np.sqrt(np.where(genotypes.counts > 0, sums / counts, self.typical**2))
        return by_gene * self.growth.of(predicted)

    def description(self) -> dict[str, Any]:
        """For a file; `errors_from` takes it back."""
        return asdict(self)


def errors_from(description: dict[str, Any]) -> StrainErrors:
    """Errors from their description. One without `growth` is of a model from before errors grew."""
    growth = {name: tuple(numbers) for name, numbers in description.get("growth", {}).items()}
    return StrainErrors(**{**description, "growth": Growth(**growth)})


def strain_errors(genotypes: Genotypes, values: Values, predicted: Values) -> StrainErrors:
    """Learn from validation strains: genes' deviations, their growth, then the quantiles.

    values, predicted: the label's unit, shape (strains,). A strain is judged by what the *others* say of its genes, so
    all of them serve for all three; growth has a dozen numbers, which do not fit themselves to thousands of strains.
    Raises KnockonError where there are too few strains.
    """
    errors = values - predicted
    typical = float(np.sqrt(np.square(errors).mean())) if len(errors) else 0.0
    by_others = np.maximum(_by_others(genotypes, errors, typical), 1e-12)
    growth = growth_of(errors, by_others, predicted)
    quantiles = conformal_quantiles(errors, by_others * growth.of(predicted))
    return StrainErrors(typical, _by_gene(genotypes, errors, typical), quantiles, growth)


def _by_gene(strains: Genotypes, errors: Values, typical: float) -> dict[str, float]:
    """Root mean squared error of each gene's strains, drawn towards the typical one where these are few."""
    sums, counts = _sums(strains, errors, typical)
    spread = np.sqrt(sums / (counts + _PRIOR_STRAINS))
    return {strains.genes[gene]: float(spread[gene]) for gene in np.flatnonzero(counts)}


def _sums(strains: Genotypes, errors: Values, typical: float) -> tuple[Values, NDArray[np.integer]]:
    """Squared errors with the prior's, and numbers of strains, by gene, both (genes,)."""
    matrix = strains.matrix()
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    return matrix.T @ np.square(errors) + _PRIOR_STRAINS * typical**2, counts


def _by_others(strains: Genotypes, errors: Values, typical: float) -> Values:
    """Deviation of each strain from the errors of all others, the label's unit, (strains,)."""
    sums, counts = _sums(strains, errors, typical)
    genes, strain = strains.indices, np.repeat(np.arange(len(strains)), strains.counts)
    squares = (sums[genes] - errors[strain] ** 2) / (counts[genes] - 1 + _PRIOR_STRAINS)
    means = np.bincount(strain, squares, minlength=len(strains)) / np.maximum(strains.counts, 1)
    return np.sqrt(np.where(strains.counts > 0, means, typical**2))


def growth_of(errors: Values, deviations: Values, predicted: Values) -> Growth:
    """Growth from strains in groups of like |prediction|; all of shape (strains,), in the label's unit.

    A group's factor is its quantile of |error| / deviation over that of all strains. The strongest group has 50 strains
    and each before it twice as many: what a model says of few strains is where it errs most.
    """
    order = np.argsort(np.abs(predicted), kind="stable")
    groups = _groups(order)
    if len(groups) < 2:
        return Growth()
    whole = conformal_quantile(errors, deviations, _GROWN_AT)
    factors = [conformal_quantile(errors[rows], deviations[rows], _GROWN_AT) / max(whole, 1e-12) for rows in groups]
    sizes = [float(np.median(np.abs(predicted[rows]))) for rows in groups]
    return Growth(tuple(sizes), tuple(factors))


def _groups(order: Rows) -> list[Rows]:
    """Groups of 50, 100, 200, … rows from the end of the order, the first with what remains; ascending."""
    groups, end, size = [], len(order), _STRONGEST
    while end >= 2 * size:
        groups.append(order[end - size : end])
        end, size = end - size, 2 * size
    return [order[:end], *reversed(groups)] if end else list(reversed(groups))
