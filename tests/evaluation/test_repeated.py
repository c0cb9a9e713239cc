"""Repeated cross-validation: the mean of repeats, and an interval over strains that covers what is planted."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.repeated import repeated_scores
from knockon.evaluation.units import Units

RESAMPLING = Resampling(300, seed=1)


def made_up(strains=50, repeats=4, strength=1.0, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.normal(size=strains)
    return labels, strength * labels + rng.normal(size=(repeats, strains))


def test_scores_are_means_over_repeats():
    labels, predicted = made_up()
    found = repeated_scores(labels, predicted, RESAMPLING)
    scores = [np.corrcoef(labels, row)[0, 1] for row in predicted]
    assert found["pearson"] == pytest.approx(np.mean(scores))
    assert found["pearson_sd"] == pytest.approx(np.std(scores, ddof=1))
    assert found["rmse"] == pytest.approx(np.mean([np.sqrt(np.mean((row - labels) ** 2)) for row in predicted]))
    assert found["pearson_low"] < found["pearson"] < found["pearson_high"]


def test_each_repeat_may_have_labels_of_its_own():
    labels, predicted = made_up()
    order = np.random.default_rng(2).permuted(np.tile(np.arange(50), (4, 1)), axis=1)
    found = repeated_scores(labels[order], np.take_along_axis(predicted, order, axis=1), RESAMPLING)
    assert found["pearson"] == pytest.approx(repeated_scores(labels, predicted, RESAMPLING)["pearson"])


def test_the_interval_is_of_strains_and_not_of_repeats():
    """A hundred repeats on the same few strains tell no more of new strains than one does."""
    labels, predicted = made_up(strains=12, repeats=1)
    widths = []
    for repeats in (1, 100):
        found = repeated_scores(labels, np.repeat(predicted, repeats, axis=0), RESAMPLING)
        widths.append(found["pearson_high"] - found["pearson_low"])
    assert widths[0] == pytest.approx(widths[1])
    assert widths[0] > 0.3


def test_a_strain_that_stands_twice_is_one_draw():
    """Every strain twice tells no more than every strain once: the interval is as wide."""
    labels, predicted = made_up(strains=20)
    once = repeated_scores(labels, predicted, RESAMPLING)
    strain = Units.groups("strain", np.tile(np.arange(20), 2))
    twice = repeated_scores(np.tile(labels, 2), np.tile(predicted, 2), RESAMPLING, strain)
    assert [twice[key] for key in ("pearson_low", "pearson_high")] == pytest.approx(
        [once[key] for key in ("pearson_low", "pearson_high")]
    )
