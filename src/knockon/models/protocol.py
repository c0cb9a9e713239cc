"""What a model gets and what it gives: the one protocol behind which every model stands, from the mean to DCell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.represent.representation import Representation


@dataclass(frozen=True)
class Examples:
    """Labelled strains.

    genotypes: the strains. values: float64 (strains,), the label in its own unit. weights: float64 (strains,),
    positive, proportional to inverse variance (all ones where no standard error is known). singles: float64 (genes,),
    measured single-mutant fitness by gene of `genotypes.genes`, NaN where unknown; side information for expectations.
    directions: float64 (strains, 2), the label of a strain of two genes as measured with its first and with its second
    gene as the query, NaN where it was not; None where the source doesn't tell. A model learns from it how the two
    sides of a screen differ; it is never an input.
    """

    genotypes: Genotypes
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    singles: NDArray[np.float64]
    directions: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Examples":
        """The chosen strains."""
        directions = None if self.directions is None else self.directions[rows]
        return Examples(self.genotypes.take(rows), self.values[rows], self.weights[rows], self.singles, directions)


class Model(Protocol):
    """A model of one label. It is fitted once; it learns from `train` alone; `validation` may stop it early."""

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training strains."""

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """Predict the label in its unit, shape (strains,)."""

    def save(self, folder: Path) -> None:
        """Write everything that `predict` needs into an existing empty folder, without pickle."""

    def load(self, folder: Path) -> None:
        """Read what `save` wrote into a model built with the same arguments."""


@runtime_checkable
class SelfStopping(Model, Protocol):
    """A model that validation rows stop early, and that can learn once more without them."""

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains alone, for as long as the validation rows of the last `fit` found best."""


@dataclass(frozen=True)
class Inputs:
    """What builders may draw on besides their own hyper-parameters: the gene vectors and how they are aggregated."""

    representation: Representation
    aggregation: str
