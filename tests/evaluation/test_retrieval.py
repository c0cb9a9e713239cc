"""Places of right candidates, ties and intervals."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.retrieval import first_places, retrieval
from knockon.evaluation.units import Units


def test_places_by_a_loop():
    random = np.random.default_rng(0)
    scores, right = random.normal(size=(20, 30)), random.random((20, 30)) < 0.1
    right[:, 0] = True
    expected = [
        1 + sum(scores[row, wrong] > scores[row][right[row]].max() for wrong in np.flatnonzero(~right[row]))
        for row in range(20)
    ]
    assert first_places(scores, right).tolist() == expected


def test_constant_scores_find_nothing():
    found = retrieval(np.zeros((40, 40)), np.eye(40, dtype=bool))
    assert (found.top1, found.top10) == (0.0, 0.0)


def test_scores_and_intervals():
    scores = np.eye(40) + 0.0
    scores[:10] = 0.0
    scores[:10, 20:40] = 1.0
    found = retrieval(scores, np.eye(40, dtype=bool), resampling=Resampling(200))
    assert (found.queries, found.top1) == (40, 0.75)
    low, high = found.intervals["top1"]
    assert 0.55 < low < 0.75 < high < 0.92
    grouped = retrieval(
        scores, np.eye(40, dtype=bool), Units(np.repeat(np.arange(4), 10), ("protein",)), Resampling(200)
    )
    wider = grouped.intervals["top1"]
    assert wider[1] - wider[0] > high - low


def test_a_query_without_an_answer_is_refused():
    with pytest.raises(ValueError, match="no right candidate"):
        first_places(np.zeros((1, 3)), np.zeros((1, 3), dtype=bool))
    with pytest.raises(ValueError, match="finite"):
        first_places(np.full((1, 3), np.nan), np.ones((1, 3), dtype=bool))
