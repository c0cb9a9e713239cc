import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.sources.simulate.laboratory import LaboratorySimulation, all_sets, measure, plant, told_pairs


def test_a_value_is_the_sum_of_genes_and_pairs():
    truth = plant(LaboratorySimulation(6), 1)
    sets = np.zeros((1, 6), dtype=np.bool_)
    sets[0, [1, 4]] = True
    np.testing.assert_allclose(truth.values(sets), truth.singles[1] + truth.singles[4] + truth.pairs[1, 4])
    assert 0 <= truth.growth(sets)[0] <= 1


def test_all_sets_once_small_ones_first():
    sets = all_sets(5, 3)
    assert len(sets) == len(np.unique(sets, axis=0)) == 5 + 10 + 10
    assert (np.diff(sets.sum(axis=1)) >= 0).all()


def test_what_does_not_grow_shows_nothing():
    settings = LaboratorySimulation(8, harm=0.4, noise=0.0, growth_noise=0.0)
    truth, sets = plant(settings, 2), all_sets(8, 3)
    values, growth = measure(truth, sets, settings, np.random.default_rng(1))
    dead = truth.growth(sets) < settings.viable
    assert 0 < dead.sum() < len(sets)
    assert (np.isnan(values) == dead).all()
    np.testing.assert_allclose(values[~dead], truth.values(sets)[~dead])
    np.testing.assert_allclose(growth, truth.growth(sets))


def test_what_is_told_of_pairs_has_the_asked_correlation_and_is_right_on_average():
    truth = plant(LaboratorySimulation(120, pairs=1.0), 3)
    told = told_pairs(truth, 0.5, 3)
    upper = np.triu_indices(120, 1)
    assert np.corrcoef(told[upper], truth.pairs[upper])[0, 1] == pytest.approx(0.5, abs=0.03)
    assert np.polyfit(told[upper], truth.pairs[upper], 1)[0] == pytest.approx(1.0, abs=0.05)


def test_a_laboratory_without_genes_is_refused():
    with pytest.raises(KnockonError, match="4 … 1,000 genes"):
        LaboratorySimulation(2)
