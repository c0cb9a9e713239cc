"""Corrections by few labels: the limits of ridge, draws that keep the test apart, a planted offset that is found."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from knockon.evaluation.concordance import concordance_index
from knockon.models.binding.few_labels import (
    Draw,
    LabelTable,
    alone,
    concordance,
    corrected,
    draws,
    kernel_of,
    squared_error,
)
from knockon.models.binding.protocol import Pairs

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(30, 5))
OFFSET, VALUES = RANDOM.normal(size=30), RANDOM.normal(size=30) + 6
LABELLED = np.array([2, 5, 11, 17, 20, 29])


def test_the_correction_is_ridge_on_unit_features_and_a_constant():
    rows = np.column_stack([np.ones(30), FEATURES / np.linalg.norm(FEATURES, axis=1, keepdims=True)])
    ridge = Ridge(alpha=0.7, fit_intercept=False).fit(rows[LABELLED], (VALUES - OFFSET)[LABELLED])
    found = corrected(kernel_of(FEATURES), OFFSET, VALUES, LABELLED, 0.7)
    assert found == pytest.approx(OFFSET + ridge.predict(rows))


def test_a_large_penalty_leaves_the_model_and_a_small_one_the_labels():
    kernel = kernel_of(RANDOM.normal(size=(30, 40)))
    assert corrected(kernel, OFFSET, VALUES, LABELLED, 1e9) == pytest.approx(OFFSET, abs=1e-6)
    assert corrected(kernel, OFFSET, VALUES, LABELLED, 1e-9)[LABELLED] == pytest.approx(VALUES[LABELLED], abs=1e-4)
    assert alone(kernel, VALUES, LABELLED, 1e9) == pytest.approx(np.full(30, VALUES[LABELLED].mean()), abs=1e-6)


def test_labels_that_are_not_told_change_nothing():
    others = np.setdiff1d(np.arange(30), LABELLED)
    changed = VALUES.copy()
    changed[others] = 99.0
    kernel = kernel_of(FEATURES)
    for predict in (lambda values: corrected(kernel, OFFSET, values, LABELLED, 1.0),
                    lambda values: alone(kernel, values, LABELLED, 1.0)):  # fmt: skip
        assert np.array_equal(predict(VALUES), predict(changed))


def table(rows, columns):
    return LabelTable(np.random.default_rng(1).normal(size=(rows, columns)))


def test_labelled_and_tested_ligands_are_apart_and_the_same_for_every_k():
    held = table(4, 30)
    held.values[2, 12:] = np.nan
    found = draws(held, 10, 3, 0)
    assert [draw.protein for draw in found] == [0] * 3 + [1] * 3 + [3] * 3, "12 ligands are too few for 10 and a test"
    for draw in found:
        assert len(draw.labelled) == 10
        assert sorted([*draw.labelled, *draw.tested]) == list(range(30))
    assert not np.array_equal(found[0].labelled, found[1].labelled)


def test_repeats_of_a_pair_are_averaged():
    pairs = Pairs(("C", "CC"), ("A",), np.array([0, 0, 1]), np.zeros(3, dtype=np.int64), np.array([5.0, 7.0, 4.0]),
                  np.zeros(3, dtype=np.int8))  # fmt: skip
    assert LabelTable.of(pairs).values.tolist() == [[6.0, 4.0]]


def test_scores_are_those_of_the_tested_ligands():
    held, guess = table(1, 30), np.random.default_rng(2).normal(size=30)
    draw = Draw(0, np.arange(10), np.arange(10, 30))
    tested = held.values[0, 10:]
    assert squared_error(held, draw, guess) == pytest.approx(np.mean((tested - guess[10:]) ** 2))
    assert concordance(held, draw, guess) == concordance_index(tested, guess[10:])


def test_a_planted_offset_of_a_protein_is_found_by_few_labels():
    """The model is right but for 1.5 units, the same for all ligands of the protein."""
    truth = RANDOM.normal(size=30) + 6
    off = truth - 1.5
    found = corrected(kernel_of(FEATURES), off, truth, LABELLED, 1.0)
    left = np.setdiff1d(np.arange(30), LABELLED)
    assert np.mean((found - truth)[left] ** 2) < 0.1 * 1.5**2
