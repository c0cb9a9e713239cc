"""Virtual knock-outs of regulators: planted drivers come first, and chance is what it says."""

import numpy as np
import pytest

from knockon.models.cells.regulator_moves import (
    by_labels,
    by_regulons,
    cohort_of,
    false_discovery_rates,
    moves_of,
    ranks,
)
from knockon.models.cells.regulators import activities
from tests.models.cells.planted_regulators import world


def hits(scores, drivers):
    return (np.take_along_axis(ranks(scores), drivers, axis=1) <= drivers.shape[1]).mean()


def test_planted_drivers_are_found_better_than_by_ulm():
    planted, regulons, model = world()
    diseased, normal = planted.cohort[planted.diseased].astype(float), planted.cohort[~planted.diseased].astype(float)
    found = moves_of(model, diseased, normal)
    scaled = (diseased - normal.mean(axis=0)) / normal.std(axis=0)
    mine = hits(found.scores, planted.drivers)
    assert mine > 0.65
    assert mine > hits(activities("ulm", scaled, regulons), planted.drivers)
    # Taking a driver's input back removes more of the distance than taking any other's.
    of_drivers = np.take_along_axis(found.moves, planted.drivers, axis=1).mean()
    assert of_drivers > 3 * found.moves.mean()
    assert found.moves.max() < 1


def test_a_driver_that_all_share_has_a_low_rate_and_without_a_difference_none_has():
    planted, _, model = world()
    normal = planted.cohort[~planted.diseased].astype(float)
    first, second = normal[:15], normal[15:]
    moved = first + 2.0 * model.effects()[4] * model.spread
    cohort, _ = cohort_of(model, moved, second, permutations=300)
    assert int(np.argmax(cohort.score)) == 4
    assert cohort.fdr[4] <= 0.1
    alike, _ = cohort_of(model, first, second, permutations=300)
    assert (alike.fdr > 0.1).all()


def test_chances_of_labels_are_even_where_nothing_differs():
    random = np.random.default_rng(2)
    chances = by_labels(random.normal(0, 1, (40, 400)), np.arange(40) < 20, 200, 1)
    assert np.mean(chances <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert chances.min() > 0


def test_random_regulons_have_the_sizes_of_the_true_ones():
    _, regulons, model = world()
    change = regulons.signs[3] * 1.0
    chances = by_regulons(regulons, change, 200, 1)
    assert chances[3] == pytest.approx(1 / 201)
    assert np.median(chances) > 0.05
    np.testing.assert_array_equal(chances, by_regulons(regulons, change, 200, 1))
    assert model.weights.shape == regulons.signs.shape


def test_benjamini_and_hochberg_by_hand():
    np.testing.assert_allclose(false_discovery_rates(np.array([0.04, 0.01, 0.5])), [0.06, 0.03, 0.5])
    assert ranks(np.array([[0.1, 0.9, 0.9]])).tolist() == [[3, 1, 2]]
