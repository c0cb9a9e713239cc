"""What a model gets and what it gives: the one protocol behind which every model stands, from the mean to DCell."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes


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


class Subsystems(Protocol):
    """What a model tells that is built from subsystems, such as DCell, once it is fitted or loaded."""

    def rank(self, genotypes: Genotypes) -> pa.Table:
        """How much each subsystem explains of the predictions of these strains; `dcell.tables.RLIPP_SCHEMA`."""

    def shifts(self, genotypes: Genotypes) -> pa.Table:
        """How far each strain moves each subsystem's own guess at the label; `dcell.tables.SHIFT_SCHEMA`."""

    def write_states(self, path: Path, genotypes: Genotypes) -> None:
        """Write the state of every subsystem for every strain as Parquet; `dcell.tables.STATE_SCHEMA`."""


class Model(Protocol):
    """A model of one label. It is fitted once; it learns from `train` alone; `validation` may stop it early."""

    @property
    def name(self) -> str:
        """What it is called beside others; where a fit decides its form, the name says which."""

    @property
    def reads_vectors(self) -> bool:
        """Whether the genes' vectors are an input; a control on random vectors says something only then."""

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """The metric log of the last `fit`, a dictionary a line; empty where nothing is trained step by step."""

    @property
    def subsystems(self) -> Subsystems | None:
        """What it tells about its subsystems; None where it has none."""

    def parts(self) -> "Mapping[str, Model]":
        """The models that it is a mean of, by name; empty where it is of one piece."""

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training strains."""

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains alone, with what the validation rows of the last `fit` found best.

        That is when to stop, or a penalty: watched by rows from which it learns, a model would never stop.
        """

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """Predict the label in its unit, shape (strains,)."""

    def save(self, folder: Path) -> None:
        """Write everything that `predict` needs into an existing empty folder, without pickle."""

    def load(self, folder: Path) -> None:
        """Read what `save` wrote into a model built with the same arguments."""


class PlainModel(ABC):
    """The answers of a model of one piece, without steps or subsystems, that no validation row tells anything."""

    name: str
    reads_vectors = False

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """Empty: it is not trained step by step."""
        return ()

    @property
    def subsystems(self) -> Subsystems | None:
        """None: it has none."""
        return None

    def parts(self) -> Mapping[str, Model]:
        """Empty: it is of one piece."""
        return {}

    @abstractmethod
    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training strains."""

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains alone."""
        self.fit(examples, examples.take(np.zeros(0, dtype=np.int64)), seed)
