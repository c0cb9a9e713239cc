"""The learning rate of every step, and what is decayed."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from knockon.training.schedule import build_optimizer, learning_rate
from knockon.training.settings import TrainingSettings


def test_warm_up_then_cosine_to_nothing():
    settings = TrainingSettings(max_steps=14, learning_rate=1.0, warmup_steps=4)
    rates = [learning_rate(settings, step, 14) for step in range(14)]
    assert rates[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert rates[9] == pytest.approx(0.5)
    assert all(later < earlier for earlier, later in pairwise(rates[4:]))
    assert learning_rate(settings, 14, 14) == pytest.approx(0)


def test_constant_after_the_warm_up():
    settings = TrainingSettings(max_steps=9, learning_rate=0.3, warmup_steps=2, schedule="constant")
    assert [learning_rate(settings, step, 9) for step in range(4)] == [0.15, 0.3, 0.3, 0.3]


def test_weights_decay_and_biases_and_norms_do_not():
    module = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2), nn.Linear(2, 1))
    module[2].weight.requires_grad_(False)
    groups = build_optimizer(module, TrainingSettings(max_steps=1, weight_decay=0.1)).param_groups
    assert {group["weight_decay"]: sum(each.numel() for each in group["params"]) for group in groups} == {
        0.1: 6,
        0.0: 2 + 2 + 2 + 1,
    }


def test_a_module_without_weights_has_one_group():
    module = nn.Module()
    module.threshold = nn.Parameter(torch.zeros(4))
    groups = build_optimizer(module, TrainingSettings(max_steps=1)).param_groups
    assert [group["weight_decay"] for group in groups] == [0.0]
