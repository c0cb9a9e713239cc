"""Interactions of genes that were never screened, told by the boosted model's features in a draw of held-out genes.

The known genes are dealt to parts, of which each in turn is told from the others: so trees learn how much to believe of
what annotations and networks say of a gene that no pair holds. A draw makes these features once; whoever asks whether
something helps puts its own columns beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler

from knockon.arrays import Integers, Mask, Matrix, Values
from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.models.pairs.booster import PairBooster
from knockon.models.pairs.knowledge import PairKnowledge, learn
from knockon.models.pairs.new_gene_features import NewGeneFeatures, OneKind, VectorFeatures
from knockon.models.pairs.screen_knowledge import ScreenKnowledge, learn_screen
from knockon.models.pairs.similarity import Similarities
from knockon.models.pairs.table import PairTable
from knockon.models.protocol import Examples

_RIDGE = 30.0


@dataclass(frozen=True)
class NewGenes:
    """Settings. parts: into which known genes are dealt; each is put aside once. rounds: most trees.

    most_rows: pairs of known genes that the trees see, of all parts together.
    """

    parts: int = 7
    rounds: int = 200
    leaves: int = 31
    rows: int = 200
    rate: float = 0.1
    most_rows: int = 300_000


@dataclass(frozen=True)
class Told:
    """predicted: float64, of the pairs with a gene that is new. validation: Pearson's r, of known genes put aside."""

    predicted: Values
    validation: float


@dataclass(frozen=True)
class Part:
    """Pairs with a gene put aside, and what was learnt without any of them. pairs: (pairs, 2), numbers of genes."""

    pairs: Integers
    examples: Examples
    knowledge: PairKnowledge
    screen: ScreenKnowledge | None


Columns = tuple[tuple[str, ...], Matrix]
Beside = Callable[[Part], Columns]
"""Names and values of further columns, float32 (pairs, columns)."""


def as_side(vectors: Matrix) -> sp.csr_matrix:
    """Gene vectors as side information, columns of mean 0 and variance 1; genes without a vector are zero."""
    # What is NaN counts in no mean and no variance.
    scaled = StandardScaler().fit_transform(vectors.astype(np.float64))
    return sp.csr_matrix(np.nan_to_num(scaled).astype(np.float32))


def by_vectors(name: str, vectors: sp.csr_matrix) -> Beside:
    """What genes show that are alike by these vectors, (genes, features); see `as_side`."""
    alike = OneKind(name, vectors)
    return lambda part: VectorFeatures(part.knowledge, alike, part.examples.singles).table(part.pairs)


def by_own_fitness(part: Part) -> Columns:
    """Single-mutant fitness of both genes, of a new one, too, the smaller first."""
    both = np.sort(part.examples.singles[part.pairs], axis=1)
    return ("own_fitness_low", "own_fitness_high"), both.astype(np.float32)


class Draw:
    """A draw of held-out genes: what the other genes teach of pairs with one.

    strains: of two genes each. held_out: bool (genes,). alike: of all genes, which no label enters. The last part of
    the known genes says when to stop and gives the validation score.
    """

    def __init__(self, strains: Examples, held_out: Mask, alike: Similarities, settings: NewGenes, seed: int) -> None:
        self._settings, self._seed = settings, seed
        pairs = strains.genotypes.pairs()
        self.tested: Mask = np.asarray(held_out[pairs].any(axis=1))
        known = strains.take(~self.tested)
        random = np.random.default_rng([seed, 17])
        dealt = random.integers(settings.parts, size=len(held_out))[known.genotypes.pairs()]
        aside = [(dealt == number).any(axis=1) for number in range(settings.parts)]
        share = min(1.0, settings.most_rows / max(sum(int(rows.sum()) for rows in aside), 1))
        self._parts = [
            _part(known.take(~rows), known.take(rows & (random.random(len(rows)) < share))) for rows in aside
        ]
        self._parts.append(_part(known, strains.take(self.tested)))
        # Trees read the same columns of every part: where one has too few directions to learn from, none is asked.
        directed = all(part.screen is not None for part in self._parts)
        self._common = [
            NewGeneFeatures(part.knowledge, alike, strains.singles, part.screen if directed else None).table(part.pairs)
            for part in self._parts
        ]

    def tell(self, *beside: Beside) -> Told:
        """Tell all pairs with a held-out gene, by the common features and these columns beside them."""
        *train, held, asked = (self._table(place, beside) for place in range(len(self._parts)))
        settings = self._settings
        booster = PairBooster(settings.rounds, settings.rounds, settings.rate, settings.leaves, settings.rows, jobs=1)
        booster.fit(_stacked(train), held, self._seed)
        validation = pearson(held.examples.values, booster.predict(held.values), constant=0.0)
        return Told(booster.predict(asked.values), validation)

    def _table(self, place: int, beside: tuple[Beside, ...]) -> PairTable:
        part = self._parts[place]
        found = [self._common[place], *(columns(part) for columns in beside)]
        names = tuple(name for each, _ in found for name in each)
        return PairTable(names, np.hstack([values for _, values in found]), part.examples)


def _part(taught: Examples, asked: Examples) -> Part:
    pairs = asked.genotypes.pairs().astype(np.int64)
    return Part(pairs, asked, learn(taught, _RIDGE), learn_screen(taught, _RIDGE))


def _stacked(tables: list[PairTable]) -> PairTable:
    examples = [table.examples for table in tables]
    genotypes = Genotypes(
        examples[0].genotypes.genes,
        2 * np.arange(sum(len(each) for each in examples) + 1, dtype=np.int64),
        np.concatenate([each.genotypes.indices for each in examples]),
    )
    values, weights = (np.concatenate([getattr(each, name) for each in examples]) for name in ("values", "weights"))
    stacked = np.concatenate([table.values for table in tables])
    return PairTable(tables[0].names, stacked, Examples(genotypes, values, weights, examples[0].singles))
