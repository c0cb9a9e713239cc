"""What a screen shows again: held to a planted screen in which truth, sides and noise are known."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ceiling import NO_CEILING, ceiling_from_reciprocals
from knockon.evaluation.screen import by_row, direction_residuals, screen_ceiling, without_sides
from knockon.evaluation.units import Units

RESAMPLING = Resampling(replicates=200, seed=1)


class Screen:
    """Pairs of genes, some measured both ways: truth, effects as query and as array, and noise as given."""

    def __init__(self, seed, genes=250, truth=0.02, side=0.015, noise=0.03, both=0.15):
        random = np.random.default_rng(seed)
        self.pairs = np.array(list(combinations(range(genes), 2)))
        count = len(self.pairs)
        query, array = random.normal(0, side, (2, genes))
        first, second = self.pairs.T
        self.truth = random.normal(0, truth, count)
        sides = np.column_stack([query[first] + array[second], query[second] + array[first]])
        measured = np.ones((count, 2), dtype=bool)
        measured[np.arange(count), random.integers(2, size=count)] = random.random(count) < both
        shown = np.where(measured, self.truth[:, None] + sides, np.nan)
        self.reachable = np.nanmean(shown, axis=1)
        self.directions = shown + random.normal(0, noise, (count, 2))
        self.values = np.nanmean(self.directions, axis=1)

    def ceiling(self, units):
        """From the pairs measured both ways; all pairs are test rows."""
        measured = np.isfinite(self.directions).sum(axis=1)
        both = measured == 2
        return screen_ceiling(self.pairs[both], self.directions[both], self.values, measured, units, RESAMPLING)


def reached(predicted, values):
    return np.corrcoef(predicted, values)[0, 1]


def test_the_noise_is_what_no_effect_of_a_strain_explains():
    screen = Screen(0, both=1.0)
    residuals = direction_residuals(screen.pairs, screen.directions)
    assert (residuals**2).mean() / 2 == pytest.approx(0.03**2, rel=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_the_ceiling_is_what_truth_and_sides_reach_together(seed):
    """The ceiling of the biology is far below: A×B against B×A calls the sides noise."""
    screen = Screen(seed)
    genes = Units(screen.pairs, ("gene", "gene"))
    found = screen.ceiling(genes)
    expected = reached(screen.reachable, screen.values)
    assert found.value == pytest.approx(expected, abs=0.03)
    assert found.low < expected < found.high
    both = np.isfinite(screen.directions).all(axis=1)
    counts = 1.0 + both
    biology = ceiling_from_reciprocals(*screen.directions[both].T, screen.values, counts, None, RESAMPLING)
    assert biology.value == pytest.approx(reached(screen.truth, screen.values), abs=0.06)
    assert biology.high < found.low


def test_without_effects_of_strains_both_ceilings_are_one():
    screen = Screen(7, side=0.0, both=0.5)
    found = screen.ceiling(None)
    assert found.value == pytest.approx(reached(screen.truth, screen.values), abs=0.03)


def test_a_model_of_the_sides_alone_keeps_nothing_without_them_and_one_of_the_biology_all():
    screen = Screen(3, truth=0.03, noise=0.01)
    sides = screen.reachable - screen.truth
    left = without_sides(screen.pairs, screen.directions, np.column_stack([screen.values, sides, screen.truth]))
    assert abs(reached(left[:, 1], left[:, 0])) < 0.05 or np.ptp(left[:, 1]) < 1e-6
    assert reached(left[:, 2], left[:, 0]) > 0.9


def test_without_pairs_measured_both_ways_there_is_none():
    screen = Screen(0, genes=10, both=0.0)
    assert screen.ceiling(None) == NO_CEILING


def test_directions_find_their_rows_and_datasets_are_averaged():
    table = pa.table(
        {
            "key": pa.array([5, 3, 5], pa.uint64()),
            "forward": pa.array([1.0, None, 2.0]),
            "reverse": pa.array([None, 4.0, 7.0]),
        }
    )
    found = by_row(np.array([3, 4, 5], dtype=np.uint64), table)
    np.testing.assert_array_equal(found, [[np.nan, 4.0], [np.nan, np.nan], [1.5, 7.0]])
