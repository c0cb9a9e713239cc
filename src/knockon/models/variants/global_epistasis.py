"""Global epistasis: mutations add up on a latent scale, and a sigmoid turns the sum into log fluorescence.

Otwinowski, McCandlish & Plotkin 2018, PNAS 115:E7550; for this landscape Sarkisyan et al. 2016, figure 4. The noise is
heteroscedastic: a variance that depends on the predicted brightness, and one that falls with the number of barcodes.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.errors import KnockonError
from knockon.models.supervised import Scorer
from knockon.represent.protein_tokens import LETTERS, PROPERTIES, residue_properties
from knockon.training.task import Batch

NOISES = ("heteroscedastic", "constant")

_KNOTS = 9
# Of one barcode's residual where the noise is taken as constant, log10 fluorescence squared.
_CONSTANT_VARIANCE = 0.1


class GlobalEpistasis(Scorer):
    """ŷ = lo + (hi − lo) σ(k φ), φ = b + Σ effects of the mutations carried.

    The effect of exchanging residue r by s at position p is a sum of four parts, each shrunk towards 0, so that a
    mutation that was hardly measured, or never, borrows from its kin; k is free, so that shrinkage only weighs the
    effects against each other and does not flatten the curve. The parts: its own, that of p, that of r → s, and
    (properties of s − properties of r) · (sensitivity of p + that of all positions).

    reference: the protein. low, high: start of lo and hi, log10 fluorescence. shrinkage: weight of all squares of the
    parts beside the sum of the losses of the `variants` trained on. noise: "heteroscedastic" weighs a residual by its
    predicted variance, "constant" by its barcodes alone.
    """

    wild_type: Tensor
    mutant: Tensor
    changes: Tensor
    knots: Tensor

    def __init__(
        self, reference: str, low: float, high: float, shrinkage: float, variants: int, noise: str = "heteroscedastic"
    ) -> None:
        super().__init__()
        positions, letters = len(reference), len(LETTERS)
        if noise not in NOISES:
            raise KnockonError(f"global epistasis: noise is {noise!r}; choose one of {', '.join(NOISES)}")
        self.shrinkage, self.variants, self.heteroscedastic = shrinkage, variants, noise == "heteroscedastic"
        self.own = nn.Parameter(torch.zeros(positions * letters))
        self.position = nn.Parameter(torch.zeros(positions))
        self.exchange = nn.Parameter(torch.zeros(letters, letters))
        self.sensitivity = nn.Parameter(torch.zeros(positions, 2 * len(PROPERTIES)))
        self.common = nn.Parameter(torch.zeros(2 * len(PROPERTIES)))
        self.offset = nn.Parameter(torch.tensor(2.0))
        self.steepness = nn.Parameter(torch.tensor(1.0))
        self.low, self.high = nn.Parameter(torch.tensor(float(low))), nn.Parameter(torch.tensor(float(high)))
        self.log_variance = nn.Parameter(torch.full((_KNOTS,), -2.0))
        self.log_barcode_variance = nn.Parameter(torch.tensor(-3.0))
        wild_type = torch.tensor([LETTERS.index(residue) for residue in reference])
        self.register_buffer("wild_type", wild_type.repeat_interleave(letters), persistent=False)
        self.register_buffer("mutant", torch.arange(letters).repeat(positions), persistent=False)
        self.register_buffer("changes", torch.from_numpy(property_changes(reference)), persistent=False)
        self.register_buffer("knots", torch.linspace(low, high, _KNOTS), persistent=False)

    def effects(self) -> Tensor:
        """Effect of every mutation token on the latent, shape (tokens + 1,); the last, of the padding, is 0."""
        letters = len(LETTERS)
        spread = self.position.repeat_interleave(letters)
        sensitivity = (self.sensitivity + self.common).repeat_interleave(letters, dim=0)
        effects = self.own + spread + self.exchange[self.wild_type, self.mutant] + (self.changes * sensitivity).sum(1)
        return torch.cat([effects, effects.new_zeros(1)])

    def latent(self, tokens: Tensor) -> Tensor:
        """φ of mutation tokens (rows, width), shape (rows,)."""
        return self.offset + self.effects()[tokens].sum(1)

    def brightness(self, tokens: Tensor) -> Tensor:
        """ŷ of mutation tokens (rows, width), shape (rows,)."""
        return self.low + (self.high - self.low) * torch.sigmoid(self.steepness * self.latent(tokens))

    def predict(self, batch: Batch) -> Tensor:
        """Brightness, shape (rows, 1), of `inputs`, mutation tokens (rows, 1, width)."""
        return self.brightness(batch["inputs"][:, 0]).unsqueeze(1)

    def variance(self, predicted: Tensor, barcodes: Tensor) -> Tensor:
        """Predicted variance of a measurement, log10 fluorescence squared; all of shape (rows,)."""
        width = (self.knots[-1] - self.knots[0]) / (_KNOTS - 1)
        nearness = torch.softmax(-0.5 * ((predicted.unsqueeze(1) - self.knots) / width).square(), dim=1)
        # Its terms are few: in bfloat16, which autocast would choose, they would make steps of a per cent.
        with torch.autocast(predicted.device.type, enabled=False):
            return torch.exp(nearness @ self.log_variance) + torch.exp(self.log_barcode_variance) / barcodes

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean Gaussian −log likelihood with shrinkage, and the number of labels; reads `barcodes` (rows, 1), too.

        The variance is a function of the prediction but does not pull it: a prediction can't earn by being vague.
        """
        predicted, value = self.brightness(batch["inputs"][:, 0]), batch["target"][:, 0]
        variance = self.variance(predicted.detach(), batch["barcodes"][:, 0])
        squared = (predicted - value).square()
        if self.heteroscedastic:
            loss = 0.5 * (squared / variance + variance.log()).mean()
        else:
            loss = 0.5 * (squared.detach() / variance + variance.log()).mean()
            loss = loss + 0.5 * (squared * batch["mask"][:, 0]).mean() / _CONSTANT_VARIANCE
        return loss + self.shrinkage * self.squares() / self.variants, torch.ones_like(value).sum()

    def squares(self) -> Tensor:
        """Sum of squares of all parts of the effects; a position is shrunk less, for it stands for many mutations."""
        parts = (self.own, self.exchange, self.sensitivity)
        return sum((part.square().sum() for part in parts), 0.3 * self.position.square().sum())


def property_changes(reference: str) -> NDArray[np.float32]:
    """Change of residue properties by mutation token, signed and absolute; float32 (tokens, 2 · PROPERTIES)."""
    wild_type = np.repeat(residue_properties(reference), len(LETTERS), axis=0)
    change = np.tile(residue_properties(LETTERS), (len(reference), 1)) - wild_type
    return np.concatenate([change, np.abs(change)], axis=1)


def deviation(
    model: GlobalEpistasis, predicted: NDArray[np.float64], barcodes: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Predicted standard deviation of a measurement of so many barcodes, log10 fluorescence, shape (variants,)."""
    with torch.no_grad():
        variance = model.variance(
            torch.tensor(predicted, dtype=torch.float32), torch.tensor(barcodes, dtype=torch.float32)
        )
    return np.sqrt(variance.double().numpy())


def plausible_range(brightness: NDArray[np.float64]) -> tuple[float, float]:
    """Where lo and hi start: the 5th and 95th percentile of the training labels, a little apart at least."""
    low, high = np.quantile(brightness, [0.05, 0.95])
    return float(low), float(max(high, math.nextafter(low + 0.5, math.inf)))
