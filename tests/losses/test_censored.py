"""The censored likelihood: the formula by loops, finite differences, and the truth behind a floor."""

import math

import numpy as np
import pytest
import torch

from knockon.losses.censored import Censored
from knockon.losses.regression import MeanSquaredError


def fitted(values, kind=torch.float64):
    loss = Censored(("pK",)).to(kind)
    loss.fit(values)
    return loss


def example(rows=30):
    random = np.random.default_rng(0)
    target = torch.from_numpy(random.normal(6, 1, (rows, 1)))
    relation = torch.from_numpy(random.integers(-1, 2, (rows, 1)))
    mask = torch.from_numpy(random.random((rows, 1)) < 0.8)
    outputs = torch.from_numpy(random.normal(0, 1, (rows, 1, 1))).requires_grad_()
    return outputs, target, mask, relation


def test_the_value_is_that_of_a_loop():
    outputs, target, mask, relation = example()
    loss = fitted(target.numpy())
    with torch.no_grad():
        loss.log_deviation.fill_(-0.4)
    total = 0.0
    for row in range(len(target)):
        if mask[row, 0]:
            sigma = math.exp(-0.4)
            label = (target[row, 0].item() - loss.mean.item()) / loss.scale.item()
            distance = (label - outputs[row, 0, 0].item()) / sigma
            sign = int(relation[row, 0])
            if sign == 0:
                total -= math.log(math.exp(-0.5 * distance**2) / (sigma * math.sqrt(2 * math.pi)))
            else:
                total -= math.log(0.5 * math.erfc(sign * distance / math.sqrt(2)))
    found = loss(outputs, target, mask, relation=relation)
    assert found.item() == pytest.approx(total / mask.sum().item(), rel=1e-9)


def test_gradients_equal_finite_differences():
    outputs, target, mask, relation = example()
    loss = fitted(target.numpy())
    assert torch.autograd.gradcheck(lambda given: loss(given, target, mask, relation=relation), (outputs,), atol=1e-6)


def test_far_tails_stay_finite():
    loss = fitted(np.array([4.0, 5.0, 6.0]), torch.float32)
    outputs = torch.tensor([1e4, -1e4, 30.0, 1e4]).reshape(4, 1, 1).requires_grad_()
    target, relation = torch.full((4, 1), 5.0), torch.tensor([[-1], [-1], [-1], [0]])
    loss(outputs, target, torch.ones(4, 1), relation=relation).backward()
    assert torch.isfinite(outputs.grad).all()
    assert outputs.grad[1].item() == 0 < outputs.grad[0].item()


def test_float32_under_autocast():
    outputs, target, mask, relation = example()
    loss = fitted(target.numpy(), torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under = loss(outputs.float(), target, mask, relation=relation)
    assert under.dtype == torch.float32
    assert under.item() == loss(outputs.float(), target, mask, relation=relation).item()


def test_a_missing_label_adds_nothing():
    outputs, target, mask, relation = example()
    loss = fitted(target.numpy())
    other = torch.where(mask, target, torch.nan)
    assert torch.equal(loss(outputs, other, mask, relation=relation), loss(outputs, target, mask, relation=relation))
    assert loss(outputs, other, torch.zeros_like(mask), relation=relation).item() == 0


def test_it_finds_the_mean_and_spread_behind_a_floor():
    """Truth: mean 5, σ 1, everything below 5 reported as `< 5`. The squared error takes the floor for the value."""
    truth = np.random.default_rng(1).normal(5.0, 1.0, (4000, 1))
    floor = truth < 5
    target, relation = torch.from_numpy(np.maximum(truth, 5.0)), torch.from_numpy(-floor.astype(np.int8))
    found = {}
    for loss in (Censored(("pK",)).double(), MeanSquaredError(("pK",)).double()):
        loss.fit(target.numpy())
        level = torch.zeros(1, 1, 1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([level, *loss.parameters()], lr=0.05)
        for _ in range(400):
            optimizer.zero_grad()
            extra = {"relation": relation} if isinstance(loss, Censored) else {}
            loss(level.expand(len(truth), 1, 1), target, torch.ones(4000, 1), **extra).backward()
            optimizer.step()
        found[loss.name] = loss.decode(level.detach()).item()
        if isinstance(loss, Censored):
            assert (loss.log_deviation.exp() * loss.scale).item() == pytest.approx(1.0, abs=0.06)
    assert found["censored"] == pytest.approx(5.0, abs=0.06)
    assert found["mse"] > 5.3
