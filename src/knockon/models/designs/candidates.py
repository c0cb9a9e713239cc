"""Every set of up to three knock-outs over a list of genes, ranked; no model and no LP in the inner loop.

A set's value is a sum over its genes and over its pairs of genes (`SetEffects`), so that the 85 million triples of 800
genes are three additions each, in blocks of one first gene; what is kept is the best `top` so far, never all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError, nearest

MOST = 3
"""Knock-outs in one set, at most."""


@dataclass(frozen=True)
class SetEffects:
    """A quantity of strains as a sum: base + its genes' effects + its pairs' effects, all in the quantity's unit.

    genes: sorted names. singles: float64 (genes,). pairs: float64 (genes, genes), symmetric, its diagonal is not read.
    """

    genes: tuple[str, ...]
    base: float
    singles: Values
    pairs: Values

    def __post_init__(self) -> None:
        number = len(self.genes)
        if self.singles.shape != (number,) or self.pairs.shape != (number, number):
            raise KnockonError(
                f"effects of {number} genes: {self.singles.shape} single and {self.pairs.shape} pair effects"
            )
        if not (np.isfinite(self.singles).all() and np.isfinite(self.pairs).all()):
            raise KnockonError("effects of genes: one is not a number; leave such genes out of the candidates")

    def of(self, strains: Genotypes) -> Values:
        """The quantity of each strain over the same genes, float64 (strains,)."""
        matrix = strains.matrix().astype(np.float64)
        off = self.pairs - np.diag(np.diag(self.pairs))
        within = np.asarray((matrix @ off * matrix.toarray()).sum(axis=1)) / 2
        return np.asarray(self.base + matrix @ self.singles + within, dtype=np.float64)


@dataclass(frozen=True)
class Rules:
    """Which sets may be built.

    most, fewest: knock-outs in a set. keep: genes that stay. essential: genes that are never knocked out. forbidden:
    pairs that can't be combined. chromosomes (any integers; below 0: unknown) and positions (kb) by gene, both or none:
    two loci of one chromosome that are less than `apart` kb from each other can't be combined. fitness: the least
    predicted fitness of a set.
    """

    most: int = 2
    fewest: int = 1
    keep: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    chromosomes: Integers | None = None
    positions: Values | None = None
    apart: float = 0.0
    fitness: float | None = None


@dataclass(frozen=True)
class Ranked:
    """Sets from the best down. scores and fitness: float64 (sets,); fitness is NaN where none was given."""

    strains: Genotypes
    scores: Values
    fitness: Values


def rank_sets(effects: SetEffects, rules: Rules, top: int, fitness: SetEffects | None = None) -> Ranked:
    """The best `top` sets that the rules allow, by their effects; equal scores in the order of their genes.

    fitness: of the same genes, for `rules.fitness`. Raises KnockonError where a rule is no rule, and where the rules
    leave no set: then it names the rule that does.
    """
    raise NotImplementedError
