"""A likelihood for measurements of which some only say "below" or "above" (Tobin 1958, Econometrica 26:24)."""

import math

import torch
from torch import Tensor, nn

from knockon.losses.loss import Loss, masked_mean


class Censored(Loss):
    """L = (1/N) Σᵢ −log p(yᵢ): a Gaussian around ŷᵢ, its σ learned head by head, in normalised units.

    relation 0: the density, ½((y − ŷ)/σ)² + log σ + ½ log 2π. −1 (truth below y): −log Φ((y − ŷ)/σ). +1 (above):
    −log Φ((ŷ − y)/σ). A prediction far below a floor costs nothing; the squared error would pull it up. All is done in
    float32, under autocast too. The mean and scale of `fit` are those of all labels, the floors among them.
    """

    name = "censored"

    def __init__(self, heads: tuple[str, ...]) -> None:
        super().__init__(heads)
        self.log_deviation = nn.Parameter(torch.zeros(len(heads)))

    def forward(
        self,
        outputs: Tensor,
        target: Tensor,
        mask: Tensor,
        features: Tensor | None = None,
        relation: Tensor | None = None,
    ) -> Tensor:
        """As of `Loss`; relation: (rows, heads), −1, 0 or +1, None where all labels are exact."""
        with torch.autocast(outputs.device.type, enabled=False):
            kind = self.mean.dtype
            present = torch.where(mask.bool(), target.to(kind), self.mean)
            exact = torch.zeros_like(present) if relation is None else relation.to(kind)
            return masked_mean(self._costs(outputs.to(kind), present, exact), mask.to(kind))

    def elementwise(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Cost of each label taken as exact, shape (rows, heads)."""
        return self._costs(outputs, target, torch.zeros_like(target))

    def _costs(self, outputs: Tensor, target: Tensor, relation: Tensor) -> Tensor:
        distance = (self.normalised(target) - outputs[..., 0]) * torch.exp(-self.log_deviation)
        density = 0.5 * distance.square() + self.log_deviation + 0.5 * math.log(2 * math.pi)
        # Where the label is exact the tail is taken at 0, so that no gradient of an unused branch can overflow.
        tail = -torch.special.log_ndtr(torch.where(relation == 0, 0.0, -relation * distance))
        return torch.where(relation == 0, density, tail)
