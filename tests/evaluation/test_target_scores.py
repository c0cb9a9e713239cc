"""Scores of pairs: against the shared bootstrap, with proteins and ligands as the units, and within targets."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.target_scores import estimates, within
from knockon.evaluation.units import Units

PAIRS = Units(np.array([(protein, ligand) for protein in range(12) for ligand in range(10)]), ("protein", "ligand"))


@pytest.fixture
def pairs():
    random = np.random.default_rng(0)
    values = (random.normal(6, 1, (12, 1)) + random.normal(0, 1, (12, 10))).ravel()
    return values, values + random.normal(0, 0.7, len(values)), np.repeat(np.arange(12), 10)


def test_intervals_are_those_of_the_one_bootstrap(pairs):
    values, predicted, _ = pairs
    resampling = Resampling(300)
    found = estimates(values, predicted, 7.0, PAIRS, resampling)
    shared = replicates(values, predicted[:, None], PAIRS, resampling)[0]
    for name in ("mse", "pearson", "spearman"):
        assert (found[name].low, found[name].high) == pytest.approx(interval(shared[name], 0.95), abs=1e-9)
    assert found["rmse"].value == pytest.approx(found["mse"].value ** 0.5)
    for name in ("ci", "rm2", "aupr"):
        assert found[name].low < found[name].value < found[name].high


def test_proteins_and_ligands_are_the_sample_not_rows(pairs):
    """Errors shared by all ligands of a protein: rows as units would say the interval is narrower than it is."""
    values, _, protein = pairs
    predicted = values + np.random.default_rng(3).normal(0, 1, 12)[protein]
    by_row, by_unit = (estimates(values, predicted, 7.0, units, Resampling(300))["ci"] for units in (None, PAIRS))
    assert by_unit.high - by_unit.low > 1.2 * (by_row.high - by_row.low)


def test_between_targets_is_not_within(pairs):
    """A model that knows the mean of each target alone: good when pooled, chance within."""
    values, _, protein = pairs
    means = (np.bincount(protein, values) / 10)[protein]
    found = within(values, means, protein)
    assert (found["groups"], found["ci"], found["pearson"]) == (12, 0.5, 0)
    assert estimates(values, means, 7.0, None, Resampling(2))["ci"].value > 0.65
    assert within(values, values, protein)["ci"] == 1.0


def test_small_and_constant_targets_are_left_out():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 7.0, 7.0, 7.0, 7.0, 7.0])
    group = np.repeat([0, 1, 2], [5, 2, 5])
    assert within(values, values, group)["groups"] == 1
    assert within(values[5:], values[5:], group[5:])["ci"] is None


def test_what_is_not_defined_is_null():
    found = estimates(np.full(6, 5.0), np.arange(6.0), 7.0, None, Resampling(10))
    assert found["ci"].value is found["aupr"].value is found["pearson"].low is None
