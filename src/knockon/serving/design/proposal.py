"""From a fitted model and what is known of growth to a batch: ranked, likely to grow, diverse, worth its strains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.acquisition import Acquisition, Pool
from knockon.models.designs.batch import Batch, choose_batch
from knockon.models.designs.protocol import Told
from knockon.serving.design.evidence import FluxNote
from knockon.serving.design.fitness import PairEffects, StrainFitness, fitness_of, with_predicted
from knockon.serving.design.genome import Genome
from knockon.serving.design.known import Growth, Wanted, known_to, sets_of
from knockon.serving.design.pool import FEASIBLE, SHARE, VIABLE, candidates, over, pooled
from knockon.serving.design.question import Question

DRAWS = 256
LEVEL = 0.9
NORMAL = 1.6449
"""Standard deviations on either side that hold LEVEL of a normal distribution."""
ASKED = 800
"""Sets that the metabolic model is asked about before a batch is picked: those that may be best. A third to a half of
them hold a gene of yeast's model; the others take no program."""


class AskModel(Protocol):
    """What a metabolic model says of sets of deletions; of some it says nothing."""

    def __call__(self, sets: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], FluxNote]:
        """A note a set of which it says anything."""

    def said(self) -> tuple[str, ...]:
        """What a person should know of it, a sentence each."""


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
    fluxes: Mapping[tuple[str, ...], FluxNote] = field(default_factory=dict)
    """What the metabolic model says of the sets that it was asked about."""


def propose(
    question: Question,
    wanted: Wanted,
    growth: Growth,
    genome: Genome,
    allowed: tuple[str, ...],
    complexes: dict[str, int],
    ask_model: AskModel | None = None,
) -> Proposal:
    """The next batch.

    allowed: genes that may be deleted, all of them in `growth.singles.genes`. complexes: number of a gene's complex.
    ask_model: a set of which it says that its deletions stop growth together is not proposed.
    Raises KnockonError where a constraint leaves nothing, naming it.
    """
    sign = 1.0 if question.maximise else -1.0
    notes: list[str] = []
    genes = candidates(question, wanted, growth, allowed, sign, notes)
    rows = np.searchsorted(growth.singles.genes, genes)
    singles, pairs = over(growth, rows, genes)
    strains = pooled(question, wanted, genome, singles, pairs, genes, sign)
    strains = _without_measured(strains, wanted, notes)
    if growth.predict is not None:
        pairs = with_predicted(pairs, genes, strains, growth.predict)
    fitness = fitness_of(singles, pairs, strains, growth.triples)
    least = VIABLE if question.min_fitness is None else question.min_fitness
    grows = growth.errors.reaches(fitness, least)
    told = wanted.model.predict(known_to(wanted, strains))
    draws = sign * wanted.model.draw(known_to(wanted, strains), DRAWS, question.seed)
    best = _best(wanted, sign)
    groups = np.array([complexes.get(gene, -1) for gene in genes], dtype=np.int64)
    pool = Pool(strains, sign * told.mean, draws.std(axis=0), draws, grows, groups)
    batch, pool, fluxes = _viable_batch(question, pool, best, fitness, ask_model, notes)
    signed = replace(batch, expected_best=sign * batch.expected_best)
    return Proposal(
        strains,
        told,
        pool.deviation,
        fitness,
        pool.growth,
        pairs,
        signed,
        sign * best,
        len(genes),
        tuple(notes),
        fluxes,
    )


def _viable_batch(
    question: Question, pool: Pool, best: float, fitness: StrainFitness, ask_model: AskModel | None, notes: list[str]
) -> tuple[Batch, Pool, dict[tuple[str, ...], FluxNote]]:
    """A batch, the pool without what the metabolic model calls dead, and what that said of the best and the batch."""
    if ask_model is None:
        return _batch(question, pool, best, fitness, notes), pool, {}
    sets = sets_of(pool.strains)
    promising = np.argsort(np.where(pool.growth >= FEASIBLE, -(pool.mean + pool.deviation), np.inf), kind="stable")
    fluxes = dict(ask_model([sets[row] for row in promising[:ASKED].tolist()]))
    own = list(notes)
    while True:
        dead = np.array([genes in fluxes and fluxes[genes].dead for genes in sets])
        alive = replace(pool, growth=np.where(dead, 0.0, pool.growth))
        # What is said of an earlier batch does not hold of this one.
        notes[:] = own
        batch = _batch(question, alive, best, fitness, notes)
        fluxes |= ask_model([sets[row] for row in batch.rows.tolist()])
        if not any(sets[row] in fluxes and fluxes[sets[row]].dead for row in batch.rows.tolist()):
            break
    notes += ask_model.said()
    if dead.any():
        notes.append(
            f"{int(dead.sum())} sets of which the metabolic model says that they do not grow, though each of their "
            "deletions does alone, are not proposed"
        )
    return batch, alive, fluxes


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
    return float((sign * wanted.model.predict(known_to(wanted, wanted.measured.strains)).mean).max())


def _batch(question: Question, pool: Pool, best: float, fitness: StrainFitness, notes: list[str]) -> Batch:
    """Pick; fewer where fewer grow, and more of one gene where there is no other: both are said."""
    open_rows = int((pool.growth >= FEASIBLE).sum())
    if not open_rows:
        least = question.min_fitness
        asked = (
            f"fitness of {VIABLE:g}, without which there is no colony" if least is None else f"--min-fitness {least:g}"
        )
        raise KnockonError(
            f"{asked}: none of {len(pool.strains):,} sets reaches it with a "
            f"probability of {FEASIBLE:g}; the likeliest does with {pool.growth.max():.2f} (predicted "
            f"{_at_most(pool, fitness):.3f})" + ("" if least is None else ": lower it")
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
