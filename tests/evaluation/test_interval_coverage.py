"""Coverage of a strain's intervals on planted errors."""

import numpy as np
import pytest

from knockon.evaluation.interval_coverage import STRONG, interval_coverage
from knockon.evaluation.strain_errors import StrainErrors

GENES = ("A", "B", "C")
ERRORS = StrainErrors(0.1, {"A": 0.1, "B": 0.1, "C": 0.2}, {"0.5": 0.674, "0.9": 1.645})


def test_a_share_as_large_as_promised_lies_inside_where_errors_are_as_learnt():
    random = np.random.default_rng(0)
    pairs = random.choice(2, (20_000, 2))
    predicted = np.zeros(20_000)
    found = interval_coverage(ERRORS, GENES, pairs, 0.1 * random.normal(size=20_000), predicted)
    assert found["coverage_50"] == pytest.approx(0.5, abs=0.01)
    assert found["coverage_90"] == pytest.approx(0.9, abs=0.01)
    assert (found["coverage_90_strong"], found["n_strong"]) == (None, 0)


def test_what_is_said_strongly_has_a_coverage_of_its_own():
    """Errors twice as large where the model says much: over all rows the interval seems to hold."""
    random = np.random.default_rng(1)
    predicted = np.where(np.arange(20_000) < 400, 2 * STRONG, 0.0)
    spread = np.where(predicted > 0, 0.3, 0.1)
    found = interval_coverage(
        ERRORS, GENES, np.zeros((20_000, 2), int), predicted + spread * random.normal(size=20_000), predicted
    )
    assert found["coverage_90"] > 0.88
    assert found["coverage_90_strong"] < 0.5
    assert found["n_strong"] == 400
