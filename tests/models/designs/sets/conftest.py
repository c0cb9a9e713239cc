"""Planted strains: additive effects and pairs, cycle by cycle."""

from dataclasses import dataclass

import numpy as np
import pytest

from knockon.models.designs.laboratory import genotypes_of_mask
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.sources.simulate.laboratory import LaboratorySimulation, Truth, all_sets, plant


@dataclass(frozen=True)
class Planted:
    """Strains of three cycles; truth: (strains,); planted: what made it."""

    measured: Measured
    cycles: np.ndarray
    truth: np.ndarray
    planted: Truth
    features: GeneFeatures


def planted(seed: int, strains: int = 150, noise: float = 0.3, shift: float = 0.0) -> Planted:
    random = np.random.default_rng(seed)
    truth = plant(LaboratorySimulation(10, pairs=0.5, effect=0.7), seed)
    sets = all_sets(10, 3)
    chosen = np.concatenate([np.arange(10), 10 + random.permutation(len(sets) - 10)[: strains - 10]])
    genotypes = genotypes_of_mask(sets[chosen])
    cycles = np.arange(strains) * 3 // strains
    values = 5 + truth.values(sets[chosen])
    measured = Measured(
        genotypes, values + random.normal(0, noise, strains) + shift * cycles, np.full(strains, noise / 10)
    )
    features = GeneFeatures(genotypes.genes, ("locus",), np.arange(10, dtype=np.float32)[:, None] * 50)
    return Planted(measured, cycles, values, truth, features)


@pytest.fixture(scope="module")
def world() -> Planted:
    return planted(1)
