import numpy as np
import pytest
from sklearn.svm import SVR

from knockon.models.context import Inputs
from knockon.models.strains.support_vectors import SupportVectors
from knockon.represent.aggregate import aggregate
from knockon.represent.gene_vectors import one_hot
from tests.models.made_up import GENES, correlation, dense_inputs, planted, split


def _smooth(aggregation="pert_sum"):
    """A label that is a smooth, non-linear function of the strain vector."""
    examples, _ = planted()
    inputs = dense_inputs(aggregation, dimensions=3)
    vectors = aggregate(examples.genotypes, inputs.representation, "pert_sum")
    values = np.cos(vectors[:, 0]) + vectors[:, 1] * vectors[:, 2]
    return split(type(examples)(examples.genotypes, values.astype(float), examples.weights, examples.singles)), inputs


def test_the_exact_form_is_sklearns_on_standardised_vectors():
    (train, validation, test), inputs = _smooth()
    model = SupportVectors(inputs, c=3.0, epsilon=0.05)
    model.fit(train, validation, seed=0)
    vectors = aggregate(train.genotypes, inputs.representation, "pert_sum").astype(np.float64)
    mean, deviation = vectors.mean(axis=0), vectors.std(axis=0)
    reference = SVR(C=3.0, epsilon=0.05, gamma=1 / 3).fit((vectors - mean) / deviation, train.values)
    unseen = aggregate(test.genotypes, inputs.representation, "pert_sum").astype(np.float64)
    expected = reference.predict((unseen - mean) / deviation)
    assert model.name == "svr"
    np.testing.assert_allclose(model.predict(test.genotypes), expected, atol=0.01)


@pytest.mark.parametrize("inputs", [dense_inputs(dimensions=3), Inputs(one_hot(GENES), "pert_sum")])
def test_one_matrix_product_predicts_what_libsvm_does_one_by_one(inputs):
    train, validation, test = split(planted(noise=0.1)[0])
    model = SupportVectors(inputs, c=3.0, epsilon=0.05)
    model.fit(train, validation, seed=0)
    vectors = aggregate(test.genotypes, inputs.representation, inputs.aggregation)
    np.testing.assert_allclose(model.predict(test.genotypes), model._pipeline.predict(vectors), rtol=1e-5, atol=1e-6)


def test_where_no_strain_is_a_support_vector_it_predicts_a_constant():
    (train, validation, test), inputs = _smooth()
    model = SupportVectors(inputs, epsilon=1e6)
    model.fit(train, validation, seed=0)
    assert len(set(model.predict(test.genotypes))) == 1


def test_many_strains_take_the_nystroem_form_and_say_so():
    (train, validation, test), inputs = _smooth()
    model = SupportVectors(inputs, c=10.0, landmarks=200, exact_rows=100)
    model.fit(train, validation, seed=0)
    assert model.name == "svr_nystroem"
    assert correlation(test.values, model.predict(test.genotypes)) > 0.95


@pytest.mark.parametrize("exact_rows", [10_000, 100])
def test_intact_sums_are_the_same_to_a_kernel_as_perturbed_sums(exact_rows):
    """Which is why a sparse representation may keep its sparse form for intact sums."""
    predictions = []
    for aggregation in ("pert_sum", "intact_sum"):
        (train, validation, test), inputs = _smooth(aggregation)
        model = SupportVectors(inputs, exact_rows=exact_rows)
        model.fit(train, validation, seed=0)
        predictions.append(model.predict(test.genotypes))
    np.testing.assert_allclose(*predictions, atol=0.02, rtol=0.02)


@pytest.mark.parametrize("exact_rows", [10_000, 100])
def test_one_hot_stays_sparse_and_works(exact_rows):
    train, validation, test = split(planted(noise=0.1, rank=0)[0])
    model = SupportVectors(Inputs(one_hot(GENES), "intact_sum"), c=10.0, exact_rows=exact_rows)
    model.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.8


@pytest.mark.parametrize("exact_rows", [10_000, 100])
@pytest.mark.parametrize("inputs", [dense_inputs(), Inputs(one_hot(GENES), "pert_sum")])
def test_a_saved_model_predicts_the_same(tmp_path, exact_rows, inputs):
    train, validation, test = split(planted()[0])
    model, other = (SupportVectors(inputs, landmarks=50, exact_rows=exact_rows) for _ in range(2))
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    other.load(tmp_path)
    assert other.name == model.name
    assert np.array_equal(model.predict(test.genotypes), other.predict(test.genotypes))


def test_no_strains_give_no_predictions():
    (train, validation, _), inputs = _smooth()
    model = SupportVectors(inputs)
    model.fit(train, validation, seed=0)
    assert model.predict(train.genotypes.take(np.zeros(0, dtype=int))).shape == (0,)
