"""Measured double and triple deletions, told as `knockon design` tells sets: what its errors are learnt and judged on.

Every set is told as if its own measurement were unknown: of a double no ε is known, of a triple what was measured of
its pairs. Triples come from few queries, double mutants that all arrays are crossed to: each is one draw of how far
what is told of two deletions lies off.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.store import RecordStore
from knockon.evaluation.error_quantiles import error_quantiles, gene_folds, grouped_quantiles, interval_score
from knockon.models.designs.learner import dealt_by_name
from knockon.serving.design.fitness import (
    PairEffects,
    StrainFitness,
    fitness_of,
    kind_of,
    pair_effects,
    read_measured,
    single_fitness,
    triple_spread,
)
from knockon.serving.design.growth_errors import ErrorsOfKind, spreads_of

SHARES = (0.0, 0.25, 1.0)
"""Of the variance of measured single mutants: which of them counts is found by kind."""
LEVEL = 0.9
"""Of the intervals whose score decides that."""
FEWEST = 200
"""Strains of a kind that its errors are learnt from, at least: as many as there are levels."""
RUN = 20_000
"""Strains of a run of told fitness."""

Judged = tuple[Integers, ErrorsOfKind]
"""Rows, and the errors that they are judged by."""


@dataclass(frozen=True)
class ToldSets:
    """Measured sets of one kind. members: int64 (strains, genes of a strain), numbers of `genes`. values: float64
    (strains,), measured. lowest: the fitness of the sickest single mutant.
    """

    kind: str
    genes: tuple[str, ...]
    members: Integers
    values: Values
    fitness: StrainFitness
    lowest: Values

    queries: Integers | None = None
    """The pair of genes that a triple shares with most others, where it is one of few that arrays were crossed to."""

    def relative(self, share: float) -> tuple[Values, Values]:
        """(measured − told) / spread, and the spread, float64 (strains,) each. share: see `ErrorsOfKind`."""
        spreads = spreads_of(self.fitness, share)
        return (self.values - self.fitness.values) / spreads, spreads

    def take(self, rows: np.ndarray) -> "ToldSets":
        """The chosen strains."""
        queries = None if self.queries is None else self.queries[rows]
        columns = self.members[rows], self.values[rows], self.fitness.take(rows), self.lowest[rows]
        return ToldSets(self.kind, self.genes, *columns, queries)


def told_sets(store: RecordStore) -> Iterator[ToldSets]:
    """Doubles and triples whose single mutants were all measured, by kind; kinds of too few strains are left out."""
    for size in (2, 3):
        found = _told(store, size)
        if found is not None:
            yield found


def _told(store: RecordStore, size: int) -> ToldSets | None:
    everything = store.genotypes().genes
    used = np.unique(read_measured(store, everything, "fitness", size).strains.indices)
    genes = tuple(everything[place] for place in used.tolist())
    found = read_measured(store, genes, "fitness", size)
    singles, pairs = single_fitness(store, genes, None), pair_effects(store, genes)
    if size == 2:
        unknown = np.full_like(pairs.errors, pairs.unknown)
        pairs = PairEffects(np.zeros_like(pairs.values), unknown, np.zeros_like(pairs.measured))
    members = found.strains.indices.reshape(-1, size).astype(np.int64)
    fitness = fitness_of(singles, pairs, found.strains, triple_spread(store))
    kind = kind_of(size, False)
    rows = np.flatnonzero(singles.measured[members].all(axis=1) & (fitness.kinds == kind))
    if len(rows) < FEWEST:
        return None
    members = members[rows]
    lowest = singles.values[members].min(axis=1)
    queries = queries_of(members) if size > 2 else None
    return ToldSets(kind, genes, members, found.values[rows], fitness.take(rows), lowest, queries)


def queries_of(members: Integers) -> Integers:
    """Of each triple the pair that most triples have, int64 (triples,); members: int64 (triples, 3)."""
    ordered = np.sort(members, axis=1)
    pairs = np.stack([ordered[:, one] * (members.max() + 1) + ordered[:, two] for one, two in ((0, 1), (0, 2), (1, 2))])
    known, place, uses = np.unique(pairs, return_inverse=True, return_counts=True)
    place = place.reshape(pairs.shape)
    return np.asarray(known[place[uses[place].argmax(axis=0), np.arange(len(members))]])


def learnt(sets: ToldSets) -> ErrorsOfKind:
    """The errors that measured sets show: the share of single mutants whose intervals score best, and quantiles."""
    scores = [interval_score(*sets.relative(share), LEVEL) for share in SHARES]
    share = SHARES[int(np.argmin(scores))]
    relative, told = sets.relative(share)[0], sets.fitness.values
    if sets.queries is not None:
        return ErrorsOfKind(share, np.empty(0), grouped_quantiles(relative, sets.queries)[None])
    runs = max(1, len(told) // RUN)
    bounds = np.quantile(told, np.arange(1, runs) / runs)
    place = np.searchsorted(bounds, told, side="right")
    return ErrorsOfKind(share, bounds, np.stack([error_quantiles(relative[place == run]) for run in range(runs)]))


def new_genes(sets: ToldSets, folds: int, seed: int) -> Iterator[Judged]:
    """Sets judged by the errors of sets that have none of some genes; triples by those of the other queries."""
    if sets.queries is not None:
        parts = [(sets.queries != query, sets.queries == query) for query in np.unique(sets.queries)]
    else:
        parts = list(gene_folds(sets.members, dealt_by_name(sets.genes, max(2, min(folds, len(sets.genes))), seed)))
    yield from _judged(sets, parts)


def new_strains(sets: ToldSets, folds: int, seed: int) -> Iterator[Judged]:
    """Sets judged by the errors of other strains, of the same genes and queries among them."""
    fold = np.random.default_rng(seed).permutation(len(sets.values)) % folds
    yield from _judged(sets, [(fold != number, fold == number) for number in range(folds)])


def _judged(sets: ToldSets, parts: Iterable[tuple[Mask, Mask]]) -> Iterator[Judged]:
    for others, own in parts:
        if others.any() and own.any():
            yield np.flatnonzero(own), learnt(sets.take(np.flatnonzero(others)))
