"""Of a pair with a new gene the trees are told what the boosted model is told, but for its own single mutant."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.models.pairs.features import PairFeatures
from knockon.models.pairs.knowledge import learn
from knockon.models.pairs.new_gene_features import NewGeneFeatures, OneKind, VectorFeatures
from knockon.models.pairs.screen_knowledge import learn_screen
from knockon.models.pairs.similarity import COMBINED, Similarities
from knockon.models.protocol import Examples
from tests.models.made_up import GENES, planted

SINGLES = np.linspace(0.5, 1.0, len(GENES))
MODULES = sp.csr_matrix((np.ones(60), (np.arange(60), np.arange(60) // 5)), shape=(60, 12))


@pytest.fixture(scope="module")
def problem():
    """The first 50 genes teach; asked for are all pairs with one of the others."""
    examples, _ = planted(noise=0.2)
    directions = np.column_stack([examples.values + 0.1, np.full(len(examples), np.nan)])
    examples = Examples(examples.genotypes, examples.values, examples.weights, SINGLES, directions)
    new = (examples.genotypes.pairs() >= 50).any(axis=1)
    inner, pairs = examples.take(~new), examples.genotypes.pairs()[new].astype(np.int64)
    return learn(inner, 3.0), learn_screen(inner, 3.0), pairs


def test_they_are_the_boosted_models_columns_that_have_a_value(problem):
    knowledge, screen, pairs = problem
    assert screen is not None
    alike = Similarities({"modules": MODULES, "parity": sp.csr_matrix(np.eye(2)[np.arange(60) % 2])}, 60)
    names, values = NewGeneFeatures(knowledge, alike, SINGLES, screen).table(pairs)
    seen_singles = np.where(np.arange(60) < 50, SINGLES, np.nan)
    every, whole = PairFeatures(knowledge, alike, seen_singles, screen).table(pairs)
    told = [number for number, name in enumerate(every) if name in names]
    assert [every[number] for number in told] == list(names)
    assert np.array_equal(values, whole[:, told], equal_nan=True)
    directions = [number for number, name in enumerate(every) if name.startswith("direction_")]
    left_out = np.delete(whole, told + directions, axis=1)
    constant = np.isnan(left_out) | (left_out == 0)
    assert constant.all(), [name for name in every if name not in names]


def test_the_fitness_of_a_new_gene_is_hidden_and_that_of_a_known_one_is_not(problem):
    knowledge, _, pairs = problem
    names, values = NewGeneFeatures(knowledge, Similarities({"modules": MODULES}, 60), SINGLES, None).table(pairs)
    low = values[:, names.index("single_low")]
    both_new = (pairs >= 50).all(axis=1)
    assert np.isnan(low[both_new]).all()
    assert low[~both_new] == pytest.approx(SINGLES[pairs[~both_new].min(axis=1)], rel=1e-6)


def test_a_vector_has_its_own_columns_and_no_others(problem):
    knowledge, _, pairs = problem
    names, values = VectorFeatures(knowledge, OneKind("lm", MODULES), SINGLES).table(pairs)
    assert len(names) == len(set(names)) == values.shape[1]
    assert all(name.startswith("lm_") for name in names)
    assert not any(COMBINED in name or "direction" in name for name in names)
    alone = Similarities({"lm": MODULES}, 60)
    every, whole = NewGeneFeatures(knowledge, alone, SINGLES, None).table(pairs)
    for column in ("similarity_lm", "neighbours_lm_low", "between_lm", "kernel_both"):
        assert np.array_equal(values[:, names.index(f"lm_{column}")], whole[:, every.index(column)], equal_nan=True), (
            column
        )
