import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.protocol import Examples
from knockon.models.strains.baselines import Mean, SmfProduct
from tests.models.made_up import planted, split

GENES = ("A", "B", "C")


def _examples(strains, values, singles=(np.nan, np.nan, np.nan), weights=None):
    indptr = np.concatenate([[0], np.cumsum([len(strain) for strain in strains])])
    indices = np.array([gene for strain in strains for gene in strain], dtype=np.int32)
    weights = np.ones(len(strains)) if weights is None else np.array(weights, dtype=float)
    return Examples(Genotypes(GENES, indptr, indices), np.array(values, dtype=float), weights, np.array(singles))


def test_the_mean_is_weighted_and_sees_training_and_validation():
    model = Mean()
    model.fit(_examples([[0], [1]], [1, 2], weights=[1, 2]), _examples([[2]], [5]), seed=0)
    assert model.predict(_examples([[0, 1]], [0]).genotypes).tolist() == [2.5]


def test_fitness_is_the_product_over_all_perturbed_genes():
    model = SmfProduct("fitness")
    train = _examples([[0, 1]], [0.4], singles=[0.5, 0.8, np.nan])
    model.fit(train, train, seed=0)
    strains = _examples([[], [0], [0, 1], [0, 1, 2]], np.zeros(4)).genotypes
    np.testing.assert_allclose(model.predict(strains), [1.0, 0.5, 0.4, 0.4 * 0.65])


def test_no_interaction_is_expected():
    model = SmfProduct("interaction")
    train = _examples([[0, 1]], [0.4], singles=[0.5, 0.8, 0.9])
    model.fit(train, train, seed=0)
    assert model.predict(train.genotypes).tolist() == [0.0]


def test_without_any_measured_single_the_expectation_is_the_wild_type():
    model = SmfProduct("fitness")
    train = _examples([[0, 1]], [0.4])
    model.fit(train, train, seed=0)
    assert model.predict(train.genotypes).tolist() == [1.0]


def test_a_dead_single_mutant_gives_a_dead_double_mutant():
    model = SmfProduct("fitness")
    train = _examples([[0, 1]], [0.0], singles=[-0.01, 0.9, 1.0])
    model.fit(train, train, seed=0)
    assert 0 <= model.predict(train.genotypes)[0] < 1e-5


@pytest.mark.parametrize("make", [Mean, lambda: SmfProduct("fitness")])
def test_a_saved_model_predicts_the_same(tmp_path, make):
    train, validation, test = split(planted()[0])
    model, other = make(), make()
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    other.load(tmp_path)
    assert np.array_equal(model.predict(test.genotypes), other.predict(test.genotypes))


def test_a_model_of_another_kind_is_refused(tmp_path):
    train, validation, _ = split(planted()[0])
    model = Mean()
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    with pytest.raises(KnockonError, match="'mean', not 'smf_product'"):
        SmfProduct("fitness").load(tmp_path)
