"""Interactions that follow from what is known of genes are told of genes that no pair holds."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.models.pairs.new_genes import Beside, Draw, NewGenes, as_side, by_own_fitness, by_vectors
from knockon.models.pairs.screen_knowledge import FEWEST_CELLS
from knockon.models.pairs.similarity import Similarities
from knockon.models.protocol import Examples

GENES, GROUPS = 90, 6
SETTINGS = NewGenes(parts=3, rounds=60, leaves=7, rows=20)


def planted(seed: int) -> tuple[Examples, np.ndarray]:
    """Pairs whose ε is a constant of the two genes' groups, with noise; and the group of each gene."""
    random = np.random.default_rng(seed)
    group = np.arange(GENES) % GROUPS
    between = random.normal(size=(GROUPS, GROUPS))
    between += between.T
    first, second = np.triu_indices(GENES, k=1)
    values = between[group[first], group[second]] + 0.3 * random.normal(size=len(first))
    genotypes = Genotypes(
        tuple(f"G{number:02}" for number in range(GENES)),
        2 * np.arange(len(first) + 1),
        np.column_stack([first, second]).ravel().astype(np.int32),
    )
    return Examples(genotypes, values, np.ones(len(first)), np.full(GENES, np.nan)), group


@pytest.fixture
def held_out() -> np.ndarray:
    mask = np.zeros(GENES, dtype=np.bool_)
    mask[np.random.default_rng(5).permutation(GENES)[:14]] = True
    return mask


def draw_of(strains: Examples, held_out: np.ndarray, side: dict[str, sp.csr_matrix]) -> Draw:
    return Draw(strains, held_out, Similarities(side, GENES), SETTINGS, 1)


def score(strains: Examples, draw: Draw, *beside: Beside) -> float:
    return pearson(strains.values[draw.tested], draw.tell(*beside).predicted)


def noise(columns: int) -> sp.csr_matrix:
    return as_side(np.random.default_rng(3).normal(size=(GENES, columns)).astype(np.float32))


def halves(group: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray]:
    """Of the groups, what annotations tell (which of two a group is among), and a vector of the rest."""
    return sp.csr_matrix(np.eye(2, dtype=np.float32)[group % 2]), np.eye(GROUPS, dtype=np.float32)[group]


def test_what_is_known_of_genes_tells_new_ones_and_chance_does_not(held_out):
    strains, group = planted(2)
    known = draw_of(strains, held_out, {"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])})
    assert score(strains, known) > 0.85
    assert known.tell().validation == pytest.approx(score(strains, known), abs=0.15)
    assert score(strains, draw_of(strains, held_out, {"noise": noise(8)})) < 0.5


def test_a_vector_that_tells_is_found_to_add_and_random_numbers_are_not(held_out):
    """By the test genes, which no choice saw, and by the known genes put aside, which choose."""
    strains, group = planted(2)
    side, vector = halves(group)
    draw = draw_of(strains, held_out, {"half": side})
    telling, random = by_vectors("telling", as_side(vector)), by_vectors("random", noise(20))
    alone = score(strains, draw)
    assert alone < 0.7
    assert score(strains, draw, telling) > alone + 0.2
    assert score(strains, draw, random) < alone + 0.05
    validation = {
        name: draw.tell(*beside).validation
        for name, beside in (("alone", ()), ("telling", (telling,)), ("random", (random,)))
    }
    assert max(validation, key=lambda name: validation[name]) == "telling"


def test_a_new_genes_own_fitness_tells_where_it_is_given_and_is_hidden_otherwise(held_out):
    strains, _ = planted(2)
    fitness = np.random.default_rng(8).uniform(0.2, 1.0, GENES)
    values = np.prod(fitness[strains.genotypes.pairs()], axis=1)
    grown = Examples(strains.genotypes, values, strains.weights, fitness)
    draw = draw_of(grown, held_out, {"noise": noise(8)})
    assert score(grown, draw, by_own_fitness) > 0.9
    assert score(grown, draw) < 0.8


def test_no_label_of_a_held_out_gene_moves_anything(held_out):
    strains, group = planted(2)
    side = {"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])}
    tested = held_out[strains.genotypes.pairs()].any(axis=1)
    changed = np.where(tested, 99.0, strains.values)
    directions = np.column_stack([changed, changed])
    other = Examples(strains.genotypes, changed, strains.weights, strains.singles, directions)
    same = Examples(
        strains.genotypes, strains.values, strains.weights, strains.singles, strains.values[:, None] + [0, 0]
    )
    one, two = (draw_of(each, held_out, side).tell(by_vectors("v", noise(3))) for each in (same, other))
    assert np.array_equal(one.predicted, two.predicted)
    assert one.validation == two.validation


def test_a_screen_too_small_for_a_part_is_a_feature_of_none(held_out):
    """One direction was measured of so few crosses that no part but the whole has enough of them."""
    strains, group = planted(2)
    known = np.flatnonzero(~held_out[strains.genotypes.pairs()].any(axis=1))
    directions = np.full((len(strains), 2), np.nan)
    directions[known[: FEWEST_CELLS + 5], 0] = strains.values[known[: FEWEST_CELLS + 5]]
    some = Examples(strains.genotypes, strains.values, strains.weights, strains.singles, directions)
    side = {"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])}
    with_few, without = (draw_of(each, held_out, side).tell() for each in (some, strains))
    assert np.array_equal(with_few.predicted, without.predicted)


def test_fewer_rows_are_drawn_from_the_known_genes_alone(held_out):
    strains, group = planted(2)
    side = Similarities({"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])}, GENES)
    few = Draw(strains, held_out, side, replace(SETTINGS, most_rows=1500), 1)
    assert len(few.tell().predicted) == few.tested.sum()
    assert score(strains, few) > 0.8


def test_genes_without_a_vector_are_like_none():
    vectors = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    vectors[2] = np.nan
    found = as_side(vectors).toarray()
    assert not found[2].any()
    assert found[[0, 1, 3, 4]].mean(axis=0) == pytest.approx(0, abs=1e-6)
