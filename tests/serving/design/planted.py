"""A small yeast with a planted phenotype, for everything that designs are made of."""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.dataset.aggregate import aggregate
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.store import RecordStore, write_store
from knockon.models.designs.protocol import GeneFeatures, Measured, Told
from knockon.serving.design.fitness import pair_effects, single_fitness
from knockon.serving.design.genome import Genome, genome_of
from knockon.serving.design.known import Growth, Wanted, strains_over
from knockon.serving.design.question import Question
from tests.dataset.made_up import deleted, record, table

GENES = tuple(f"Y{chr(65 + place // 20)}L{place % 20:03d}W" for place in range(40))
NAMES = {GENES[0]: "OCT1", GENES[1]: "ADE5,7", GENES[2]: "TYR1", GENES[3]: "ARO4"}
ESSENTIAL = GENES[5]
EFFECTS = np.round(np.random.default_rng(4).normal(0, 1, len(GENES)), 3)
FITNESS = np.round(np.clip(1.0 - 0.15 * np.abs(np.random.default_rng(5).normal(0, 1, len(GENES))), 0.2, 1.1), 3)
EPSILON = {(GENES[2], GENES[3]): -0.4, (GENES[6], GENES[7]): 0.1}
UNMEASURED = GENES[9]
"""Without a fitness."""


def genome_table() -> pa.Table:
    """40 genes on two chromosomes, 10 kb from one another."""
    return pa.table(
        {
            "id": GENES,
            "standard_name": [NAMES.get(gene, "") for gene in GENES],
            "qualifier": ["Verified"] * len(GENES),
            "chromosome": ["I" if place < 20 else "II" for place in range(len(GENES))],
            "start": [1000 + 10_000 * (place % 20) for place in range(len(GENES))],
            "stop": [2000 + 10_000 * (place % 20) for place in range(len(GENES))],
            "essential": [gene == ESSENTIAL for gene in GENES],
        }
    )


def genome() -> Genome:
    return genome_of(genome_table())


def store(folder: Path) -> RecordStore:
    """Single mutants of all but one gene at 30 °C, one of them at 26 °C too, and two pairs."""
    rows = [
        record(deleted(gene), place, value=float(FITNESS[place]), temperature=30.0, standard_error=0.02)
        for place, gene in enumerate(GENES)
        if gene != UNMEASURED
    ]
    rows.append(record(deleted(GENES[0]), 900, value=0.1, temperature=26.0))
    rows += [
        record(deleted(*pair), 1000 + place, value=value, temperature=30.0, standard_error=0.03)
        for place, (pair, value) in enumerate(EPSILON.items())
    ]
    write_store(folder, [aggregate(table(*rows))])
    return RecordStore(folder)


class Additive:
    """Each gene adds its planted effect; what it tells has a fixed spread. predicted: strains asked for so far."""

    def __init__(self, noise: float = 0.2) -> None:
        self.noise, self.asked = noise, 0

    def fit(self, measured: Measured, features: GeneFeatures, seed: int) -> None:
        """Knows the truth already."""

    def _means(self, strains: Genotypes) -> Values:
        place = {gene: number for number, gene in enumerate(GENES)}
        effects = np.array([EFFECTS[place[gene]] for gene in strains.genes])
        return np.asarray(strains.matrix().astype(np.float64) @ effects)

    def predict(self, strains: Genotypes) -> Told:
        self.asked += len(strains)
        return Told(self._means(strains), np.full(len(strains), self.noise))

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """Genes are drawn, so that strains of one gene are alike."""
        random = np.random.default_rng(seed)
        shifts = random.normal(0, self.noise / 2, (draws, len(strains.genes)))
        return self._means(strains) + shifts @ strains.matrix().T.toarray().astype(np.float64)

    def save(self, folder: Path) -> None:
        """Nothing to keep."""

    def load(self, folder: Path) -> None:
        """Nothing to read."""


def features() -> GeneFeatures:
    values = np.random.default_rng(8).normal(0, 1, (len(GENES), 6)).astype(np.float32)
    values[4] = values[2] + 0.05
    values[10, 3] = np.nan
    return GeneFeatures(GENES, tuple("abcdef"), values)


def wanted(model: Additive | None = None) -> Wanted:
    """Singles of the first 30 genes were measured."""
    strains = strains_over(GENES, [(gene,) for gene in GENES[:30]])
    values = EFFECTS[:30] + np.random.default_rng(6).normal(0, 0.1, 30)
    measured = Measured(strains, values, np.full(30, 0.1))
    known = model or Additive()
    return Wanted("betaxanthin", "z-score", "a planted screen", measured, features(), known, np.zeros(30, dtype=bool))


def growth(folder: Path, predict=None) -> Growth:
    records = store(folder)
    return Growth(single_fitness(records, GENES, None), partial(pair_effects, records), predict)


def question(**changes) -> Question:
    plain = {
        "phenotype": "betaxanthin", "maximise": True, "knockouts": 2, "min_fitness": 0.6, "batch": 6, "keep": (),
        "only": None, "min_distance": 15.0, "acquisition": "greedy", "diversity": 0.0, "seed": 1,
    }  # fmt: skip
    return Question(**{**plain, **changes})
