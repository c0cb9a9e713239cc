"""The autoencoder: dense layers down to a latent state and back, and what is asked of it in training."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from knockon.models.supervised import Scorer
from knockon.training.task import Batch


def dense(widths: Sequence[int], dropout: float = 0.0) -> nn.Sequential:
    """Linear layers of these widths, ReLU between them and none at the end; dropout before each layer but the first."""
    layers: list[nn.Module] = []
    for place, (narrow, wide) in enumerate(pairwise(widths)):
        if place:
            layers.append(nn.ReLU())
            if dropout:
                layers.append(nn.Dropout(dropout))
        layers.append(nn.Linear(narrow, wide))
    return nn.Sequential(*layers)


class Autoencoder(nn.Module):
    """genes → widths[0] → … → widths[-1], the latent state, and back by the same widths; scaled levels in and out.

    Of 19,383 genes and widths 20,000, 8,000, 4,000, 2,000 and 1,000 it has the published 1,179,408,383 parameters.
    """

    def __init__(self, genes: int, widths: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        self.encoder = dense((genes, *widths), dropout)
        self.decoder = dense((*reversed(widths), genes), dropout)

    def encode(self, levels: Tensor) -> Tensor:
        """Latent state, (samples, widths[-1])."""
        found: Tensor = self.encoder(levels)
        return found

    def forward(self, levels: Tensor) -> Tensor:
        """Levels, (samples, genes)."""
        found: Tensor = self.decoder(self.encode(levels))
        return found


class LinearSkip(nn.Module):
    """Components and a network that adds to them, both ways: z = A x + e(x), x̂ = Aᵀ z + gain · d(z).

    The latent state is as wide as there are components. e and d begin at 0, so that training begins at PCA; with gain
    0 and the encoder's addition off it is PCA again.
    """

    axes: Tensor
    gain: Tensor

    def __init__(self, axes: Tensor, widths: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        latent, genes = axes.shape
        self.register_buffer("axes", axes)
        self.register_buffer("gain", torch.ones(()))
        self.encoder = dense((genes, *widths, latent), dropout)
        self.decoder = dense((latent, *reversed(widths), genes), dropout)
        for part in (self.encoder, self.decoder):
            last = part[-1]
            assert isinstance(last, nn.Linear)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def encode(self, levels: Tensor) -> Tensor:
        """Latent state, (samples, components)."""
        found: Tensor = levels @ self.axes.T + self.gain * self.encoder(levels)
        return found

    def forward(self, levels: Tensor) -> Tensor:
        """Levels, (samples, genes)."""
        latent = self.encode(levels)
        found: Tensor = latent @ self.axes + self.gain * self.decoder(latent)
        return found


class ScoredAutoencoder(Scorer):
    """A network and its squared error. masked: share of the genes that each training sample is not shown.

    With a masked share the error is taken over all genes, shown or not, so that the network also learns to copy what
    it sees. Shown values are divided by the share that is shown, as dropout does it; levels are centred, 0 is the mean.
    """

    def __init__(self, network: nn.Module, masked: float = 0.0) -> None:
        super().__init__()
        self.network, self.masked = network, masked

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean squared error over the values that are known, scaled, and their number."""
        target, known = batch["target"], batch["mask"]
        shown = nn.functional.dropout(target * known, self.masked, self.training)
        error = (self.network(shown).float() - target).square() * known
        return error.sum() / known.sum().clamp_min(1), known.sum()

    def predict(self, batch: Batch) -> Tensor:
        """Of each sample: sum of squared errors over its known values, and their number; float32 (samples, 2)."""
        target, known = batch["target"], batch["mask"]
        error = (self.network(target * known).float() - target).square() * known
        return torch.stack([error.sum(dim=1), known.sum(dim=1)], dim=1)
