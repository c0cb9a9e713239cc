"""Regression whose features are spread by label distance (Zhang et al. 2023, ICLR, "Improving deep regression with
ordinal entropy")."""

import torch
from torch import Tensor
from torch.nn import functional

from knockon.errors import KnockonError
from knockon.losses.loss import in_full, masked_mean
from knockon.losses.regression import MeanSquaredError


class OrdinalEntropy(MeanSquaredError):
    """L = L_MSE + λ_d L_d + λ_i L_i over one batch, with normalised labels y and features z of unit length.

    L_d = −1/(M(M−1)) Σᵢ Σ_{j≠i} (yᵢ − yⱼ)² ‖zᵢᵉ − zⱼᵉ‖² over the M feature centres of the distinct labels.
    L_i = (1/N) Σᵢ ‖zᵢ − z_{c(i)}‖² to the centre of one's own label.
    Heads: each head's terms over the rows that have its label; averaged by those rows. A batch split over processes
    takes its centres process by process.
    """

    name = "ordinal_entropy"
    needs_features = True

    def __init__(self, heads: tuple[str, ...], diversity: float = 0.1, tightness: float = 0.1) -> None:
        super().__init__(heads)
        if diversity < 0 or tightness < 0:
            raise KnockonError(
                f"loss ordinal_entropy: diversity {diversity} and tightness {tightness} must not be negative"
            )
        self.diversity = diversity
        self.tightness = tightness

    def forward(self, outputs: Tensor, target: Tensor, mask: Tensor, features: Tensor | None = None) -> Tensor:
        """Mean loss over the labels present, a scalar; see `Loss.forward`. `features` is needed: (rows, width)."""
        if features is None:
            raise ValueError("ordinal_entropy needs the network's features: forward(outputs, target, mask, features)")
        error = super().forward(outputs, target, mask)
        unit = functional.normalize(in_full(features), dim=1)
        weight = mask.to(error.dtype)
        terms = torch.stack([self._spread(unit, target, mask, head) for head in range(len(self.heads))])
        return error + masked_mean(terms, weight.sum(0))

    def _spread(self, unit: Tensor, target: Tensor, mask: Tensor, head: int) -> Tensor:
        """λ_d L_d + λ_i L_i of one head, a scalar."""
        rows = mask[:, head].bool().nonzero().squeeze(1)
        own = unit[rows]
        if not len(rows):
            return own.sum()
        labels, place = torch.unique(target[rows, head], return_inverse=True)
        centres = group_means(own, place, len(labels))
        distinct = (labels - self.mean[head]) / self.scale[head]
        return (
            self.diversity * -pair_spread(distinct, centres)
            + self.tightness * (own - centres[place]).square().sum(1).mean()
        )


def group_means(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """Mean row of each group, shape (groups, width); every group has a row."""
    sums = values.new_zeros(groups, values.shape[1]).index_add(0, group, values)
    return sums / torch.bincount(group, minlength=groups).unsqueeze(1)


def pair_spread(labels: Tensor, centres: Tensor) -> Tensor:
    """1/(M(M−1)) Σᵢ Σⱼ (yᵢ − yⱼ)² ‖zᵢ − zⱼ‖², a scalar; 0 for one centre. labels: (M,), centres: (M, width)."""
    count = len(labels)
    if count < 2:
        return centres.sum() * 0
    norms = centres.square().sum(1)
    distances = (norms[:, None] + norms[None, :] - 2 * centres @ centres.T).clamp_min(0)
    return ((labels[:, None] - labels[None, :]).square() * distances).sum() / (count * (count - 1))
