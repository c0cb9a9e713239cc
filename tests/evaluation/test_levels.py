"""Scores by level: sums go to the level of each gene, and a limit is what counting leaves."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.levels import level_scores, level_sums

MEAN = np.array([0.5, 2.0, 2.5, 8.0])
VALUES = (MEAN + np.array([[1, 1, -1, 2], [-1, 2, 0, -2], [1, 0, 1, 1]])).astype(np.float32)
HIDDEN = np.array([True, False, True, False])


def table(counted):
    half = ((VALUES + MEAN) / 2).astype(np.float32)
    columns = level_sums(VALUES, (VALUES, half), MEAN, HIDDEN, counted, np.array([1.0, 5.0]))
    return pa.table({**columns, "study": [*("a", "b", "c")] * 3})


def test_each_level_has_its_own_genes_scores_and_limits():
    found = level_scores(table(np.full((3, 4), 0.1)), Resampling(50))
    assert [each["genes"] for each in found] == [1, 2, 1]
    assert [each["centred"] for each in found] == pytest.approx([1, 1, 1])
    # Half way from the mean leaves a quarter of the squares.
    assert found[0]["hidden"] == pytest.approx(0.75)
    assert found[0]["hidden_low"] == pytest.approx(0.75)
    assert found[2]["hidden"] is None
    squares = ((VALUES - MEAN) ** 2)[:, 1:3].sum()
    assert found[1]["centred_limit"] == pytest.approx(1 - 0.6 / squares)


def test_where_reads_are_not_known_there_is_no_limit():
    found = level_scores(table(np.full((3, 4), np.nan)), Resampling(50))
    assert [each["centred_limit"] for each in found] == [None] * 3
    assert found[1]["centred"] == pytest.approx(1)
