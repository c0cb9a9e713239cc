"""Ordinal classification: one number per head against thresholds that can only increase."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from knockon.losses.bins import BinnedLoss, Binning


class Ordinal(BinnedLoss):
    """L = −(1/N) Σᵢ Σₖ₌₁^{K−1} [yᵢₖ log p̂ᵢₖ + (1 − yᵢₖ) log(1 − p̂ᵢₖ)], p̂ᵢₖ = σ(f(xᵢ) − bₖ), yᵢₖ = 1 if yᵢ > k.

    The network gives f(xᵢ), one output per head. The thresholds are b₁ and softplus increments, trained with the
    network: they increase by construction, so p̂ falls with k.
    """

    name = "ordinal"

    def __init__(self, heads: tuple[str, ...], bins: int = 20, binning: Binning = "equal_frequency") -> None:
        super().__init__(heads, bins, binning, outputs=1)
        self.first_threshold = nn.Parameter(torch.zeros(len(heads), 1))
        self.raw_increments = nn.Parameter(torch.zeros(len(heads), bins - 2))

    def fit(self, values: NDArray[np.float64]) -> None:
        """Learn the bins from the training rows, and start the thresholds where f = 0 gives the bins' shares."""
        super().fit(values)
        for head, column in enumerate(self._columns(values)):
            edges = self.edges[head].double().numpy()
            below = (np.searchsorted(np.sort(column), edges, side="right") + 0.5) / (len(column) + 1)
            start = torch.from_numpy(np.log(below / (1 - below)))
            # Coinciding edges would ask for an increment of 0, which softplus only reaches at −∞.
            increments = start.diff().clamp_min(1e-3)
            with torch.no_grad():
                self.first_threshold[head] = start[:1]
                self.raw_increments[head] = torch.log(torch.expm1(increments))

    @property
    def thresholds(self) -> Tensor:
        """The increasing thresholds b₁ < … < b_{K−1}, shape (heads, bins − 1)."""
        return torch.cat([self.first_threshold, functional.softplus(self.raw_increments)], dim=1).cumsum(dim=1)

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Binary cross-entropy of each label, summed over the thresholds, shape (rows, heads)."""
        above = self.bin_of(target).unsqueeze(-1) > torch.arange(self.bins - 1, device=target.device)
        logits = outputs - self.thresholds
        return functional.binary_cross_entropy_with_logits(logits, above.to(logits.dtype), reduction="none").sum(-1)

    def decode(self, outputs: Tensor) -> Tensor:
        """Expectation over the bins' centres, c₁ + Σₖ p̂ₖ (cₖ₊₁ − cₖ), in the labels' units, shape (rows, heads)."""
        above = torch.sigmoid(outputs - self.thresholds)
        return self.centres[:, 0] + (above * self.centres.diff(dim=1)).sum(-1)
