"""Classification into bins with soft labels: near bins share the truth, which keeps their order."""

import torch
from torch import Tensor

from knockon.errors import KnockonError
from knockon.losses.bins import BinnedLoss, Binning


class SoftLabel(BinnedLoss):
    """L = −(1/N) Σᵢ Σₖ sᵢₖ log ŷᵢₖ, with ŷᵢ the softmax of K outputs.

    sᵢₖ ∝ exp(−(k − cᵢ)² / 2σ²) for the true bin cᵢ, normalised over the bins; σ is `width`, counted in bins.
    """

    name = "soft_label"

    def __init__(
        self, heads: tuple[str, ...], bins: int = 20, binning: Binning = "equal_frequency", width: float = 1.0
    ) -> None:
        super().__init__(heads, bins, binning, outputs=bins)
        if not width > 0:
            raise KnockonError(f"loss soft_label: width is {width}; it must be above 0")
        self.width = width

    def soft_assignment(self, target: Tensor) -> Tensor:
        """The soft labels sᵢₖ, shape (rows, heads, bins), each row summing to 1."""
        position = torch.arange(self.bins, device=target.device, dtype=self.centres.dtype)
        distance = (position - self.bin_of(target).unsqueeze(-1)) / self.width
        return torch.softmax(-0.5 * distance.square(), dim=-1)

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy of each label, shape (rows, heads)."""
        return -(self.soft_assignment(target) * torch.log_softmax(outputs, dim=-1)).sum(-1)

    def decode(self, outputs: Tensor) -> Tensor:
        """Expectation over the bins' centres, in the labels' units, shape (rows, heads)."""
        return (torch.softmax(outputs, dim=-1) * self.centres).sum(-1)
