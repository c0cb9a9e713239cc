"""Intervals that grow with perturbations: worked by hand, and where errors are planted to add up."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.evaluation.growing_intervals import Widths, all_growing_widths, growing_widths


def test_half_widths_worked_by_hand():
    widths = Widths(5.0, 11.0)
    assert widths.at(np.array([-2, 0, 1, 2, 3])).tolist() == [5.0, 5.0, 5.0, 6.0, pytest.approx(47**0.5)]


def test_growth_is_the_difference_of_the_squares():
    errors = np.concatenate([np.full(9, 3.0), np.full(9, -5.0)])
    perturbed = np.repeat([2, 3], 9)
    widths = growing_widths(errors, np.ones(18), perturbed, 0.9)
    assert (widths.first, widths.added) == (5.0, 16.0)
    assert growing_widths(errors, np.full(18, 2.0), perturbed, 0.9) == Widths(2.5, 4.0)


def test_nothing_is_taken_off_where_one_more_was_no_worse():
    errors = np.concatenate([np.full(9, 3.0), np.full(9, 1.0)])
    assert growing_widths(errors, np.ones(18), np.repeat([2, 3], 9), 0.9) == Widths(1.0)


def test_too_few_rows_of_one_fewer_tell_no_growth():
    errors = np.concatenate([np.full(8, 1.0), np.full(9, 3.0)])
    assert growing_widths(errors, np.ones(17), np.repeat([2, 3], [8, 9]), 0.9) == Widths(3.0)


def test_a_level_of_too_few_rows_is_left_out_and_none_at_all_is_an_error():
    errors, ones = np.arange(1.0, 10.0), np.ones(9)
    assert set(all_growing_widths(errors, ones, np.full(9, 3))) == {"0.5", "0.8", "0.9"}
    with pytest.raises(KnockonError, match="too few"):
        all_growing_widths(np.empty(0), np.empty(0), np.empty(0, dtype=int))


def test_coverage_holds_where_each_perturbation_adds_an_error_of_its_own():
    """Errors of s unseen effects: 90 % are held at every s, and a half width that does not grow holds far fewer."""
    random = np.random.default_rng(1)
    perturbed = random.integers(2, 4, 20_000)
    errors = random.normal(size=20_000) * np.sqrt(0.5 + (perturbed - 2) * 1.0)
    widths = growing_widths(errors, np.ones(20_000), perturbed, 0.9)
    for steps in (1, 2, 5):
        tested = random.normal(size=20_000) * np.sqrt(0.5 + steps * 1.0)
        held = np.abs(tested) <= widths.at(np.full(20_000, steps))
        assert held.mean() == pytest.approx(0.9, abs=0.02)
    assert (np.abs(tested) <= widths.first).mean() < 0.7
