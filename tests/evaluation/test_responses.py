"""Scores of told knock-outs: what scaling, noise and copying are worth, and that differences are paired."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.responses import matched_auroc, mean_score, paired_scores, response_scores

RANDOM = np.random.default_rng(1)
LEVEL = RANDOM.normal(5, 2, 2000)
# Weak genes scatter more, and pass any threshold by chance.
NOISE = RANDOM.normal(0, 1, 2000) * np.exp(-LEVEL / 3)
TRUE = np.where(RANDOM.random(2000) < 0.05, RANDOM.normal(0, 2, 2000), 0.0)
MEASURED = TRUE + NOISE
ALL = np.ones(2000, dtype=bool)


def scores(score, change=TRUE, genes=ALL):
    return response_scores(MEASURED, score, change, LEVEL, genes, 1.0)


def test_scaling_and_any_growing_function_gain_nothing():
    first, second = scores(np.abs(TRUE)), scores(np.exp(3 * np.abs(TRUE)), 17 * TRUE)
    assert first == pytest.approx(second)


def test_noise_told_by_the_level_scores_in_auroc_and_not_matched():
    found = scores(-LEVEL)
    assert found["auroc"] > 0.6
    assert found["auroc_matched"] == pytest.approx(0.55, abs=0.06)
    better = scores(np.abs(TRUE))
    assert better["auroc_matched"] > found["auroc_matched"] + 0.1


def test_the_knocked_out_gene_is_no_free_hit():
    genes = ALL.copy()
    genes[0] = False
    measured = MEASURED.copy()
    measured[0] = -9
    with_it, without = (
        response_scores(measured, np.abs(measured), measured, LEVEL, each, 1.0) for each in (ALL, genes)
    )
    assert without["changed"] == with_it["changed"] - 1


def test_a_knock_out_that_changes_nothing_has_no_auroc():
    found = response_scores(MEASURED / 1e3, np.abs(TRUE), TRUE, LEVEL, ALL, 1.0)
    assert found["auroc"] is None
    assert found["signed_r"] is not None


def test_matched_auroc_without_changed_genes_is_undefined():
    assert np.isnan(matched_auroc(np.zeros(50, dtype=bool), LEVEL[:50], LEVEL[:50]))


def test_means_draw_studies_and_copying_gains_nothing():
    values = [0.7, 0.8, None, 0.6, 0.9]
    studies = ["a", "a", "a", "b", "c"]
    resampling = Resampling(200, seed=1)
    mean, low, high = mean_score(values, studies, resampling)
    assert mean == pytest.approx(0.75)
    assert 0.6 <= low < mean < high <= 0.9
    assert paired_scores(values, values, studies, resampling) == {
        "difference": 0.0, "difference_low": 0.0, "difference_high": 0.0, "share_better": 0.0,
    }  # fmt: skip
    more = paired_scores([0.8, 0.9, 0.5, None, 1.0], values, studies, resampling)
    assert more["difference"] == pytest.approx(0.1)
    assert more["share_better"] == 1
    assert mean_score([None], ["a"], resampling) == (None, None, None)
    assert paired_scores([None], [0.5], ["a"], resampling)["difference"] is None
