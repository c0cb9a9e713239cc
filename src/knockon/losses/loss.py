"""What every loss does: learn its scale from training labels, score outputs, decode them to the label's unit.

Each formula is a mean over the N labels that are present; a missing label adds nothing to the sum or to N. Labels are
normalised by the training rows' mean and standard deviation, head by head.
"""

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.errors import KnockonError


class Loss(nn.Module):
    """Base of all losses; a module, because its scale, bins and thresholds are saved with the network's weights.

    heads: names of the labels that one network predicts together. `outputs` is the count of numbers that the network
    gives per head. Call `fit` once, with training rows only, or load a fitted state.
    """

    name: ClassVar[str]
    needs_features: ClassVar[bool] = False

    mean: Tensor
    scale: Tensor

    def __init__(self, heads: tuple[str, ...], outputs: int = 1) -> None:
        super().__init__()
        self.heads = heads
        self.outputs = outputs
        self.register_buffer("mean", torch.zeros(len(heads)))
        self.register_buffer("scale", torch.ones(len(heads)))

    def fit(self, values: NDArray[np.float64]) -> None:
        """Learn the labels' mean and standard deviation from the training rows.

        values: shape (rows, heads), NaN where a label is missing; (rows,) is read as one head.
        Raises KnockonError for a head without labels, with equal labels only, or with an infinite label.
        """
        columns = self._columns(values)
        self.mean.copy_(torch.tensor([column.mean() for column in columns]))
        self.scale.copy_(torch.tensor([column.std() for column in columns]))

    def forward(self, outputs: Tensor, target: Tensor, mask: Tensor, features: Tensor | None = None) -> Tensor:
        """Mean loss over the labels present, a scalar, float32 at least; 0 with zero gradients where all are missing.

        outputs: (rows, heads, outputs). target: (rows, heads) in the labels' units; anything, also NaN, where missing.
        mask: (rows, heads), True where the label is present, or its weight ≥ 0. features: (rows, width), the network's
        last hidden layer, for the losses that shape it.
        """
        outputs = in_full(outputs)
        weight = mask.to(outputs.dtype)
        present = torch.where(mask.bool(), target.to(outputs.dtype), self.mean.to(outputs.dtype))
        return masked_mean(self.elementwise(outputs, present), weight)

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Loss of each label, shape (rows, heads); `target` has no missing values here."""
        raise TypeError(f"{type(self).__name__} does not say what one label costs")

    def decode(self, outputs: Tensor) -> Tensor:
        """Prediction in the labels' units, shape (rows, heads), from outputs of shape (rows, heads, outputs)."""
        return outputs[..., 0] * self.scale + self.mean

    def normalised(self, target: Tensor) -> Tensor:
        """Labels in units of the training rows' standard deviation, around their mean."""
        return (target - self.mean) / self.scale

    def _columns(self, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """The labels present of each head, checked."""
        table = np.asarray(values, dtype=np.float64)
        table = table[:, None] if table.ndim == 1 else table
        if table.shape[1] != len(self.heads):
            raise KnockonError(f"{table.shape[1]} columns of labels for {len(self.heads)} heads ({self._list()})")
        columns = [column[~np.isnan(column)] for column in table.T]
        for head, column in zip(self.heads, columns, strict=True):
            if not len(column):
                raise KnockonError(f"head {head!r} has no label among {len(table)} training rows: remove the head")
            if not np.isfinite(column).all():
                raise KnockonError(f"head {head!r} has an infinite label among the training rows: mend the data set")
            if column.min() == column.max():
                raise KnockonError(
                    f"all {len(column)} training labels of head {head!r} are {column[0]}: nothing to learn"
                )
        return columns

    def _list(self) -> str:
        return ", ".join(self.heads)


def in_full(values: Tensor) -> Tensor:
    """The values as float32 at least: labels rounded to a network's bfloat16 change their bins and their order."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def masked_mean(values: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean of `values`; 0 (not NaN) where all weights are 0."""
    total = weight.sum()
    return (values * weight).sum() / torch.where(total > 0, total, torch.ones_like(total))
