"""Scores of screens, their means over targets, and differences on the same draws."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.virtual_screen import SCORES, more_than, over_targets, target_scores

ACTIVE = np.arange(1000) < 20


def test_a_perfect_screen_and_a_constant_one():
    best = target_scores(ACTIVE, ACTIVE.astype(float))
    assert (best["ef1"], best["auroc"]) == (pytest.approx(50.0), 1.0)
    assert best["bedroc"] > 0.99
    constant = target_scores(ACTIVE, np.zeros(1000))
    assert constant["auroc"] == 0.5
    assert constant["ef1"] == pytest.approx(1.0)


@pytest.mark.parametrize("active", [np.zeros(5, dtype=bool), np.ones(5, dtype=bool)])
def test_a_target_without_actives_or_decoys_is_refused(active):
    with pytest.raises(ValueError, match="actives and decoys"):
        target_scores(active, np.arange(5.0))


def test_intervals_draw_targets():
    each = [dict.fromkeys(SCORES, value) for value in (0.2, 0.4, 0.9)]
    found = over_targets(each, Resampling(500))
    assert found["auroc"] == pytest.approx(0.5)
    assert 0.2 <= found["auroc_low"] < 0.3, "draws of the worst alone"
    assert 0.7 < found["auroc_high"] <= 0.9


def test_a_difference_of_equal_size_in_all_targets_has_no_spread():
    each = [dict.fromkeys(SCORES, value) for value in (0.2, 0.4, 0.9)]
    more = [dict.fromkeys(SCORES, value + 0.1) for value in (0.2, 0.4, 0.9)]
    found = more_than(more, each, Resampling(500))
    assert [found[f"auroc{end}"] for end in ("", "_low", "_high")] == pytest.approx([0.1, 0.1, 0.1])
