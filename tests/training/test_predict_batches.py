"""Rows are predicted in their order, in batches, and nothing of the module changes."""

import numpy as np
import pytest
import torch
from torch import nn

from knockon.training.predict_batches import predict_batches

MODULE = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5))
TABLE = torch.randn(10, 3, generator=torch.Generator().manual_seed(0))


def rows_of(asked):
    def batch(rows):
        asked.append(rows.tolist())
        return {"x": TABLE[torch.from_numpy(rows)]}

    return batch


@pytest.mark.parametrize("size", [1, 4, 100])
def test_rows_come_back_in_their_order(size):
    rows, asked = np.array([7, 1, 1, 9, 0]), []
    found = predict_batches(MODULE, lambda batch: MODULE(batch["x"]), rows_of(asked), rows, size)
    assert [row for part in asked for row in part] == rows.tolist()
    assert max(len(part) for part in asked) <= size
    assert torch.allclose(found, MODULE[0](TABLE[rows]))
    assert not found.requires_grad


@pytest.mark.parametrize("training", [True, False])
def test_the_module_is_left_as_it_was(training):
    MODULE.train(training)
    predict_batches(MODULE, lambda batch: MODULE(batch["x"]), rows_of([]), np.arange(3), 2)
    assert MODULE.training == training


def test_no_rows_have_a_shape():
    found = predict_batches(MODULE, lambda batch: MODULE(batch["x"]), rows_of([]), np.zeros(0, dtype=np.int64), 2)
    assert found.shape == (0, 2)
