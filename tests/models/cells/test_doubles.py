"""Double deletions: a sum that overshoots is told, what usually changes in doubles is learnt, and intervals hold."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.doubles import LEVEL, METHODS, DoubleResponse

RANDOM = np.random.default_rng(6)
FIRST, SECOND = RANDOM.normal(0, 1, (2, 40, 300))
STRESS = np.where(RANDOM.random(300) < 0.1, 1.5, 0.0)
BOTH = 0.6 * (FIRST + SECOND) + STRESS + RANDOM.normal(0, 0.1, (40, 300))


@pytest.fixture(scope="module")
def model():
    return DoubleResponse(FIRST[:30], SECOND[:30], BOTH[:30])


def test_the_planted_share_and_the_usual_change_are_found(model):
    answers = model.answers(FIRST[35], SECOND[35])
    assert tuple(answers) == METHODS
    left = {name: ((BOTH[35] - change) ** 2).mean() for name, (_, change) in answers.items()}
    assert left["model"] < 0.05 < 0.4 < min(left[name] for name in METHODS if name != "model")


def test_intervals_hold_as_much_as_they_say(model):
    within = [
        np.abs(BOTH[row] - model.answers(FIRST[row], SECOND[row])["model"][1]) <= model.half_width()
        for row in range(30, 40)
    ]
    assert np.mean(within) == pytest.approx(LEVEL, abs=0.04)


def test_few_doubles_are_refused():
    with pytest.raises(KnockonError, match="4 to learn from"):
        DoubleResponse(FIRST[:4], SECOND[:4], BOTH[:4])
