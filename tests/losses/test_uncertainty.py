"""Learned weights of heads: the formula by brute force, missing labels, and where the learned variance ends."""

import math

import numpy as np
import pytest
import torch

from knockon.losses.registry import build_loss
from knockon.losses.uncertainty import Uncertainty

HEADS = ("growth", "shape/a", "shape/b")


@pytest.fixture
def labels():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, -1.0]
    values[rng.random(values.shape) < 0.3] = np.nan
    return values


def fitted(labels, variances=(0.3, -0.7)):
    loss = Uncertainty(build_loss("mse", HEADS), (0, 1, 1))
    loss.fit(labels)
    with torch.no_grad():
        loss.log_variance.copy_(torch.tensor(variances))
    return loss


def tensors(labels):
    outputs = torch.from_numpy(np.random.default_rng(1).normal(size=(*labels.shape, 1))).float()
    return outputs, torch.from_numpy(labels).float(), torch.from_numpy(~np.isnan(labels)).float()


def test_the_value_is_that_of_a_loop_over_the_labels_present(labels):
    loss, (outputs, target, mask) = fitted(labels), tensors(labels)
    total = count = 0.0
    for row, column in np.argwhere(~np.isnan(labels)):
        s = (0.3, -0.7)[min(column, 1)]
        own = labels[:, column][~np.isnan(labels[:, column])]
        error = float(outputs[row, column, 0]) - (labels[row, column] - own.mean()) / own.std()
        total += 0.5 * math.exp(-s) * error**2 + 0.5 * s
        count += 1
    assert loss(outputs, target, mask).item() == pytest.approx(total / count, rel=1e-4)


def test_a_batch_without_labels_costs_nothing_and_teaches_nothing(labels):
    loss, (outputs, target, mask) = fitted(labels), tensors(labels)
    outputs.requires_grad_(True)
    value = loss(outputs, target * torch.nan, mask * 0)
    value.backward()
    assert value.item() == 0
    assert (outputs.grad == 0).all()
    assert (loss.log_variance.grad == 0).all()


def test_the_best_variance_is_the_mean_error_of_the_head(labels):
    """The minimum over s of ½ exp(−s) l + ½ s is at exp(s) = l: an uncertain head loses weight."""
    loss, (outputs, target, mask) = fitted(labels), tensors(labels)
    errors = loss.inner.elementwise(outputs, torch.nan_to_num(target)) * mask
    best = [float(errors[:, part].sum() / mask[:, part].sum()) for part in ([0], [1, 2])]
    with torch.no_grad():
        loss.log_variance.copy_(torch.tensor(best).log())
    loss(outputs, target, mask).backward()
    assert torch.allclose(loss.log_variance.grad, torch.zeros(2), atol=1e-6)


def test_predictions_are_in_the_labels_units(labels):
    loss, (outputs, _, _) = fitted(labels), tensors(labels)
    column = labels[:, 1][~np.isnan(labels[:, 1])]
    expected = outputs[:, 1, 0].numpy() * column.std() + column.mean()
    assert np.allclose(loss.decode(outputs)[:, 1].detach().numpy(), expected, atol=1e-4)
