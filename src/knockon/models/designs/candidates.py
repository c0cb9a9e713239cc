"""Every set of up to three knock-outs over a list of genes, ranked; no model and no LP in the inner loop.

A set's value is a sum over its genes and over its pairs of genes (`SetEffects`), so that the 85 million triples of 800
genes are three additions each, in blocks of one first gene; what is kept is the best `top` so far, never all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError, nearest

MOST = 3
"""Knock-outs in one set, at most."""

# Sets that wait beside the best before they are sorted in: 2^18 of five columns are 10 MB.
_WAITING = 1 << 18


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
    _check(effects, rules, top, fitness)
    found = _search(effects, rules, top, fitness)
    if not len(found.scores):
        raise KnockonError(f"no set of {_sizes(rules)} can be built: {_why_none(effects, rules, fitness)}")
    return found


def _sizes(rules: Rules) -> str:
    sizes = f"{rules.most}" if rules.fewest == rules.most else f"{rules.fewest} to {rules.most}"
    return f"{sizes} knock-out{'s' if rules.most > 1 else ''}"


def _check(effects: SetEffects, rules: Rules, top: int, fitness: SetEffects | None) -> None:
    if not 1 <= rules.fewest <= rules.most <= MOST:
        raise KnockonError(f"sets of {rules.fewest} to {rules.most} knock-outs: sizes go from 1 to {MOST}")
    if top < 1:
        raise KnockonError(f"the best {top} sets: ask for 1 at least")
    if fitness is not None and fitness.genes != effects.genes:
        raise KnockonError("effects on fitness are of other genes than the effects on the phenotype")
    if rules.fitness is not None and (fitness is None or not np.isfinite(rules.fitness)):
        raise KnockonError(f"fitness of at least {rules.fitness}: it needs a number, and predicted effects on fitness")
    for what, names in (("keep", rules.keep), ("forbidden", [gene for pair in rules.forbidden for gene in pair])):
        for gene in names:
            if gene not in effects.genes:
                raise KnockonError(f"{what}: {gene} is no candidate gene{nearest(gene, effects.genes)}")
    for loci in (rules.chromosomes, rules.positions):
        if (loci is None) != (rules.positions is None) or (loci is not None and loci.shape != effects.singles.shape):
            raise KnockonError("loci: one chromosome and one position for each gene, or none at all")
    if rules.apart > 0 and rules.positions is None:
        raise KnockonError(
            f"loci at least {rules.apart:g} kb apart: the genes' chromosomes and positions are not given"
        )


def _allowed_genes(genes: tuple[str, ...], rules: Rules) -> Mask:
    """Which genes may be knocked out; a kept or essential gene that is no candidate changes nothing."""
    never = {*rules.keep, *rules.essential}
    return np.array([gene not in never for gene in genes], dtype=np.bool_)


def _allowed_pairs(genes: tuple[str, ...], rules: Rules) -> Mask:
    """Which two genes may be combined, bool (genes, genes), symmetric."""
    allowed = np.ones((len(genes), len(genes)), dtype=np.bool_)
    place = {gene: row for row, gene in enumerate(genes)}
    for one, other in rules.forbidden:
        allowed[place[one], place[other]] = allowed[place[other], place[one]] = False
    if rules.apart > 0 and rules.chromosomes is not None and rules.positions is not None:
        same = (rules.chromosomes[:, None] == rules.chromosomes) & (rules.chromosomes >= 0)
        allowed &= ~(same & (np.abs(rules.positions[:, None] - rules.positions) < rules.apart))
    return allowed


@dataclass(frozen=True)
class _Sums:
    """One quantity of the allowed genes, ready to be added: singles (n,), pairs (n, n), both float64."""

    base: float
    singles: Values
    pairs: Values

    @classmethod
    def of(cls, effects: SetEffects, genes: Integers) -> "_Sums":
        return cls(effects.base, effects.singles[genes], effects.pairs[np.ix_(genes, genes)])

    def one(self) -> Values:
        """Of every single gene, (n,)."""
        return self.base + self.singles

    def two(self, first: int) -> Values:
        """Of gene `first` with each later one, (n - first - 1,)."""
        return self.base + self.singles[first] + self.singles[first + 1 :] + self.pairs[first, first + 1 :]

    def later(self) -> Values:
        """What two later genes bring to any first one, (n, n)."""
        return self.singles[:, None] + self.singles + self.pairs

    def three(self, first: int, later: Values) -> Values:
        """Of gene `first` with each two later ones, (n - first - 1, n - first - 1); only j < k is meant."""
        with_first = self.pairs[first, first + 1 :]
        sums = later[first + 1 :, first + 1 :] + with_first[:, None]
        sums += with_first
        sums += self.base + self.singles[first]
        return sums


class _Best:
    """The best sets so far. Every set has one place in the order (score, then genes), so that blocks don't matter."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._kept = np.empty((0, 5))
        self._waiting: list[Values] = []
        self._number = 0
        self.least = -np.inf

    def add(self, scores: Values, fitness: Values, genes: Integers) -> None:
        """Offer sets. genes: (sets, 3), those that are absent -1."""
        self._waiting.append(np.column_stack([scores, fitness, genes]))
        self._number += len(scores)
        if self._number > max(_WAITING, self._top):
            self.sort()

    def sort(self) -> Values:
        """Columns score, fitness and three genes of the best, from the best down."""
        rows = np.concatenate([self._kept, *self._waiting])
        if len(rows) > self._top:
            # The cut keeps all that equal the last one, and the sort decides between them.
            rows = rows[rows[:, 0] >= -np.partition(-rows[:, 0], self._top - 1)[self._top - 1]]
        rows = rows[np.lexsort((rows[:, 4], rows[:, 3], rows[:, 2], -rows[:, 0]))][: self._top]
        self._kept, self._waiting, self._number = rows, [], 0
        self.least = rows[-1, 0] if len(rows) == self._top else -np.inf
        return rows


