"""The kernel of pairs: equal to the closed form, and no pair is told its own label."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.models.binding import kernel_ridge
from knockon.models.binding.alike import sides
from knockon.models.binding.hidden import folds_of
from knockon.models.binding.kernel_ridge import PairKernel, Ridge, fit_ridge, out_of_fold, solve
from tests.models.binding.planted import pairs, split


def known_kernel(train, ridge):
    own = sides(train, train)
    ligands, proteins = ridge.kernel(own.ligand), ridge.kernel(own.protein)
    return own, ligands, proteins


@pytest.mark.parametrize("most", [0, 10_000])
def test_coefficients_are_those_of_the_closed_form(most, monkeypatch):
    """By the table and by the matrix of pairs."""
    monkeypatch.setattr(kernel_ridge, "_DENSE", most)
    train = split()[0]
    own, ligands, proteins = known_kernel(train, Ridge())
    at = own.ligand.known, own.protein.known
    whole = (ligands[np.ix_(at[0], at[0])] * proteins[np.ix_(at[1], at[1])]).astype(float)
    target = (train.values - train.values.mean())[:, None]
    found = solve(PairKernel(ligands, proteins, *at), target, np.ones(target.shape, bool), 0.2)
    expected = np.linalg.solve(whole + 0.2 * np.eye(len(whole)), target)
    assert np.linalg.norm(found - expected) < 0.01 * np.linalg.norm(expected)


def test_a_pair_that_does_not_teach_has_no_coefficient():
    train = split()[0]
    own, ligands, proteins = known_kernel(train, Ridge())
    taught = np.ones((len(train), 1), dtype=bool)
    taught[5] = False
    kernel = PairKernel(ligands, proteins, own.ligand.known, own.protein.known)
    found = solve(kernel, train.values[:, None], taught, 0.2)
    assert found[5] == 0
    assert np.count_nonzero(found) == len(train) - 1


def test_a_label_has_no_influence_on_its_own_prediction():
    train = pairs()
    folds = list(folds_of(train, 5, ("pairs",), 0))
    values = train.values.copy()
    values[7] += 10.0
    moved = replace(train, values=values)
    before, after = (out_of_fold(sides(each, each), folds, Ridge()) for each in (train, moved))
    assert np.array_equal(before[7], after[7])
    assert not np.array_equal(before, after)


def test_new_pairs_are_predicted_alike_by_table_and_pair_by_pair(monkeypatch):
    train, _, test = split()
    own, asked = sides(train, train), sides(train, test)
    fit = fit_ridge(own, Ridge())
    expected = fit.predict(own, asked)[:, 0]
    monkeypatch.setattr(kernel_ridge, "_TABLE", 0)
    assert fit.predict(own, asked)[:, 0] == pytest.approx(expected, abs=1e-4)


def test_both_fits_find_the_planted_truth_and_the_second_finds_more():
    train, _, test = split()
    own = sides(train, train)
    found = fit_ridge(own, Ridge()).predict(own, sides(train, test))
    first, second = ((found - test.values[:, None]) ** 2).mean(axis=0) / test.values.var()
    assert first < 0.6
    assert second < first
