"""The concordance index against two loops, with ties, weights and its speed."""

import time

import numpy as np
import pytest

from knockon.evaluation.concordance import Concordance, concordance_index


def by_loops(values, predicted, weights):
    above = total = 0.0
    for i in range(len(values)):
        for j in range(len(values)):
            if values[i] > values[j]:
                both = weights[i] * weights[j]
                total += both
                above += both * (1.0 if predicted[i] > predicted[j] else 0.5 if predicted[i] == predicted[j] else 0.0)
    return above / total


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_it_is_that_of_two_loops(seed, levels):
    random = np.random.default_rng(seed)
    rows = int(random.integers(3, 40))
    values, predicted = random.integers(0, levels, (2, rows)).astype(float)
    values[:2] = [0.0, 1.0]
    weights = random.integers(0, 4, rows).astype(float)
    weights[:2] = 1.0
    order = Concordance(values, predicted)
    assert order.index() == pytest.approx(by_loops(values, predicted, np.ones(rows)), abs=1e-12)
    assert order.index(weights) == pytest.approx(by_loops(values, predicted, weights), abs=1e-12)


def test_weights_are_rows_written_again():
    random = np.random.default_rng(1)
    values, predicted = random.normal(size=(2, 30)).round(1)
    counts = random.integers(0, 3, 30)
    again = concordance_index(np.repeat(values, counts), np.repeat(predicted, counts))
    assert Concordance(values, predicted).index(counts.astype(float)) == pytest.approx(again, abs=1e-12)


def test_ends_of_the_scale():
    values = np.arange(100.0)
    assert concordance_index(values, values) == 1.0
    assert concordance_index(values, -values) == 0.0
    assert concordance_index(values, np.zeros(100)) == 0.5
    assert np.isnan(concordance_index(np.zeros(5), np.arange(5.0)))


def test_two_hundred_thousand_pairs_in_a_second():
    random = np.random.default_rng(0)
    values = random.normal(size=200_000).round(2)
    started = time.process_time()
    found = concordance_index(values, values + random.normal(size=len(values)))
    assert time.process_time() - started < 1.0
    assert found == pytest.approx(0.75, abs=0.01)


def test_what_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite"):
        concordance_index(np.array([1.0, np.nan]), np.zeros(2))
    with pytest.raises(ValueError, match="shapes"):
        concordance_index(np.zeros(3), np.zeros(2))
