"""Scores of rows that name two things: against plain sums, bounds apart, and intervals that draw the things."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.concordance import concordance_index
from knockon.evaluation.crossed import (
    Crossed,
    crossed_intervals,
    crossed_scores,
    interval_quality,
    paired_difference,
)
from knockon.evaluation.units import Units


def rows(noise=0.5, ligands=20, proteins=15, seed=0):
    """Labels that a ligand's and a protein's effect make up, and predictions with an error of `noise`."""
    random = np.random.default_rng(seed)
    first, second = (each.ravel() for each in np.meshgrid(np.arange(ligands), np.arange(proteins), indexing="ij"))
    values = 6 + random.normal(0, 1, ligands)[first] + random.normal(0, 1, proteins)[second]
    predicted = values + random.normal(0, noise, len(values))
    exact = values > 5
    values = np.maximum(values, 5.0)
    return Crossed(values, predicted, exact, Units(np.column_stack([first, second]), ("ligand", "protein")))


def test_scores_are_what_their_definitions_say():
    found, of = crossed_scores(rows(), 7.0), rows()
    assert found["n"] == 300
    assert found["mse"] == pytest.approx(np.mean((of.predicted - of.values) ** 2))
    assert found["rmse"] ** 2 == pytest.approx(found["mse"])
    assert found["pearson"] == pytest.approx(np.corrcoef(of.values, of.predicted)[0, 1])
    assert found["ci"] == pytest.approx(concordance_index(of.values, of.predicted))
    assert found["exact_n"] == of.exact.sum() < 300
    assert found["exact_mse"] == pytest.approx(np.mean((of.predicted - of.values)[of.exact] ** 2))
    within = [
        np.corrcoef(of.values[at], of.predicted[at])[0, 1]
        for at in (of.units.ids[:, 1] == protein for protein in range(15))
    ]
    assert (found["within_n"], found["within_pearson"]) == (15, pytest.approx(np.mean(within)))
    assert 0.5 < found["aupr"] <= 1


def test_a_model_of_the_proteins_alone_says_nothing_within_a_protein():
    of = rows()
    means = np.array([of.values[of.units.ids[:, 1] == protein].mean() for protein in range(15)])
    found = crossed_scores(Crossed(of.values, means[of.units.ids[:, 1]], of.exact, of.units), 7.0)
    assert found["pearson"] > 0.5
    assert (found["within_pearson"], found["within_ci"]) == (0.0, 0.5)


def test_intervals_of_things_are_wider_than_of_rows():
    of, resampling = rows(), Resampling(200, seed=1)
    alone = Units(np.arange(300), ("row",))
    found = {
        name: crossed_intervals(
            Crossed(of.values, of.predicted - 0.3 * (of.units.ids[:, 1] % 3), of.exact, units), resampling, ranks=True
        )
        for name, units in (("things", of.units), ("rows", alone))
    }
    for name in ("mse", "ci", "rm2", "pearson", "spearman"):
        low, high = found["things"][f"{name}_low"], found["things"][f"{name}_high"]
        assert low < high
        assert high - low > found["rows"][f"{name}_high"] - found["rows"][f"{name}_low"], name


def test_a_paired_difference_leaves_out_what_both_share():
    of, better, resampling = rows(1.0), rows(0.9), Resampling(200, seed=1)
    worse = of.predicted + np.random.default_rng(5).normal(0, 0.7, 300)
    found = paired_difference(of, worse, resampling)
    assert 0 < found["difference_low"] < found["difference"] < found["difference_high"]
    nothing = paired_difference(better, better.predicted, resampling)
    assert (nothing["difference"], nothing["difference_low"], nothing["difference_high"]) == (0, 0, 0)


def test_intervals_hold_as_often_as_they_promise():
    errors = np.random.default_rng(0).normal(0, 1, 4000)
    found = interval_quality(errors[:2000], errors[2000:], (0.5, 0.9))
    assert found["0.9"]["coverage"] == pytest.approx(0.9, abs=0.02)
    assert found["0.9"]["width"] == pytest.approx(2 * 1.645, abs=0.15)


def test_without_exact_rows_or_things_scores_are_not_invented():
    of = rows().take(np.arange(4))
    found = crossed_scores(Crossed(of.values, of.predicted, np.zeros(4, dtype=bool), of.units), 7.0)
    assert (found["exact_n"], found["exact_mse"], found["exact_ci"], found["aupr"]) == (0, None, None, None)
    assert (found["within_n"], found["within_pearson"]) == (0, None)
