"""A perceptron on a table of features with gaps, such as those of gene pairs."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.models.networks.set import SetNetwork
from knockon.models.supervised import NetworkOutput


class TableNetwork(nn.Module):
    """`SetNetwork` on arsinh((x − centre) / spread), and on which features are missing.

    arsinh keeps the order of the long tails of ε without letting them rule. A missing feature reads as its centre.
    center, spread: float32 (features,), of the training rows; saved with the weights.
    """

    center: Tensor
    spread: Tensor

    def __init__(self, features: int, width: int, layers: int, dropout: float, outputs: int) -> None:
        super().__init__()
        self.register_buffer("center", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.perceptron = SetNetwork(2 * features, width, layers, dropout, 1, outputs)

    def prepare(self, values: NDArray[np.float32]) -> None:
        """Learn each feature's centre and spread from the training rows; constant ones are left alone."""
        for column in range(values.shape[1]):
            known = values[:, column][~np.isnan(values[:, column])].astype(np.float64)
            if len(known) and known.std() > 0:
                self.center[column], self.spread[column] = known.mean(), known.std()

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """From `table` float32 (rows, features), NaN where a feature is missing."""
        missing = batch["table"].isnan()
        scaled = torch.asinh((batch["table"] - self.center) / self.spread)
        vectors = torch.cat([scaled.masked_fill(missing, 0.0), missing.to(scaled.dtype)], dim=1)
        found: NetworkOutput = self.perceptron({"vectors": vectors})
        return found


class TableBatches:
    """A table as a source of batches."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.values = values

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """`table` float32 (rows, features)."""
        return {"table": torch.from_numpy(self.values[rows])}
