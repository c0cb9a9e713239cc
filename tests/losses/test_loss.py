"""What all losses share: scales, masks and weights."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.losses.loss import masked_mean
from knockon.losses.registry import build_loss
from tests.losses.conftest import HEADS
from tests.losses.contract import fitted, random_outputs


def test_a_weight_counts_a_label_that_many_times(labels, batch):
    """A mask of weights 2 and 1 equals the same rows written twice and once."""
    target, mask, _ = batch
    loss = fitted("mse", labels)
    outputs = random_outputs(loss, len(target))
    weights = mask.double()
    weights[:4] *= 2
    repeated = [torch.cat([tensor, tensor[:4]]) for tensor in (outputs, target, mask)]
    assert loss(outputs, target, weights).item() == pytest.approx(loss(*repeated).item(), rel=1e-12)


def test_normalisation_comes_from_the_rows_given_alone(labels):
    """Fitting is on training rows only: other rows must not be able to move it."""
    loss = fitted("mse", labels[:100])
    assert loss.mean[1].item() == pytest.approx(np.nanmean(labels[:100, 1]))
    assert loss.scale[0].item() == pytest.approx(np.nanstd(labels[:100, 0]))


def test_the_wrong_number_of_heads_is_refused():
    with pytest.raises(KnockonError, match="1 columns of labels for 2 heads"):
        build_loss("mse", HEADS).fit(np.arange(4.0))


def test_the_mean_of_nothing_is_zero():
    assert masked_mean(torch.tensor([1.0, 5.0]), torch.zeros(2)).item() == 0
    assert masked_mean(torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0])).item() == 2
