"""Mid-ranks are those of scipy, bit for bit, without scipy.stats."""

import numpy as np
import pytest
from scipy.stats import rankdata

from knockon.evaluation.ranks import average_ranks


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=1001),
        np.random.default_rng(1).integers(0, 7, 500).astype(float),
        np.full(9, 0.1),
        np.array([2.0]),
        np.zeros(0),
        np.array([np.inf, -np.inf, 0.0, -0.0, np.inf]),
        np.array([1.0, np.nan, 0.0]),
        np.array([3, 1, 1, 2]),
    ],
    ids=["distinct", "ties", "equal", "one", "none", "infinite", "missing", "whole"],
)
def test_ranks_are_those_of_scipy(values):
    ranks = average_ranks(values)
    assert ranks.dtype == np.float64
    np.testing.assert_array_equal(ranks, rankdata(values))
