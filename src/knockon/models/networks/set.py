"""The simplest honest network: a multi-layer perceptron on the strain's aggregated gene vectors."""

import itertools
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.networks.batches import describe_inputs
from knockon.models.networks.model import StrainModel, settings_of
from knockon.models.protocol import Examples
from knockon.models.strains.features import as_dense, comparable_factors, fitted_scaler
from knockon.models.supervised import NetworkOutput


class SetNetwork(nn.Module):
    """Standardised strain vectors through `layers` hidden layers of `width` units.

    center, spread: float32 (dimensions,), of the training strains; saved with the weights.
    """

    center: Tensor
    spread: Tensor

    def __init__(self, dimensions: int, width: int, layers: int, dropout: float, heads: int, outputs: int) -> None:
        super().__init__()
        self.shape = (heads, outputs)
        self.register_buffer("center", torch.zeros(dimensions))
        self.register_buffer("spread", torch.ones(dimensions))
        sizes = [dimensions, *[width] * layers]
        self.hidden = nn.Sequential(
            *(
                part
                for before, after in itertools.pairwise(sizes)
                for part in (nn.Linear(before, after), nn.ReLU(), nn.Dropout(dropout))
            )
        )
        self.head = nn.Linear(sizes[-1], heads * outputs)

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """From `vectors` float32 (rows, dimensions)."""
        features = self.hidden((batch["vectors"] - self.center) / self.spread)
        return NetworkOutput(self.head(features).unflatten(1, self.shape), features)


class VectorBatches:
    """Strain vectors as a source of batches; a batch's are computed when it is asked for."""

    def __init__(self, genotypes: Genotypes, inputs: Inputs) -> None:
        self.factors = comparable_factors(genotypes, inputs)

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """`vectors` float32 (rows, dimensions)."""
        return {"vectors": torch.from_numpy(as_dense(self.factors.strains[rows] @ self.factors.basis))}


class SetDesign:
    """The perceptron as a model of strains: any representation and aggregation."""

    name = "mlp"
    reads_vectors = True

    def __init__(self, inputs: Inputs, width: int = 256, layers: int = 2, dropout: float = 0.2) -> None:
        self.inputs = inputs
        self.width, self.layers, self.dropout = width, layers, dropout

    def describe(self) -> dict[str, Any]:
        """Settings and inputs, for a checkpoint's fingerprint."""
        sizes = {"width": self.width, "layers": self.layers, "dropout": self.dropout}
        return sizes | {"aggregation": self.inputs.aggregation} | describe_inputs(self.inputs)

    def batches(self, genotypes: Genotypes) -> VectorBatches:
        """The strains' vectors."""
        return VectorBatches(genotypes, self.inputs)

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> SetNetwork:
        """An unfitted network; `genes` don't matter, their vectors do."""
        dimensions = self.inputs.representation.dimensions
        return SetNetwork(dimensions, self.width, self.layers, self.dropout, heads, outputs)

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Learn the vectors' centre and spread from the training strains; a constant column is left alone."""
        assert isinstance(network, SetNetwork)
        scaler = fitted_scaler(comparable_factors(train.genotypes, self.inputs), train.weights)
        network.spread.copy_(torch.from_numpy(scaler.scale_))
        if scaler.with_mean:
            network.center.copy_(torch.from_numpy(scaler.mean_))


def mlp(inputs: Inputs, context: Context, *, width: int = 256, layers: int = 2, dropout: float = 0.2) -> StrainModel:
    """A perceptron on aggregated gene vectors."""
    return StrainModel(SetDesign(inputs, width, layers, dropout), context, settings_of(context))
