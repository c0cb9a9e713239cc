"""What a model of a wanted phenotype is asked: strains in, a predictive distribution out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Matrix, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.links import likeness


@dataclass(frozen=True)
class Measured:
    """Strains whose phenotype was measured.

    values: float64 (strains,), in the phenotype's unit. errors: float64 (strains,), standard errors in the same unit,
    NaN where none was reported.
    """

    strains: Genotypes
    values: Values
    errors: Values

    def __post_init__(self) -> None:
        if not len(self.strains) == len(self.values) == len(self.errors):
            raise KnockonError(
                f"measured strains: {len(self.strains)} genotypes, {len(self.values)} values, {len(self.errors)} errors"
            )
        if not np.isfinite(self.values).all():
            raise KnockonError("measured strains: a value is not a number; leave such strains out")

    def take(self, rows: np.ndarray) -> "Measured":
        """The chosen strains."""
        return Measured(self.strains.take(rows), self.values[rows], self.errors[rows])


@dataclass(frozen=True)
class GeneFeatures:
    """What is known of each gene without the wanted phenotype, in blocks.

    values: float32 (genes, features), NaN where unknown, by the genes of `Genotypes.genes`. names: of the features,
    "block/feature". links: wide blocks of which a gene has few entries, float32 (genes, entries): annotations,
    networks, profiles of interactions.
    """

    genes: tuple[str, ...]
    names: tuple[str, ...]
    values: Matrix
    links: Mapping[str, sp.csr_matrix] = field(default_factory=dict)

    @cached_property
    def alike(self) -> Matrix:
        """How alike genes are by all links, float32 (genes, genes), 0 with themselves; made once."""
        return likeness(self.links, len(self.genes))

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of all blocks, those of `values` first, in their order."""
        return (*dict.fromkeys(name.partition("/")[0] for name in self.names), *self.links)

    def block(self, name: str) -> Matrix:
        """The features of one block of `values`, float32 (genes, features of the block); none where there is none."""
        return self.values[:, [each.partition("/")[0] == name for each in self.names]]

    def without(self, blocks: Collection[str]) -> "GeneFeatures":
        """Without some blocks: what would tell the wanted phenotype itself."""
        kept = [place for place, name in enumerate(self.names) if name.partition("/")[0] not in blocks]
        links = {name: matrix for name, matrix in self.links.items() if name not in blocks}
        return GeneFeatures(self.genes, tuple(self.names[place] for place in kept), self.values[:, kept], links)


@dataclass(frozen=True)
class Told:
    """A predictive distribution a strain: mean and standard deviation of a *new measurement*, float64 (strains,)."""

    mean: Values
    deviation: Values


class PhenotypeModel(Protocol):
    """A model of one phenotype of strains with any number of knock-outs. Equal seeds and data, equal bytes."""

    def fit(self, measured: Measured, features: GeneFeatures, seed: int) -> None:
        """Learn. What is chosen or calibrated is chosen on parts of `measured` alone: nested, by gene or by set."""

    def predict(self, strains: Genotypes) -> Told:
        """What a new measurement of each strain will show."""

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """Joint draws of the strains' true values, float64 (draws, strains): genes in common make strains alike."""

    def save(self, folder: Path) -> None:
        """Write the fitted model into an existing folder, without pickle."""

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where it is absent, damaged or of another kind."""
