"""Kernels of blocks, and their weights by the evidence."""

import numpy as np
import pytest

from knockon.models.designs.evidence import inverse_of, most_likely
from knockon.models.designs.kernels import parts_of, standardised, weighted
from tests.models.designs.toy import GENES, toy

FEATURES, EFFECT = toy()
ROWS = np.arange(0, GENES, 2)


def test_every_block_has_its_kernels_and_they_are_of_scale_1():
    parts = {part.name: part for part in parts_of(FEATURES, ROWS)}
    assert sorted(parts) == [
        "complex", "fitness", "fitness_radial", "near_2_kb", "near_30_kb", "sequence", "sequence_radial",
    ]  # fmt: skip
    for part in parts.values():
        kernel = part.between(ROWS, ROWS)
        assert np.diag(kernel).mean() == pytest.approx(1, abs=1e-9)
        assert np.linalg.eigvalsh(kernel).min() > -1e-8
    near = parts["near_2_kb"].between(np.array([0]), np.array([0, 1, 2]))[0]
    assert near == pytest.approx(np.exp([0, -2.5, -5]))


def test_the_sum_is_the_sum_of_its_parts():
    parts = parts_of(FEATURES, ROWS)
    weights = {part.name: 0.1 + place for place, part in enumerate(parts)} | {"fitness": 0.0}
    expected = sum(weights[part.name] * part.between(ROWS[:20], ROWS) for part in parts)
    assert weighted(parts, weights, ROWS[:20], ROWS) == pytest.approx(expected)


def test_the_evidence_finds_the_kernel_that_made_the_values():
    parts = parts_of(FEATURES, ROWS)
    kernels = [part.between(ROWS, ROWS) for part in parts]
    found = dict(zip([part.name for part in parts] + ["noise"], most_likely(kernels, EFFECT[ROWS], 60), strict=True))
    linear = found["fitness"] + found["fitness_radial"]
    assert found["complex"] == max(found.values())
    assert linear > 0.05
    assert found["sequence"] < 0.1 * found["complex"]
    assert not most_likely(kernels, np.ones(len(ROWS)), 5).any()


def test_the_slope_of_the_evidence_leads_downhill():
    """Evidence at the optimum is not below that of any start nearby."""
    random = np.random.default_rng(0)
    base = random.normal(size=(60, 60))
    kernel = base @ base.T / 60
    values = np.linalg.cholesky(2 * kernel + 0.5 * np.eye(60)) @ random.normal(size=60)
    best = most_likely([kernel], values, 100)

    def cost(weights):
        total = weights[0] * kernel + weights[1] * np.eye(60)
        centred = values - values.mean()
        return 0.5 * centred @ np.linalg.solve(total, centred) + 0.5 * np.linalg.slogdet(total)[1]

    assert all(
        cost(best) <= cost(best * np.array(factor)) + 1e-6 for factor in [(1.2, 1), (0.8, 1), (1, 1.2), (1, 0.8)]
    )


def test_the_inverse_and_its_determinant():
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]])
    inverse, log_root = inverse_of(matrix.copy(order="F"))
    assert inverse == pytest.approx(np.linalg.inv(matrix))
    assert log_root == pytest.approx(0.5 * np.log(1.75))


def test_what_is_unknown_is_the_mean():
    values = np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, 5.0], [9.0, 5.0]], dtype=np.float32)
    assert standardised(values, np.array([0, 1, 2])).tolist() == [[-1, 0], [1, 0], [0, 0], [6, 0]]
