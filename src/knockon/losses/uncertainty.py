"""Heads that weigh themselves: each learns how uncertain its labels are (Kendall, Gal and Cipolla 2018, CVPR 7482)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.losses.loss import Loss


class Uncertainty(Loss):
    """L = (1/N) Σᵢ [½ exp(−s) lᵢ + ½ s], lᵢ the inner loss of one label and s = log σ² of its group, learned.

    The homoscedastic uncertainty of Kendall et al. 2018, equation 7: for the squared error it is the negative
    log-likelihood of a Gaussian of variance σ², up to a constant. A group whose labels are hard to predict ends with a
    large σ² and little weight. groups: of each head of `inner`, the number of its group, 0 … groups − 1.
    """

    name = "uncertainty"

    group: Tensor

    def __init__(self, inner: Loss, groups: tuple[int, ...]) -> None:
        super().__init__(inner.heads, inner.outputs)
        self.inner = inner
        self.register_buffer("group", torch.tensor(groups), persistent=False)
        self.log_variance = nn.Parameter(torch.zeros(max(groups) + 1))

    def fit(self, values: NDArray[np.float64]) -> None:
        """Fit the inner loss to the training rows; see `Loss.fit`."""
        self.inner.fit(values)
        self.mean.copy_(self.inner.mean)
        self.scale.copy_(self.inner.scale)

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Weighted loss of each label, shape (rows, heads)."""
        own = self.log_variance[self.group].to(outputs.dtype)
        return 0.5 * (torch.exp(-own) * self.inner.elementwise(outputs, target) + own)

    def decode(self, outputs: Tensor) -> Tensor:
        """Prediction in the labels' units; see `Loss.decode`."""
        return self.inner.decode(outputs)
