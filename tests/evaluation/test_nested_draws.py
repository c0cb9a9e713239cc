import numpy as np
import pytest

from knockon.evaluation.nested_draws import drawn_mean


def test_the_interval_is_wider_than_that_of_independent_draws():
    scores = np.array([0.1, 0.2, 0.3, 0.2])
    found = drawn_mean(scores, 0.2)
    assert found.mean == pytest.approx(0.2)
    # t of 3 degrees of freedom; 1/4 + 0.2/0.8 = 0.5 where independent draws have 1/4.
    assert found.high - found.mean == pytest.approx(3.1824463 * scores.std(ddof=1) * np.sqrt(0.5))
    assert found.mean - found.low == pytest.approx(found.high - found.mean)
    assert found.draws == 4


@pytest.mark.parametrize("scores", [[0.1], [0.1, np.nan]])
def test_too_few_draws_and_missing_scores_are_refused(scores):
    with pytest.raises(ValueError, match="two draws or more"):
        drawn_mean(np.array(scores), 0.2)


def test_the_interval_holds_the_truth_where_trainings_overlap():
    """The score of a draw is the mean of the units that it holds out."""
    random, inside = np.random.default_rng(1), 0
    for _ in range(200):
        units = random.normal(size=200)
        scores = np.array([units[random.permutation(200)[:40]].mean() for _ in range(10)])
        found = drawn_mean(scores, 0.2)
        inside += found.low <= 0 <= found.high
    assert inside >= 180
