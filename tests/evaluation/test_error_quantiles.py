"""Quantiles of errors against normal errors, whose quantiles are known, and against rows that come in groups."""

import numpy as np
import pytest
from scipy.stats import norm

from knockon.evaluation.error_quantiles import (
    LEVELS,
    between,
    calibration_rows,
    chance_above,
    error_quantiles,
    gene_folds,
    grouped_quantiles,
    interval_score,
)

NORMAL = np.random.default_rng(1).normal(0, 1, 200_000)


def test_quantiles_and_chances_of_normal_errors():
    quantiles = error_quantiles(NORMAL)
    assert quantiles == pytest.approx(norm.ppf(LEVELS), abs=0.02)
    assert between(quantiles, 0.9) == pytest.approx((-1.645, 1.645), abs=0.02)
    asked = np.array([-1.0, 0.0, 1.5])
    assert chance_above(quantiles, asked) == pytest.approx(norm.sf(asked), abs=0.005)
    assert chance_above(quantiles, np.array([-50.0, 50.0])) == pytest.approx([0.9975, 0.0025]), "never sure"


def test_an_interval_need_not_be_symmetric():
    low, high = between(error_quantiles(np.random.default_rng(2).exponential(1, 50_000)), 0.9)
    assert (low, high) == pytest.approx((0.0513, 2.996), rel=0.05)


def test_rows_of_a_new_group_are_held_though_groups_differ():
    random = np.random.default_rng(3)
    held = {"pooled": [], "grouped": []}
    for _ in range(400):
        shifts = random.normal(0, 2, 5)
        rows, groups = (shifts[:4, None] + random.normal(0, 1, (4, 200))).ravel(), np.repeat(np.arange(4), 200)
        new = shifts[4] + random.normal(0, 1, 200)
        for name, quantiles in (("pooled", error_quantiles(rows)), ("grouped", grouped_quantiles(rows, groups))):
            low, high = between(quantiles, 0.9)
            held[name].append(((new >= low) & (new <= high)).mean())
    assert np.mean(held["pooled"]) < 0.82
    assert 0.87 < np.mean(held["grouped"]) < 0.95


def test_the_score_prefers_a_spread_that_tells_wide_from_narrow():
    spreads = np.repeat([0.2, 3.0], 2000)
    errors = NORMAL[:4000] * spreads
    plain = np.ones(4000)
    assert interval_score(errors / spreads, spreads, 0.9) < interval_score(errors, plain, 0.9)


def test_folds_of_genes_hold_all_rows_of_a_gene():
    members = np.array([[0, 1], [1, 2], [2, 3], [4, 5], [3, 0]])
    fold = np.array([0, 0, 1, 1, 2, 2])
    parts = list(gene_folds(members, fold))
    assert len(parts) == 3
    for number, (others, own) in enumerate(parts):
        assert (others == ~own).all()
        assert own.tolist() == (fold[members] == number).any(axis=1).tolist()


def test_calibration_counts_a_row_by_its_weight():
    told = np.array([0.05, 0.06, 0.85, 0.85, 1.0])
    rows = calibration_rows(told, np.array([False, True, True, True, True]), np.array([1.0, 1.0, 0.5, 0.5, 1.0]))
    assert [(row["from"], row["to"], row["rows"]) for row in rows] == [
        (0.0, 0.1, 2.0),
        (0.8, 0.9, 1.0),
        (0.95, 1.0, 1.0),
    ]
    assert rows[0] == {"from": 0.0, "to": 0.1, "rows": 2.0, "told": pytest.approx(0.055), "reached": 0.5}
