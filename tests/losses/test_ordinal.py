"""Ordinal classification; the order of its thresholds holds by construction."""

from typing import ClassVar

import numpy as np
import pytest
import torch

from knockon.losses.registry import build_loss
from tests.losses import brute_force
from tests.losses.contract import LossContract


class TestOrdinal(LossContract):
    name = "ordinal"
    options: ClassVar = {"bins": 7, "binning": "equal_width"}

    def by_loops(self, loss, outputs, target, mask, features):
        return brute_force.ordinal(outputs, target, mask, loss.edges, loss.thresholds)


def test_thresholds_increase_whatever_training_does():
    """Order by architecture: arbitrary parameters can't make p̂ rise with k."""
    loss = build_loss("ordinal", ("a", "b"), bins=9)
    generator = torch.Generator().manual_seed(0)
    for parameter in loss.parameters():
        parameter.data = 4 * torch.randn(parameter.shape, generator=generator)
    assert (loss.thresholds.diff(dim=1) > 0).all()


def test_thresholds_start_at_the_training_frequencies():
    loss = build_loss("ordinal", ("a",), bins=4)
    loss.fit(np.random.default_rng(1).normal(size=400))
    assert torch.sigmoid(-loss.thresholds)[0].tolist() == pytest.approx([0.75, 0.5, 0.25], abs=0.01)
    assert loss.decode(torch.zeros(1, 1, 1)).item() == pytest.approx(0, abs=0.1)


def test_two_bins_need_one_threshold():
    loss = build_loss("ordinal", ("a",), bins=2)
    loss.fit(np.arange(10.0))
    assert loss.thresholds.shape == (1, 1)
    assert loss.decode(torch.full((1, 1, 1), 30.0)).item() == pytest.approx(7.0)