def _search(effects: SetEffects, rules: Rules, top: int, fitness: SetEffects | None) -> Ranked:
    genes = np.flatnonzero(_allowed_genes(effects.genes, rules))
    pairs = _allowed_pairs(effects.genes, rules)[np.ix_(genes, genes)]
    value = _Sums.of(effects, genes)
    growth = None if fitness is None else _Sums.of(fitness, genes)
    best = _Best(top)
    if rules.fewest == 1:
        _offer(best, value.one(), None if growth is None else growth.one(), rules, (np.arange(len(genes)),))
    if rules.fewest <= 2 <= rules.most:
        _offer_pairs(best, value, growth, rules, pairs)
    if rules.most == MOST:
        _offer_triples(best, value, growth, rules, pairs)
    return _ranked(effects.genes, genes, best.sort(), fitness is not None)


def _offer_pairs(best: _Best, value: _Sums, growth: _Sums | None, rules: Rules, pairs: Mask) -> None:
    for first in range(len(value.singles) - 1):
        second = np.flatnonzero(pairs[first, first + 1 :])
        chosen = value.two(first)[second]
        grown = None if growth is None else growth.two(first)[second]
        _offer(best, chosen, grown, rules, (np.full(len(second), first), first + 1 + second))


def _offer_triples(best: _Best, value: _Sums, growth: _Sums | None, rules: Rules, pairs: Mask) -> None:
    """Triples by their first gene: one matrix of the later two at a time, most of it below what is kept already."""
    later = value.later()
    # Also the lower triangle: a set is met once, with its genes in order.
    later[~np.triu(pairs, 1)] = -np.inf
    later_growth = None if growth is None else growth.later()
    for first in range(len(value.singles) - 2):
        scores = value.three(first, later)
        barred = ~pairs[first, first + 1 :]
        scores[barred], scores[:, barred] = -np.inf, -np.inf
        # Sets that can't be better than what is kept need no fitness; -inf is no set at all.
        second, third = np.nonzero((scores >= best.least) & (scores > -np.inf))
        grown = None
        if growth is not None and later_growth is not None:
            with_first = growth.pairs[first, first + 1 :]
            grown = later_growth[first + 1 + second, first + 1 + third] + with_first[second] + with_first[third]
            grown += growth.base + growth.singles[first]
        _offer(
            best,
            scores[second, third],
            grown,
            rules,
            (np.full(len(second), first), first + 1 + second, first + 1 + third),
        )


def _offer(best: _Best, scores: Values, growth: Values | None, rules: Rules, places: tuple[Integers, ...]) -> None:
    """Offer those sets that are good enough, and that grow. places: each of a set's genes, (sets,)."""
    kept = scores >= best.least
    if rules.fitness is not None and growth is not None:
        kept &= growth >= rules.fitness
    rows = np.flatnonzero(kept)
    genes = np.full((len(rows), MOST), -1, dtype=np.int64)
    for column, place in enumerate(places):
        genes[:, column] = place[rows]
    best.add(scores[rows], np.full(len(rows), np.nan) if growth is None else growth[rows], genes)


def _ranked(names: tuple[str, ...], genes: Integers, rows: Values, with_fitness: bool) -> Ranked:
    places = rows[:, 2:].astype(np.int64)
    present = places >= 0
    indptr = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int64)
    strains = Genotypes(names, indptr, genes[places[present]].astype(np.int32))
    return Ranked(strains, rows[:, 0], rows[:, 1] if with_fitness else np.full(len(rows), np.nan))


def _why_none(effects: SetEffects, rules: Rules, fitness: SetEffects | None) -> str:
    """Which rule leaves no set: the first without which there would be one."""
    left = _allowed_genes(effects.genes, rules)
    if int(left.sum()) < rules.fewest:
        return (
            f"keep and essential leave {left.sum()} of {len(left)} candidate genes "
            f"({_named(rules.keep, 'kept')}, {_named(rules.essential, 'essential')})"
        )
    if rules.fitness is not None and fitness is not None:
        free = _search(fitness, replace(rules, fitness=None), 1, None)
        if len(free.scores):
            return f"fitness of at least {rules.fitness:g} is asked, the fittest set has {free.scores[0]:.3g}"
    without = replace(rules, fitness=None)
    for name, relaxed in (
        (f"loci at least {rules.apart:g} kb apart", replace(without, apart=0.0)),
        (f"{len(rules.forbidden)} forbidden pairs", replace(without, forbidden=())),
    ):
        if len(_search(effects, relaxed, 1, None).scores):
            return f"{name} rule out every one"
    return "forbidden pairs and the distance of loci together rule out every one"


def _named(genes: Collection[str], what: str) -> str:
    return f"{len(genes)} {what}"
