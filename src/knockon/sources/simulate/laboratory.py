"""A planted laboratory: what knock-outs do to a product and to growth is known, and strains are measured with noise.

A strain's value is base + its genes' effects + its pairs' effects; its growth likewise, never above 1. A strain that
grows too little can't be measured. Most genes do little, a few do much; every third pair or so interacts.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from knockon.arrays import Mask, Values
from knockon.errors import KnockonError


@dataclass(frozen=True)
class LaboratorySimulation:
    """genes: that may be knocked out. pairs: share of the pairs that interact. noise, growth_noise: standard deviation
    of one measurement. harm: mean loss of growth by a gene. viable: growth below which nothing can be measured.
    effect: standard deviation of the effect of a pair that interacts, where that of a gene is 1.
    """

    genes: int = 24
    pairs: float = 0.4
    effect: float = 1.0
    noise: float = 0.3
    growth_noise: float = 0.03
    harm: float = 0.12
    viable: float = 0.5

    def __post_init__(self) -> None:
        """Refuse sizes that give no laboratory. Raises KnockonError."""
        if not 4 <= self.genes <= 1000 or not 0 <= self.pairs <= 1 or min(self.noise, self.growth_noise, self.harm) < 0:
            raise KnockonError("simulated laboratory: 4 … 1,000 genes, a share of pairs, and no negative noise or harm")


@dataclass(frozen=True)
class Truth:
    """singles, growth_singles: float64 (genes,); pairs, growth_pairs: float64 (genes, genes), symmetric, diagonal 0."""

    singles: Values
    pairs: Values
    growth_singles: Values
    growth_pairs: Values
    viable: float

    def values(self, sets: Mask) -> Values:
        """Of sets of genes, bool (sets, genes): float64 (sets,)."""
        return _sums(sets, 0.0, self.singles, self.pairs)

    def growth(self, sets: Mask) -> Values:
        """Relative to the wild type, float64 (sets,)."""
        return np.clip(_sums(sets, 1.0, self.growth_singles, self.growth_pairs), 0.0, 1.0)


def plant(settings: LaboratorySimulation, seed: int) -> Truth:
    """The truth of one laboratory."""
    random = np.random.default_rng([seed, 11])
    number = settings.genes
    interacts = random.random((number, number)) < settings.pairs
    pairs = _symmetric(np.where(interacts, random.normal(0, settings.effect, (number, number)), 0.0))
    # Synthetic sickness is rare and strong.
    sick = random.random((number, number)) < 0.05
    growth_pairs = _symmetric(np.where(sick, -random.gamma(2.0, 0.15, (number, number)), 0.0))
    return Truth(
        random.normal(0, 1, number),
        pairs,
        -random.gamma(0.7, settings.harm / 0.7, number),
        growth_pairs,
        settings.viable,
    )


def told_pairs(truth: Truth, correlation: float, seed: int) -> Values:
    """What a model of that correlation with the truth tells of pairs, float64 (genes, genes): right on average."""
    random = np.random.default_rng([seed, 19])
    upper = np.triu_indices(len(truth.singles), 1)
    spread = truth.pairs[upper].std() * correlation * np.sqrt(1 - correlation**2)
    told = np.zeros_like(truth.pairs)
    told[upper] = correlation**2 * truth.pairs[upper] + random.normal(0, 1, len(upper[0])) * spread
    return _symmetric(told)


def all_sets(genes: int, most: int) -> Mask:
    """Every set of 1 to `most` genes, bool (sets, genes), small sets first."""
    chosen = [each for size in range(1, most + 1) for each in combinations(range(genes), size)]
    found = np.zeros((len(chosen), genes), dtype=np.bool_)
    rows = np.repeat(np.arange(len(chosen)), [len(each) for each in chosen])
    found[rows, [gene for each in chosen for gene in each]] = True
    return found


def measure(
    truth: Truth, sets: Mask, settings: LaboratorySimulation, random: np.random.Generator
) -> tuple[Values, Values]:
    """Values, NaN for strains that don't grow enough, and growth; float64 (sets,)."""
    growth = truth.growth(sets)
    values = truth.values(sets) + random.normal(0, settings.noise, len(sets))
    measured = np.maximum(growth + random.normal(0, settings.growth_noise, len(sets)), 0.0)
    return np.where(growth >= truth.viable, values, np.nan), measured


def _sums(sets: Mask, base: float, singles: Values, pairs: Values) -> Values:
    chosen = sets.astype(np.float64)
    return np.asarray(base + chosen @ singles + np.einsum("ij,ij->i", chosen @ pairs, chosen) / 2)


def _symmetric(values: Values) -> Values:
    upper = np.triu(values, 1)
    return upper + upper.T
