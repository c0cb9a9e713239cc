"""From a fitted model and what is known of growth to a batch: ranked, likely to grow, diverse, worth its strains."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from knockon.arrays import Integers, Mask, Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.acquisition import Acquisition, Pool, growth_probability
from knockon.models.designs.batch import Batch, choose_batch
from knockon.models.designs.candidates import Rules, SetEffects, rank_sets
from knockon.models.designs.protocol import GeneFeatures, Measured, PhenotypeModel, Told
from knockon.serving.design.fitness import (
    PairEffects,
    PredictPairs,
    SingleFitness,
    StrainFitness,
    as_sums,
    fitness_of,
    with_predicted,
)
from knockon.serving.design.genome import Genome
from knockon.serving.design.question import Question

CANDIDATES = 800
"""Genes whose sets are ranked; of more, those of which a model thinks best."""
POOL = 2000
"""Sets that are looked at one by one: predicted, drawn from, and told whether they grow."""
DRAWS = 256
FEASIBLE = 0.8
"""The least probability that a design grows as it must."""
SHARE = 0.25
"""The largest share of a batch that one gene, or one complex, may be in."""
LEVEL = 0.9
NORMAL = 1.6449
"""Standard deviations on either side that hold LEVEL of a normal distribution."""
_SAFE = 0.8416
"""Standard deviations below the mean above which FEASIBLE of a normal distribution lies."""
_ROUNDS = 6
_HOPELESS = 0.15
"""So far below the least fitness a single mutant is in no set: few interactions are as large."""


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
    """What is known of growth. pairs: ε of some genes. predict: ε by a trained model, None where there is none."""

    singles: SingleFitness
    pairs: Callable[[tuple[str, ...]], PairEffects]
    predict: PredictPairs | None


@dataclass(frozen=True)
class Proposal:
    """A pool of strains with all that is told of them, and the batch.

    told: of a new measurement. deviation: of the true value, float64 (pool,). growth: probability of the least fitness.
    notes: what a person should know, a sentence each. best: the best that was measured, by the model's own estimate.
    """

    strains: Genotypes
    told: Told
    deviation: Values
    fitness: StrainFitness
    growth: Values
    pairs: PairEffects
    batch: Batch
    best: float
    candidates: int
    notes: tuple[str, ...]


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


def propose(
    question: Question,
    wanted: Wanted,
    growth: Growth,
    genome: Genome,
    allowed: tuple[str, ...],
    complexes: dict[str, int],
) -> Proposal:
    """The next batch.

    allowed: genes that may be deleted, all of them in `growth.singles.genes`. complexes: number of a gene's complex.
    Raises KnockonError where a constraint leaves nothing, naming it.
    """
    sign = 1.0 if question.maximise else -1.0
    notes: list[str] = []
    genes = _candidates(question, wanted, growth, allowed, sign, notes)
    rows = np.searchsorted(growth.singles.genes, genes)
    singles, pairs = _over(growth, rows, genes)
    strains = _pool(question, wanted, genome, singles, pairs, genes, sign)
    strains = _without_measured(strains, wanted, notes)
    if growth.predict is not None:
        pairs = with_predicted(pairs, genes, strains, growth.predict)
    fitness = fitness_of(singles, pairs, strains)
    least = question.min_fitness
    grows = np.ones(len(strains)) if least is None else growth_probability(fitness.values, fitness.deviations, least)
    told = wanted.model.predict(_known_to(wanted, strains))
    draws = sign * wanted.model.draw(_known_to(wanted, strains), DRAWS, question.seed)
    best = _best(wanted, sign)
    groups = np.array([complexes.get(gene, -1) for gene in genes], dtype=np.int64)
    pool = Pool(strains, sign * told.mean, draws.std(axis=0), draws, grows, groups)
    batch = _batch(question, pool, best, fitness, notes)
    signed = replace(batch, expected_best=sign * batch.expected_best)
    return Proposal(strains, told, pool.deviation, fitness, grows, pairs, signed, sign * best, len(genes), tuple(notes))


def _known_to(wanted: Wanted, strains: Genotypes) -> Genotypes:
    """The same strains over the genes of the features, as the model reads them."""
    place = np.searchsorted(wanted.features.genes, strains.genes).astype(np.int32)
    return Genotypes(wanted.features.genes, strains.indptr, place[strains.indices])


def _candidates(
    question: Question, wanted: Wanted, growth: Growth, allowed: tuple[str, ...], sign: float, notes: list[str]
) -> tuple[str, ...]:
    """Genes whose sets are ranked, sorted: of too many, those that may be best."""
    genes = np.array(allowed)
    if question.knockouts == 1:
        # Else most of what is ranked would be measured already.
        known = set(sets_of(wanted.measured.strains))
        genes = np.array([gene for gene in allowed if (gene,) not in known], dtype=str)
        if not len(genes):
            raise KnockonError(
                "every single deletion that is allowed was measured already: allow two with --knockouts 2"
            )
    if question.min_fitness is not None:
        rows = np.searchsorted(growth.singles.genes, genes)
        grows = growth.singles.values[rows] >= question.min_fitness - _HOPELESS
        if not grows.any():
            raise KnockonError(
                f"--min-fitness {question.min_fitness:g}: no gene that may be deleted leaves a strain near it; the "
                f"fittest single mutant has {growth.singles.values[rows].max():.3g}: lower it"
            )
        genes = genes[grows]
    if len(genes) <= CANDIDATES:
        return tuple(genes.tolist())
    told = wanted.model.predict(strains_over(wanted.features.genes, [(gene,) for gene in genes.tolist()]))
    order = np.argsort(-(sign * told.mean + told.deviation), kind="stable")[:CANDIDATES]
    notes.append(f"of {len(genes):,} genes the {CANDIDATES} of which the model hopes most were looked at")
    return tuple(sorted(genes[order].tolist()))


def _over(growth: Growth, rows: Rows, genes: tuple[str, ...]) -> tuple[SingleFitness, PairEffects]:
    singles = growth.singles
    own = SingleFitness(genes, singles.values[rows], singles.errors[rows], singles.measured[rows])
    return own, growth.pairs(genes)


def _effects(wanted: Wanted, genes: tuple[str, ...], sign: float, deviations: float) -> SetEffects:
    """The phenotype of sets as a sum over genes and pairs, larger is better.

    A model of sets knows its sum; of another one pairs are asked only where it was shown any: what was never shown adds
    up. deviations: of how many standard deviations each gene is taken better than it is told to be.
    """
    names = wanted.features.genes
    told = wanted.model.predict(strains_over(names, [(gene,) for gene in genes]))
    if isinstance(wanted.model, SumOfSets):
        known = wanted.model.effects(genes)
        base, singles, pairs = known.base, known.singles, known.pairs
    else:
        base = float(wanted.model.predict(strains_over(names, [()])).mean[0])
        singles, pairs = told.mean - base, _pairs(wanted, genes, base, told.mean - base)
    return SetEffects(genes, sign * base, sign * singles + deviations * told.deviation, sign * pairs)


def _pairs(wanted: Wanted, genes: tuple[str, ...], base: float, singles: Values) -> Values:
    """What two genes do beyond their sum, float64 (genes, genes)."""
    names, pairs = wanted.features.genes, np.zeros((len(genes), len(genes)))
    if (wanted.measured.strains.counts > 1).any() and len(genes) > 1:
        first, second = np.triu_indices(len(genes), 1)
        place = np.searchsorted(names, genes).astype(np.int32)
        indices = np.stack([place[first], place[second]], axis=1).ravel()
        both = Genotypes(names, 2 * np.arange(len(first) + 1, dtype=np.int64), indices)
        values = wanted.model.predict(both).mean - base - singles[first] - singles[second]
        pairs[first, second] = pairs[second, first] = values
    return pairs


def _pool(
    question: Question,
    wanted: Wanted,
    genome: Genome,
    singles: SingleFitness,
    pairs: PairEffects,
    genes: tuple[str, ...],
    sign: float,
) -> Genotypes:
    """The sets that look best, and those that may be best, each once."""
    chromosomes, positions = genome.places(genes)
    far = question.min_distance > 0
    rules = Rules(
        most=min(question.knockouts, len(genes)),
        chromosomes=chromosomes if far else None,
        positions=positions if far else None,
        apart=question.min_distance,
        fitness=question.min_fitness,
    )
    growth = as_sums(singles, pairs)
    found: dict[tuple[str, ...], None] = {}
    for deviations, size in ((0.0, rules.most), (1.0, max(1, rules.most - 1))):
        effects = _effects(wanted, genes, sign, deviations)
        safe = rules if rules.fitness is None else replace(rules, fitness=rules.fitness + _margin(singles, pairs, size))
        try:
            found |= dict.fromkeys(_best_sets(effects, safe, growth))
        except KnockonError:
            # What would be told of the least fitness is told of the one that was asked for.
            found |= dict.fromkeys(_best_sets(effects, rules, growth))
    return strains_over(genes, list(found))


def _margin(singles: SingleFitness, pairs: PairEffects, size: int) -> float:
    """How far above the least fitness a set of so many genes usually lies that reaches it with FEASIBLE."""
    off = pairs.errors[np.triu_indices(len(singles.genes), 1)]
    pair = float(np.median(off**2)) if len(off) else 0.0
    return _SAFE * float(np.sqrt(size * np.median(singles.errors**2) + size * (size - 1) / 2 * pair))


def _best_sets(effects: SetEffects, rules: Rules, growth: SetEffects) -> list[tuple[str, ...]]:
    """The best sets, and the best of those without the genes that most of these have, a few times over.

    The thousand best triples of a million may all be of one gene and any two others; a batch must not be.
    """
    found: list[tuple[str, ...]] = []
    barred: tuple[str, ...] = ()
    for _ in range(_ROUNDS):
        try:
            sets = sets_of(rank_sets(effects, replace(rules, keep=barred), POOL // _ROUNDS, growth).strains)
        except KnockonError:
            if not barred:
                raise
            break
        found += sets
        uses = Counter(gene for genes in sets for gene in genes)
        barred += tuple(sorted(gene for gene, number in uses.items() if number > SHARE * len(sets)))
        if len(effects.genes) - len(barred) < rules.fewest:
            break
    return found


def _without_measured(strains: Genotypes, wanted: Wanted, notes: list[str]) -> Genotypes:
    """Strains that nobody has measured yet."""
    known = set(sets_of(wanted.measured.strains))
    kept = np.array([each not in known for each in sets_of(strains)])
    if not kept.any():
        raise KnockonError(
            "every strain that the constraints allow was measured already: allow more knock-outs or genes"
        )
    if not kept.all():
        notes.append(f"{int((~kept).sum()):,} strains among the best are measured already: none of them is proposed")
    return strains.take(kept)


def _best(wanted: Wanted, sign: float) -> float:
    """The best true value among the strains that were measured, by the model: the largest measurement is luck, too."""
    return float((sign * wanted.model.predict(_known_to(wanted, wanted.measured.strains)).mean).max())


def _batch(question: Question, pool: Pool, best: float, fitness: StrainFitness, notes: list[str]) -> Batch:
    """Pick; fewer where fewer grow, and more of one gene where there is no other: both are said."""
    open_rows = int((pool.growth >= FEASIBLE).sum())
    if not open_rows:
        raise KnockonError(
            f"--min-fitness {question.min_fitness:g}: none of {len(pool.strains):,} sets reaches it with a "
            f"probability of {FEASIBLE:g}; the likeliest does with {pool.growth.max():.2f} (predicted "
            f"{_at_most(pool, fitness):.3f}): lower it"
        )
    size = min(question.batch, open_rows)
    if size < question.batch:
        notes.append(f"only {size} strains of {question.batch} were found that the constraints allow")
    kinds = question.acquisition
    chosen = Acquisition(kind=kinds, feasible=FEASIBLE, diversity=question.diversity, share=SHARE)  # type: ignore[arg-type]
    for share in (SHARE, 2 * SHARE):
        try:
            return choose_batch(pool, size, replace(chosen, share=share), best)
        except KnockonError:
            notes.append(f"one gene or complex stands in more than {share:.0%} of the batch: there are too few others")
    return choose_batch(pool, size, replace(chosen, share=1.0), best)


def _at_most(pool: Pool, fitness: StrainFitness) -> float:
    return float(fitness.values[int(np.argmax(pool.growth))])


def pareto_front(mean: Values, fitness: Values, maximise: bool) -> Integers:
    """Rows that no other strain beats in both phenotype and fitness, by falling fitness, int64."""
    wanted = mean if maximise else -mean
    order = np.lexsort((-wanted, -fitness))
    best = np.maximum.accumulate(wanted[order])
    first = np.concatenate([[True], best[1:] > best[:-1]])
    return np.asarray(order[first], dtype=np.int64)
