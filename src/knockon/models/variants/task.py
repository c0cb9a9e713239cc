"""Protein variants for the shared trainer: batches of inputs, a network with its loss, the verdict on validation."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.arrays import Rows
from knockon.hashing import digest
from knockon.losses.loss import Loss
from knockon.models.variants.inputs import VariantInputs

Batch = dict[str, Tensor]


class VariantNetwork(Protocol):
    """A network that scores `subnetworks` variants at once: one, or M where it is a MIMO network.

    It is called with (rows, subnetworks, width) and gives its outputs (rows, subnetworks, outputs) and the features of
    its last hidden layer (rows, features).
    """

    subnetworks: int

    def __call__(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs and features."""


class Scored(nn.Module):
    """A network and its loss as one module of the trainer."""

    def __init__(self, network: nn.Module, loss: Loss) -> None:
        super().__init__()
        self.network, self.loss = network, loss

    @property
    def subnetworks(self) -> int:
        """How many variants a row of a batch holds."""
        return int(self.network.subnetworks)  # type: ignore[arg-type]

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss over all labels of the batch, weighted, and their number."""
        outputs, features = self.network(batch["inputs"])
        rows, heads = batch["value"].shape
        # All heads predict the same label: to the loss they are rows.
        flat = outputs.reshape(rows * heads, 1, -1)
        value, weight = batch["value"].reshape(-1, 1), batch["weight"].reshape(-1, 1)
        repeated = features.repeat_interleave(heads, dim=0) if self.loss.needs_features else None
        return self.loss(flat, value, weight, repeated), weight.sum()

    def predict(self, inputs: Tensor) -> Tensor:
        """Brightness by each subnetwork, shape (rows, subnetworks)."""
        outputs, _ = self.network(inputs)
        rows, heads, width = outputs.shape
        decoded: Tensor = self.loss.decode(outputs.reshape(rows * heads, 1, width))
        return decoded.reshape(rows, heads)


class VariantTask:
    """A TrainingTask. module: `Scored`, or another with `forward(batch)`, `predict(inputs)` and `subnetworks`.

    draws: which variants make up a training row, int64, shape (training rows, subnetworks), as row numbers of `data`;
    each training variant by itself where none are given.
    """

    def __init__(self, module: Any, data: VariantInputs, settings: dict[str, Any], draws: Rows | None = None) -> None:
        self.module = module
        self.data = data
        self._settings = settings
        self._draws = data.train[:, None] if draws is None else draws

    def rows(self, split: str) -> int:
        """Number of rows of a split."""
        return len(self._draws) if split == "train" else len(self.data.validation)

    def batch(self, split: str, rows: Rows) -> Batch:
        """Inputs (rows, subnetworks, width); value, weight and barcodes (rows, subnetworks)."""
        return self._batch(self._variants(split, rows))

    def predict(self, batch: Batch) -> Tensor:
        """Brightness by each subnetwork, shape (rows, subnetworks)."""
        predicted: Tensor = self.module.predict(batch["inputs"])
        return predicted

    def keys(self, split: str, rows: Rows) -> list[str]:
        """Mutations of the variants."""
        return [self.data.names[row] or "wild type" for row in self._variants(split, rows).ravel()]

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """Mean squared error of the mean over the subnetworks, log10 fluorescence squared."""
        measured = self.data.brightness[self.data.validation]
        return {"mse": float(np.mean((outputs.double().mean(1).numpy() - measured) ** 2))}

    def fingerprint(self) -> dict[str, str | int | float | bool | None]:
        """The model's settings, and a hash of the labels and the rows."""
        data = digest(self.data.brightness, self._draws, self.data.validation)
        return {**{f"model.{name}": str(value) for name, value in self._settings.items()}, "data": data}

    def predict_all(self, rows: Rows, size: int = 1024) -> NDArray[np.float64]:
        """Brightness of any variants, whatever their split, by each subnetwork; shape (rows, subnetworks)."""
        self.module.eval()
        return run_all(self.module.predict, self.module.subnetworks, self.data, rows, size)

    def _variants(self, split: str, rows: Rows) -> Rows:
        if split == "train":
            return self._draws[rows]
        return np.repeat(self.data.validation[rows][:, None], self.module.subnetworks, axis=1)

    def _batch(self, variants: Rows) -> Batch:
        inputs = self.data.take(variants.ravel()).reshape(*variants.shape, -1)
        values = torch.from_numpy(self.data.brightness[variants]).float()
        weights = torch.from_numpy(self.data.weights(variants)).float()
        barcodes = torch.from_numpy(self.data.barcodes[variants]).float()
        return {"inputs": inputs, "value": values, "weight": weights, "barcodes": barcodes}


def run_all(
    predict: Callable[[Tensor], Tensor], subnetworks: int, data: VariantInputs, rows: Rows, size: int
) -> NDArray[np.float64]:
    """`predict` on variants in batches of `size`, each variant given to all subnetworks."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(rows), size):
            inputs = data.take(rows[start : start + size]).unsqueeze(1)
            parts.append(predict(inputs.expand(-1, subnetworks, -1)).double().numpy())
    return np.concatenate(parts)
