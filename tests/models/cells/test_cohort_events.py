"""An amplified stretch is one event; a gene that is raised alone, and a regulon, are none."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.cohort_events import events, excess

RANDOM = np.random.default_rng(7)


def cohort():
    values = RANDOM.normal(6, 0.5, (80, 300))
    dose = np.where(np.arange(80) < 8, RANDOM.uniform(3, 5, 80), 0.0)
    values[:, 10:15] += dose[:, None] * np.array([1, 0.9, 1.1, 0.8, 1.0])
    other = np.where((np.arange(80) >= 30) & (np.arange(80) < 37), RANDOM.uniform(3, 5, 80), 0.0)
    values[:, 50:54] += other[:, None]
    values[40:48, 200] += 5
    return values


def test_planted_amplicons_are_one_event_each():
    found = events(cohort())
    assert [sorted(event.genes.tolist()) for event in found[:2]] == [[10, 11, 12, 13, 14], [50, 51, 52, 53]]
    assert set(found[0].samples) == set(range(8))
    assert found[0].together > 0.7
    assert all(200 not in event.genes for event in found)


def test_nothing_is_raised_in_noise_and_few_samples_are_refused():
    assert events(RANDOM.normal(6, 0.5, (60, 100))) == []
    with pytest.raises(KnockonError, match="at least 8"):
        events(cohort()[:7])


def test_excess_counts_from_the_border_of_outliers():
    values = np.zeros((9, 1))
    values[0] = 3.0
    # Without spread a gene counts as .3: the border lies at .9.
    assert excess(values)[:, 0].tolist() == pytest.approx([7.0, *[0.0] * 8])
