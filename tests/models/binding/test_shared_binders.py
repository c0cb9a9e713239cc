"""Shared binders by counting, and the look-up of near proteins' strengths by its definition."""

import numpy as np
import pytest

from knockon.models.binding.shared_binders import best_temperature, cosines, looked_up, neighbour_scores, shared_binders

NAN = np.nan
# Binders at 7: protein 0 {0, 1}, protein 1 {1, 2}, protein 2 none.
TABLE = np.array([[8.0, 7.0, 5.0, NAN], [5.0, 9.0, 7.5, 8.0], [5.0, 5.0, 5.0, 5.0]])


def by_hand(one, other, threshold, least):
    there = np.isfinite(one) & np.isfinite(other)
    first, second = one[there] >= threshold, other[there] >= threshold
    either = (first | second).sum()
    return (first & second).sum() / either if there.sum() >= least and either else np.nan


@pytest.mark.parametrize("least", [1, 3, 4])
def test_shared_binders_by_counting(least):
    random = np.random.default_rng(0)
    table = np.where(random.random((6, 12)) < 0.3, NAN, random.normal(7, 1, (6, 12)))
    for known in (table, TABLE[:, :3].repeat(4, axis=1)):
        expected = [[by_hand(one, other, 7.0, least) for other in known] for one in table]
        np.testing.assert_allclose(shared_binders(table, known, 7.0, least), expected)


def test_a_ligand_measured_with_one_protein_alone_counts_for_nothing():
    """Ligand 3 binds protein 1 and was not measured with protein 0."""
    assert shared_binders(TABLE[:1], TABLE[1:2], 7.0, 1)[0, 0] == pytest.approx(1 / 3)
    assert np.isnan(shared_binders(TABLE[2:], TABLE[2:], 7.0, 1)[0, 0]), "neither binds anything"


def test_a_hot_look_up_is_the_ligands_mean_and_a_cold_one_the_nearest_protein():
    alike = np.array([[0.9, 0.1, 0.0]])
    np.testing.assert_allclose(looked_up(alike, TABLE, 1e9)[0], np.nanmean(TABLE, axis=0))
    cold = looked_up(alike, TABLE, 1e-3)[0]
    np.testing.assert_allclose(cold[:3], TABLE[0, :3], atol=1e-6)
    assert cold[3] == pytest.approx(8.0), "of the nearest protein that has it"


def test_weights_are_exponential():
    alike = np.array([[1.0, 0.5]])
    weight = np.exp(np.array([1.0, 0.5]) / 0.5)
    expected = weight @ TABLE[:2, :3] / weight.sum()
    np.testing.assert_allclose(looked_up(alike, TABLE[:2], 0.5)[0, :3], expected)


def test_a_ligand_that_no_protein_knows_is_not_told():
    assert np.isnan(looked_up(np.ones((1, 1)), TABLE[:1], 1.0)[0, 3])


def test_the_temperature_with_the_least_error_is_chosen():
    alike, truth = np.array([[0.9, 0.1, 0.0]]), TABLE[:1]
    assert best_temperature(alike, TABLE, truth, [10.0, 0.01]) == 0.01
    flat = np.zeros((1, 3))
    assert best_temperature(flat, TABLE, truth, [0.01, 10.0]) == 10.0, "of equal ones the higher"


def test_scores_of_neighbours():
    alike = np.array([[0.9, 0.5, 0.1], [0.1, 0.5, 0.9], [0.3, 0.3, 0.3]])
    shared = np.array([[1.0, 0.5, 0.0], [1.0, 0.5, NAN], [NAN, NAN, NAN]])
    found = neighbour_scores(alike, shared, top=2)
    assert found["spearman"][0] == pytest.approx(1.0)
    np.testing.assert_allclose(found["nearest"][:2], [1.0, 0.5])
    np.testing.assert_allclose(found["near"][:2], [0.75, 0.75])
    np.testing.assert_allclose(found["best"][:2], [1.0, 1.0])
    assert all(np.isnan(values[2]) for values in found.values())


def test_none_is_near_where_all_are_equally_alike():
    found = neighbour_scores(np.zeros((1, 3)), np.array([[1.0, 0.5, 0.0]]), top=2)
    assert np.isnan([found["spearman"][0], found["nearest"][0], found["near"][0]]).all()
    assert found["chance"][0] == pytest.approx(0.5)


def test_a_cosine_of_any_length():
    assert cosines(np.array([[2.0, 0.0]]), np.array([[5.0, 0.0], [0.0, 1.0]]))[0] == pytest.approx([1.0, 0.0])
