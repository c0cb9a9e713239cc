import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import ElasticNet
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knockon.models.context import Inputs
from knockon.models.protocol import Examples
from knockon.models.strains.elastic_net import StandardisedElasticNet, moments
from knockon.represent.aggregate import METHODS, aggregate, factors
from knockon.represent.gene_vectors import one_hot
from knockon.represent.representation import Representation
from tests.models.made_up import GENES, correlation, dense_inputs, planted, split


def _weighted(examples, seed=5):
    weights = np.random.default_rng(seed).uniform(0.2, 4, size=len(examples))
    return Examples(examples.genotypes, examples.values, weights, examples.singles)


def _sparse_inputs(aggregation):
    matrix = np.random.default_rng(2).normal(size=(len(GENES), 12))
    matrix[np.random.default_rng(3).random(matrix.shape) < 0.6] = 0
    return Inputs(Representation("sparse", GENES, sp.csr_matrix(matrix.astype(np.float32))), aggregation)


@pytest.mark.parametrize("aggregation", METHODS)
@pytest.mark.parametrize("make", [dense_inputs, _sparse_inputs])
def test_moments_give_what_a_pipeline_on_all_strain_vectors_gives(aggregation, make):
    train, validation, test = split(planted(noise=1.0)[0])
    train, inputs = _weighted(train), make(aggregation)
    model = StandardisedElasticNet(inputs, alpha=0.01, l1_ratio=0.5)
    model.fit(train, validation, seed=0)

    def vectors(genotypes):
        found = aggregate(genotypes, inputs.representation, aggregation)
        return (found.toarray() if sp.issparse(found) else found).astype(np.float64)

    pipeline = make_pipeline(StandardScaler(), ElasticNet(alpha=0.01, l1_ratio=0.5, tol=1e-10, max_iter=100_000))
    weights = {"standardscaler__sample_weight": train.weights, "elasticnet__sample_weight": train.weights}
    pipeline.fit(vectors(train.genotypes), train.values, **weights)
    expected = pipeline.predict(vectors(test.genotypes))
    np.testing.assert_allclose(model.predict(test.genotypes), expected, atol=2e-3 * expected.std())


def test_one_hot_finds_the_additive_effects():
    train, validation, test = split(planted(noise=0.1, rank=0)[0])
    model = StandardisedElasticNet(Inputs(one_hot(GENES), "pert_sum"), alpha=1e-3)
    model.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.98


def test_dimensions_that_do_not_vary_or_repeat_each_other_are_harmless():
    train, validation, test = split(planted()[0])
    matrix = np.random.default_rng(0).normal(size=(len(GENES), 3)).astype(np.float32)
    odd = np.hstack([matrix, matrix[:, :1], np.ones((len(GENES), 1)), np.zeros((len(GENES), 1))]).astype(np.float32)
    model = StandardisedElasticNet(Inputs(Representation("odd", GENES, odd), "pert_mean"), alpha=1e-6)
    model.fit(train, validation, seed=0)
    assert np.isfinite(model.predict(test.genotypes)).all()


@pytest.mark.filterwarnings("error")
def test_vectors_that_hardly_differ_are_fitted_to_the_minimum(capsys):
    """As those of a language model do; coordinate descent alone would need more sweeps than it is given."""
    train, validation, _test = split(planted(noise=0.1)[0])
    random = np.random.default_rng(0)
    common, own = random.normal(size=(len(GENES), 1)), random.normal(size=(len(GENES), 16))
    alike = Representation("alike", GENES, (common + 1e-3 * own).astype(np.float32))
    # With next to no absolute penalty the minimum is the solution of linear equations.
    model = StandardisedElasticNet(Inputs(alike, "pert_sum"), alpha=1e-6, l1_ratio=1e-6)
    model.fit(train, validation, seed=0)
    seen = moments(factors(train.genotypes, alike, "pert_sum"), train.values, train.weights)
    expected = np.linalg.solve(seen.covariance + (1e-6 + 1e-8) * np.eye(16), seen.with_label) / seen.scale
    np.testing.assert_allclose(model._coefficients, expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("aggregation", METHODS)
def test_more_dimensions_than_genes_are_harmless(aggregation):
    """The covariance is singular then, and rounding of the genome's sum once made it worse than that."""
    train, validation, test = split(planted(noise=0.1, rank=0)[0])
    model = StandardisedElasticNet(dense_inputs(aggregation, dimensions=300), alpha=1e-4)
    model.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.9


def test_a_penalty_too_strong_leaves_the_mean():
    train, validation, test = split(planted()[0])
    model = StandardisedElasticNet(dense_inputs(), alpha=1e3, l1_ratio=1.0)
    model.fit(train, validation, seed=0)
    np.testing.assert_allclose(model.predict(test.genotypes), train.values.mean())


def test_nothing_that_varies_leaves_the_mean():
    train, validation, test = split(planted()[0])
    zero = Representation("zero", GENES, np.zeros((len(GENES), 2), dtype=np.float32))
    model = StandardisedElasticNet(Inputs(zero, "pert_sum"))
    model.fit(train, validation, seed=0)
    np.testing.assert_allclose(model.predict(test.genotypes), train.values.mean())


def test_a_saved_model_predicts_the_same(tmp_path):
    train, validation, test = split(planted()[0])
    model, other = StandardisedElasticNet(dense_inputs()), StandardisedElasticNet(dense_inputs())
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    other.load(tmp_path)
    assert np.array_equal(model.predict(test.genotypes), other.predict(test.genotypes))
