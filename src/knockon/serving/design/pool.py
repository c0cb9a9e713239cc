"""Sets of deletions worth a look: of the genes that promise most the sets that rank best, and not all of one gene."""

from collections import Counter
from dataclasses import replace

import numpy as np

from knockon.arrays import Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.candidates import Rules, SetEffects, rank_sets
from knockon.serving.design.fitness import PairEffects, SingleFitness, as_sums
from knockon.serving.design.genome import Genome
from knockon.serving.design.known import Growth, SumOfSets, Wanted, sets_of, strains_over
from knockon.serving.design.question import Question

CANDIDATES = 800
"""Genes whose sets are ranked; of more, those of which a model thinks best."""
POOL = 2000
"""Sets that are looked at one by one: predicted, drawn from, and told whether they grow."""
FEASIBLE = 0.8
"""The least probability that a design grows as it must."""
VIABLE = 0.2
"""The fitness that a design must have where no least fitness is asked: a strain below it hardly makes a colony."""
SHARE = 0.25
"""The largest share of a batch that one gene, or one complex, may be in."""
_SAFE = 0.8416
"""Standard deviations below the mean above which FEASIBLE of a normal distribution lies."""
_ROUNDS = 6
_HOPELESS = 0.15
"""So far below the least fitness a single mutant is in no set: few interactions are as large."""


def candidates(
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


def over(growth: Growth, rows: Rows, genes: tuple[str, ...]) -> tuple[SingleFitness, PairEffects]:
    """Growth of some genes. rows: of these genes in `growth.singles`."""
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


def pooled(
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
