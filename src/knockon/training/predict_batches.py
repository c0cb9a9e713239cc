"""What a network says about any number of rows: batch by batch, in eval mode, without gradients."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.training.task import Batch


def predict_batches(
    module: nn.Module,
    predict: Callable[[Batch], Tensor],
    batch: Callable[[NDArray[np.int64]], Batch],
    rows: NDArray[np.int64],
    size: int,
    device: torch.device | None = None,
) -> Tensor:
    """`predict` of the rows, in their order, shape (rows, anything), on the module's device.

    module: is in eval mode meanwhile, and afterwards as it was. predict: from a batch on the device. batch: gives the
    tensors of at most `size` rows at a time. device: where the batches go; where the module's weights are if None.
    Without rows, `predict` is asked once about a batch of none, which tells the shape.
    """
    if device is None:
        device = next(module.parameters()).device
    before, parts = module.training, []
    module.eval()
    with torch.no_grad():
        for start in range(0, max(len(rows), 1), size):
            moved = {name: tensor.to(device) for name, tensor in batch(rows[start : start + size]).items()}
            parts.append(predict(moved))
    module.train(before)
    return torch.cat(parts)
