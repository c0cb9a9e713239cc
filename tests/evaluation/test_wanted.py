"""Scores of a wanted phenotype."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.wanted import (
    Wanted,
    ceiling_of,
    coverage_of,
    drawn_scores,
    hits_of,
    precision_at,
    scores_of,
    with_intervals,
)


def test_the_top_and_what_was_reported_are_hits():
    assert np.flatnonzero(hits_of(np.arange(40.0))).tolist() == [38, 39]
    assert hits_of(np.array([0.0, 1.0, 1.0, 0.0])).tolist() == [False, True, True, False]


def test_precision_shares_ties():
    hits = np.array([True, False, True, False])
    assert precision_at(hits, np.array([4.0, 3, 2, 1]), 2) == 0.5
    assert precision_at(hits, np.zeros(4), 2) == 0.5
    assert precision_at(hits, np.array([4.0, 3, 2, 1]), 50) == 0.5


def test_a_perfect_and_an_empty_model():
    value = np.random.default_rng(0).normal(size=200)
    best, none = (scores_of(Wanted(value, told, 10), hits_of(value)) for told in (value, np.zeros(200)))
    assert best == pytest.approx({"spearman": 1, "pearson": 1, "auroc": 1, "precision": 1, "enrichment": 20})
    assert none == pytest.approx({"spearman": 0, "pearson": 0, "auroc": 0.5, "precision": 0.05, "enrichment": 1})


def test_intervals_hold_the_score_and_come_again():
    random = np.random.default_rng(1)
    value = random.normal(size=300)
    genes = Wanted(value, value + random.normal(size=300), 30)
    found = with_intervals(genes, drawn_scores(genes, Resampling(100)), Resampling(100))
    assert found == with_intervals(genes, drawn_scores(genes, Resampling(100)), Resampling(100))
    for name in ("spearman", "pearson", "auroc", "precision"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_the_ceiling_is_the_root_of_the_reliability():
    random = np.random.default_rng(2)
    value = random.normal(0, np.sqrt(1.25), 20_000)
    assert ceiling_of(value, np.full(20_000, 0.5)) == pytest.approx(np.sqrt(0.8), abs=0.01)
    assert ceiling_of(value, np.full(20_000, np.nan)) is None
    assert ceiling_of(value, np.full(20_000, 9.0)) is None


def test_coverage_counts_both_sides():
    assert coverage_of(np.array([0.0, 2, -2, 0.5]), np.zeros(4), np.ones(4), 1.0) == 0.5
