"""Interactions of genes that were never screened, told from what is known of them: effects and profiles of genes alike.

A gene that no known pair holds gets the effect and the profile that kernel ridge regression over the known genes
expects (`Similarities.smoother`). Trees then learn how much to believe, on known genes that are put aside in turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import StandardScaler

from knockon.arrays import Integers, Mask, Matrix, Rows, Values
from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.models.pairs.booster import PairBooster
from knockon.models.pairs.similarity import Similarities
from knockon.models.pairs.table import PairTable
from knockon.models.protocol import Examples
from knockon.models.strains.additive import Additive
from knockon.models.strains.factorisation import pair_matrix

_RIDGE = 30.0
_NEW = ("effects", "expected", "new_genes", "lower_effect")


@dataclass(frozen=True)
class NewGenes:
    """Settings. parts: into which known genes are dealt; each is put aside once. rounds: most trees."""

    parts: int = 4
    rounds: int = 200
    leaves: int = 15
    rows: int = 200
    rate: float = 0.05


@dataclass(frozen=True)
class Told:
    """predicted: float64, of the pairs with a gene that is new. validation: Pearson's r, of known genes put aside."""

    predicted: Values
    validation: float


def as_side(vectors: Matrix) -> sp.csr_matrix:
    """Gene vectors as side information, columns of mean 0 and variance 1; genes without a vector are zero."""
    # What is NaN counts in no mean and no variance.
    scaled = StandardScaler().fit_transform(vectors.astype(np.float64))
    return sp.csr_matrix(np.nan_to_num(scaled).astype(np.float32))


def features(pairs: Integers, known: Examples, alike: Similarities) -> Matrix:
    """What is expected of pairs, float32 (pairs, features): see `feature_names`.

    pairs: int64 (pairs, 2), numbers of genes. known: strains of two genes; a gene in none of them is new.
    """
    additive = Additive(refit=False)
    additive.solve(known, _RIDGE)
    every = known.genotypes.genes
    seen = np.searchsorted(np.array(every), np.array(additive.genes))
    observed, weights = pair_matrix(known, additive.genes, known.values - additive.predict(known.genotypes))
    used = np.union1d(np.unique(pairs), seen)
    mixing = _mixing(used, seen, alike)
    effects = np.zeros(len(every))
    effects[used] = mixing @ additive.effects
    expected = mixing @ (observed * weights) @ mixing.T
    place = np.searchsorted(used, pairs)
    both = np.sort(effects[pairs], axis=1)
    counted = (~np.isin(pairs, seen)).sum(axis=1)
    columns = [both.sum(axis=1), expected[place[:, 0], place[:, 1]], counted, both[:, 0]]
    columns += [alike.of_pairs(kind, pairs[:, 0], pairs[:, 1]) for kind in alike.kinds]
    return np.column_stack(columns).astype(np.float32)


def feature_names(alike: Similarities) -> tuple[str, ...]:
    """Names of the columns of `features`."""
    return (*_NEW, *(f"alike_{kind}" for kind in alike.kinds))


def _mixing(used: Rows, seen: Rows, alike: Similarities) -> Values:
    """Weights of the screened genes in what is expected of each gene, float64 (used, seen).

    A gene that was screened stands for itself; a new one is a mixture of those that it is like.
    """
    mixing = np.zeros((len(used), len(seen)))
    mixing[np.searchsorted(used, seen), np.arange(len(seen))] = 1.0
    new = np.setdiff1d(used, seen)
    mixing[np.searchsorted(used, new)] = alike.smoother(new, seen)
    return mixing


def tell(strains: Examples, held_out: Mask, side: Mapping[str, sp.csr_matrix], settings: NewGenes, seed: int) -> Told:
    """Tell all pairs with a held-out gene from the others.

    strains: of two genes each. held_out: bool (genes,). side: by kind, genes × features; no label enters it. The known
    genes are dealt to parts: each part in turn is told from the others, which makes the trees' table; its last part
    says when to stop and gives the validation score, and is learnt from in the end, too.
    """
    alike = Similarities(side, len(held_out))
    pairs = strains.genotypes.pairs().astype(np.int64)
    tested: Mask = np.asarray(held_out[pairs].any(axis=1))
    known = strains.take(~tested)
    part = np.random.default_rng([seed, 17]).integers(settings.parts, size=len(held_out))
    tables = [_aside(known, part == number, alike) for number in range(settings.parts)]
    booster = PairBooster(settings.rounds, settings.rounds, settings.rate, settings.leaves, settings.rows, jobs=1)
    booster.fit(_stacked(tables[:-1]), tables[-1], seed)
    held = tables[-1]
    validation = pearson(held.examples.values, booster.predict(held.values), constant=0.0)
    booster.refit(_stacked(tables), seed)
    return Told(booster.predict(features(pairs[tested], known, alike)), validation)


def _aside(known: Examples, genes: Mask, alike: Similarities) -> PairTable:
    """The pairs with one of the genes, told from the pairs without any."""
    pairs = known.genotypes.pairs().astype(np.int64)
    aside: Mask = np.asarray(genes[pairs].any(axis=1))
    return PairTable(feature_names(alike), features(pairs[aside], known.take(~aside), alike), known.take(aside))


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
