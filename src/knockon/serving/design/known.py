"""What a question is answered from: the wanted phenotype with its model, and growth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from knockon.arrays import Mask
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.candidates import SetEffects
from knockon.models.designs.protocol import GeneFeatures, Measured, PhenotypeModel
from knockon.serving.design.fitness import PairEffects, PredictPairs, SingleFitness
from knockon.serving.design.growth_errors import GrowthErrors


@dataclass(frozen=True)
class Wanted:
    """The wanted phenotype: what was measured, and the model that was fitted to it.

    own: of the measured strains, those that the person's own tables hold. source: who measured, in words.
    """

    name: str
    unit: str
    source: str
    measured: Measured
    features: GeneFeatures
    model: PhenotypeModel
    own: Mask


@runtime_checkable
class SumOfSets(Protocol):
    """A model that knows its means as sums over genes and pairs."""

    def effects(self, genes: tuple[str, ...]) -> SetEffects:
        """The mean of every set of one or more of `genes`."""


@dataclass(frozen=True)
class Growth:
    """What is known of growth. pairs: ε of some genes. predict: ε by a trained model, None where there is none.
    triples: error of the interaction of three genes, which is taken as 0. errors: how far told fitness lies off.
    """

    singles: SingleFitness
    pairs: Callable[[tuple[str, ...]], PairEffects]
    predict: PredictPairs | None
    triples: float = 0.0
    errors: GrowthErrors = field(default_factory=GrowthErrors)


def strains_over(genes: tuple[str, ...], sets: list[tuple[str, ...]]) -> Genotypes:
    """Strains from sets of names, over `genes` (sorted)."""
    place = {gene: number for number, gene in enumerate(genes)}
    counts = np.cumsum([0, *(len(each) for each in sets)]).astype(np.int64)
    indices = [place[gene] for each in sets for gene in sorted(each)]
    return Genotypes(genes, counts, np.array(indices, dtype=np.int32))


def sets_of(strains: Genotypes) -> list[tuple[str, ...]]:
    """The names of each strain's genes, sorted."""
    names = [strains.genes[place] for place in strains.indices.tolist()]
    ends = strains.indptr.tolist()
    return [tuple(names[start:stop]) for start, stop in pairwise(ends)]


def known_to(wanted: Wanted, strains: Genotypes) -> Genotypes:
    """The same strains over the genes of the features, as the model reads them."""
    place = np.searchsorted(wanted.features.genes, strains.genes).astype(np.int32)
    return Genotypes(wanted.features.genes, strains.indptr, place[strains.indices])
