"""What a learner of the effects of single genes is asked, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from knockon.arrays import Integers, Mask, Rows, Values
from knockon.hashing import text_hash
from knockon.models.designs.protocol import GeneFeatures


@dataclass(frozen=True)
class Effects:
    """What the deletions of some genes do to the phenotype.

    genes: int64 (measured,), distinct numbers of genes. values: float64 (measured,), in the phenotype's unit.
    """

    genes: Rows
    values: Values

    def take(self, kept: Mask) -> "Effects":
        """Some of the measured genes."""
        return Effects(self.genes[kept], self.values[kept])


@dataclass(frozen=True)
class Learnt:
    """What a learner tells of each gene's effect from all genes but itself.

    held: float64 (measured,), of the measured genes, by fits that did not see the gene. told: float64 (genes,), of all
    genes of the features, by the fit of all measured. alike: float64 (genes, directions), along which errors of like
    genes go together; rows of length at most 1. notes: what was chosen, for people.
    """

    held: Values
    told: Values
    alike: Values
    notes: dict[str, float] = field(default_factory=dict)


class Learner(Protocol):
    """Tells genes from genes. Equal seeds and data, equal results."""

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """Learn; whatever is chosen is chosen on the measured genes."""


def none_alike(features: GeneFeatures) -> Values:
    """Errors of no two genes go together."""
    return np.zeros((len(features.genes), 0))


def dealt_by_name(names: Sequence[str], folds: int, seed: int) -> Integers:
    """Fold of each name, int64 (names,): by its hash, so that it stays about where it is where others come and go."""
    keys = np.array([text_hash(f"{seed} {name}") for name in names], dtype=np.uint64)
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys))
    return ranks % folds


def dealt(effects: Effects, features: GeneFeatures, folds: int, seed: int) -> Integers:
    """Fold of each measured gene, int64 (measured,)."""
    names = [features.genes[gene] for gene in effects.genes.tolist()]
    return dealt_by_name(names, max(2, min(folds, len(names))), seed)
