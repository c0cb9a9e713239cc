"""Matthews' correlation is Pearson's r of two yes-or-no columns; its interval and its best threshold."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.matthews import agreement, best_threshold, matthews


def test_it_is_the_correlation_of_the_columns_and_counts_the_cells():
    random = np.random.default_rng(0)
    true = random.random(300) < 0.2
    told = true ^ (random.random(300) < 0.1)
    found = agreement(told, true, Resampling(200))
    assert found.mcc == pytest.approx(np.corrcoef(told, true)[0, 1])
    assert found.low < found.mcc < found.high
    assert found.true_positives + found.false_negatives == true.sum()
    assert found.true_positives + found.false_positives == told.sum()


def test_weights_are_doubled_rows():
    random = np.random.default_rng(1)
    true, told = random.random((2, 40)) < 0.4
    counts = random.integers(0, 3, 40)
    wanted = np.corrcoef(np.repeat(told, counts), np.repeat(true, counts))[0, 1]
    assert matthews(told, true, counts[None].astype(float))[0] == pytest.approx(wanted)


def test_an_answer_that_is_always_the_same_has_none():
    found = agreement(np.zeros(9, dtype=bool), np.arange(9) < 3, Resampling(20))
    assert np.isnan(found.mcc)
    assert found.low is None


def test_the_best_threshold_is_the_best_of_all():
    random = np.random.default_rng(2)
    true = random.random(80) < 0.3
    scores = np.round(true + random.standard_normal(80), 1)
    told = {threshold: matthews(scores >= threshold, true)[0] for threshold in np.unique(scores)}
    assert told[best_threshold(scores, true)] == pytest.approx(np.nanmax(list(told.values())))
