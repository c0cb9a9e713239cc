import numpy as np
import pytest
import scipy.sparse as sp

from knockon.models.pairs.features import PairFeatures
from knockon.models.pairs.knowledge import knowledge_from, learn
from knockon.models.pairs.similarity import Similarities
from tests.models.made_up import GENES, planted

SINGLES = np.where(np.arange(len(GENES)) % 7 == 0, np.nan, 0.9)


@pytest.fixture(scope="module")
def problem():
    """Strains of the first 50 genes teach; modules of five genes are the side information."""
    examples, _ = planted(noise=0.2)
    inner = examples.take((examples.genotypes.pairs() < 50).all(axis=1))
    modules = sp.csr_matrix((np.ones(60), (np.arange(60), np.arange(60) // 5)), shape=(60, 12))
    side = Similarities({"modules": modules}, 60)
    return learn(inner, ridge=3.0), side, examples.genotypes.pairs().astype(np.int64), inner


def test_features_do_not_depend_on_the_order_of_the_two_genes(problem):
    knowledge, side, pairs, _ = problem
    features = PairFeatures(knowledge, side, SINGLES)
    names, values = features.table(pairs)
    swapped_names, swapped = features.table(pairs[:, ::-1])
    assert names == swapped_names
    np.testing.assert_allclose(values, swapped, rtol=1e-4, atol=1e-5)


def test_features_of_a_pair_do_not_depend_on_the_other_pairs(problem):
    knowledge, side, pairs, _ = problem
    features = PairFeatures(knowledge, side, SINGLES)
    _, together = features.table(pairs)
    _, alone = features.table(pairs[[3, 40, 1500]])
    np.testing.assert_allclose(alone, together[[3, 40, 1500]], rtol=1e-4, atol=1e-5)


def test_a_pairs_own_label_outside_the_training_rows_changes_nothing(problem):
    """What out-of-fold features are for: the label of a held-out row must not reach its own features."""
    _, side, _, inner = problem
    held = np.arange(len(inner)) < 100
    rows = inner.genotypes.pairs()[held].astype(np.int64)
    disturbed = inner.values + np.where(held, 1e3, 0.0)
    tables = []
    for values in (inner.values, disturbed):
        taught = type(inner)(inner.genotypes, values, inner.weights, inner.singles).take(~held)
        tables.append(PairFeatures(learn(taught, ridge=3.0), side, SINGLES).table(rows)[1])
    assert np.array_equal(*tables, equal_nan=True)


def test_the_count_of_seen_genes_and_nan_tell_what_is_unknown(problem):
    knowledge, side, _, _ = problem
    names, values = PairFeatures(knowledge, side, SINGLES).table(np.array([[1, 2], [1, 55], [54, 55]]))
    table = dict(zip(names, values.T, strict=True))
    assert table["seen"].tolist() == [2, 1, 0]
    assert np.isnan(table["completed_128"]).tolist() == [False, True, True]
    assert np.isnan(table["effect_low"]).tolist() == [False, False, True]
    assert np.isnan(table["neighbours_modules_low"]).tolist() == [False, False, True]
    assert np.isfinite(table["kernel_both"]).all()
    assert np.isfinite(table["similarity_modules"]).all()


def test_the_completed_residual_predicts_pairs_that_were_not_measured():
    examples, truth = planted(noise=0.2)
    half = np.arange(len(examples)) % 2 == 0
    knowledge = learn(examples.take(half), ridge=3.0)
    pairs = examples.genotypes.pairs()[~half].astype(np.int64)
    names, values = PairFeatures(knowledge, Similarities({}, 60), SINGLES).table(pairs)
    residual = truth[~half] - values[:, names.index("additive")]
    assert np.corrcoef(residual, values[:, names.index("completed_8")])[0, 1] > 0.9


def test_knowledge_comes_back_from_its_arrays(problem):
    knowledge, side, pairs, _ = problem
    back = knowledge_from(knowledge.arrays())
    first, second = (PairFeatures(known, side, SINGLES).table(pairs)[1] for known in (knowledge, back))
    assert np.array_equal(first, second, equal_nan=True)
