"""Low-rank factorisation: additive gene effects plus a completed matrix of what they leave over, pair by pair."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.selection import join, rank_key
from knockon.models.soft_impute import LowRank, soft_impute_path
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.strains.additive import RIDGES, Additive
from knockon.models.strains.gene_axis import indicator, perturbed_genes, positions

RANKS = (8, 16, 32, 64, 128)
SHRINKAGES = (0.9, 0.7, 0.55, 0.45, 0.35, 0.25)

_FILE = "factorisation.safetensors"
_BLOCK = 50_000
# Components kept while completing; the model's own rank is cut from the solution.
_WORKING_RANK = 128
# A genes × genes matrix in single precision beyond this many genes: 6,000 genes then take 144 MB a matrix.
_DOUBLE_SIZE = 2_000
# Weights are relative to this quantile, so that a few very precise pairs don't slow the completion of all others.
_FULL_WEIGHT = 0.9


class Factorisation(PlainModel):
    """y = additive + Σ Z_gh over the pairs of perturbed genes; Z symmetric, of low rank, by soft-impute.

    rank, shrinkage, ridge: values to choose from on validation rows; the least complex wins a tie. Z covers the genes
    of training pairs only; it is learnt from strains of two perturbed genes, and keeps its `rank` strongest components.
    `refit` as in Additive.
    """

    name = "factorisation"

    def __init__(
        self,
        rank: Sequence[int] = RANKS,
        shrinkage: Sequence[float] = SHRINKAGES,
        ridge: Sequence[float] = RIDGES,
        refit: bool = True,
    ) -> None:
        if not rank or min(rank) < 1 or not shrinkage or not all(0 < value <= 1 for value in shrinkage):
            raise KnockonError(f"factorisation: rank {rank} must be positive, shrinkage {shrinkage} within 0 to 1")
        self._ranks, self._shrinkages = tuple(sorted(rank)), tuple(sorted(shrinkage, reverse=True))
        self._refit = refit
        self._additive = Additive(ridge, refit=False)
        self.genes: tuple[str, ...] = ()
        self.residual = LowRank(np.zeros((0, 0)), np.zeros(0))
        self.chosen = (self._ranks[0], self._shrinkages[0])

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Choose ridge, then shrinkage and rank on validation rows, then refit on both."""
        self._additive.fit(train, validation, seed)
        if len(self._ranks) * len(self._shrinkages) > 1:
            self.chosen = self._choose(train, validation)
        self.refit(join(train, validation) if self._refit else train, seed)

    def refit(self, examples: Examples, seed: int) -> None:
        """Solve and complete with the penalties that the last `fit` chose."""
        self._additive.solve(examples, self._additive.ridge)
        for _, solution in self._path(examples, self.chosen[1]):
            self.residual = solution.truncated(self.chosen[0]).in_rows()

    def _choose(self, train: Examples, validation: Examples) -> tuple[int, float]:
        """Walk down the shrinkages; two that bring no gain end the walk."""
        additive = self._additive.predict(validation.genotypes)
        best, chosen, without_gain = (-np.inf, -np.inf), self.chosen, 0
        for shrinkage, solution in self._path(train, self._shrinkages[-1]):
            without_gain += 1
            for rank in self._ranks:
                pairs = pair_sums(validation.genotypes, self.genes, solution.truncated(rank))
                score = rank_key(validation.values, additive + pairs)
                if score > best:
                    best, chosen, without_gain = score, (rank, shrinkage), 0
            if without_gain == 2:
                break
        return chosen

    def _path(self, examples: Examples, last: float) -> Iterator[tuple[float, LowRank]]:
        """Soft-impute on the additive residual of the strains of two genes, down to the shrinkage `last`."""
        two = examples.take(examples.genotypes.counts == 2)
        self.genes = perturbed_genes(two.genotypes)
        residual = two.values - self._additive.predict(two.genotypes)
        observed, weights = pair_matrix(two, self.genes, residual)
        shrinkages = [value for value in self._shrinkages if value >= last]
        return soft_impute_path(observed, weights, shrinkages, max(_WORKING_RANK, self._ranks[-1]))

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """Additive effects and pair terms, in the label's unit, shape (strains,)."""
        return self._additive.predict(genotypes) + pair_sums(genotypes, self.genes, self.residual)

    def save(self, folder: Path) -> None:
        """Write effects and factors."""
        arrays = {
            **self._additive.arrays(),
            "vectors": self.residual.vectors,
            "values": self.residual.values,
            "chosen": np.array(self.chosen, dtype=np.float64),
        }
        settings = {"genes": self._additive.genes, "pair_genes": self.genes}
        save_arrays(folder / _FILE, self.name, arrays, settings)

    def load(self, folder: Path) -> None:
        """Read effects and factors."""
        arrays, settings = load_arrays(folder / _FILE, self.name)
        self._additive.restore(arrays, settings["genes"])
        self.genes = tuple(settings["pair_genes"])
        self.residual = LowRank(arrays["vectors"], arrays["values"])
        self.chosen = (int(arrays["chosen"][0]), float(arrays["chosen"][1]))


def factorisation(
    inputs: Inputs,
    context: Context,
    *,
    rank: Sequence[int] = RANKS,
    shrinkage: Sequence[float] = SHRINKAGES,
    ridge: Sequence[float] = RIDGES,
    refit: bool = True,
) -> Model:
    """Additive effects and a completed matrix; see `Factorisation`."""
    return Factorisation(rank, shrinkage, ridge, refit)


def pair_matrix(
    examples: Examples, genes: tuple[str, ...], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values of strains of two genes as a symmetric matrix and its weights (0 unmeasured, 1 full), both (genes, genes).

    Strains of one pair (other alleles, other temperature) are averaged by weight.
    """
    pairs = positions(examples.genotypes, genes)[examples.genotypes.pairs()]
    kind = np.float64 if len(genes) <= _DOUBLE_SIZE else np.float32
    weights, sums = np.zeros((len(genes), len(genes)), kind), np.zeros((len(genes), len(genes)), kind)
    np.add.at(weights, (pairs[:, 0], pairs[:, 1]), examples.weights)
    np.add.at(sums, (pairs[:, 0], pairs[:, 1]), examples.weights * values)
    weights += weights.T
    sums += sums.T
    observed = np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)
    full = np.quantile(weights[weights > 0], _FULL_WEIGHT) if len(pairs) else 1.0
    return observed, np.minimum(weights / full, 1.0).astype(kind)


def pair_sums(genotypes: Genotypes, genes: tuple[str, ...], matrix: LowRank) -> NDArray[np.float64]:
    """Sum of matrix cells over all pairs of a strain's perturbed genes, shape (strains,); O(perturbed genes · rank).

    With V the vectors and v the values: Σ_{g<h} Z_gh = ½ Σ_k v_k [(Σ_g V_gk)² − Σ_g V_gk²].
    """
    strains = indicator(genotypes, genes)
    squares = strains @ ((matrix.vectors**2) @ matrix.values)
    sums = np.empty(len(genotypes))
    for start in range(0, len(genotypes), _BLOCK):
        block = slice(start, start + _BLOCK)
        sums[block] = ((strains[block] @ matrix.vectors) ** 2) @ matrix.values
    return (sums - squares) / 2
