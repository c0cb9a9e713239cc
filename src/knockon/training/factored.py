"""The gradient of a dense layer as what it is a product of, so that it never stands in memory as a whole.

The gradient of a layer's weights is outputsᵀ · inputs: the gradients that a batch's outputs receive, and its inputs. Of
32 rows and 20,000 × 20,000 weights the two take 5 MB and the product 1.6 GB; rows of it are made when they are used.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from knockon.training.gather import gather_rows


@dataclass(frozen=True)
class Factors:
    """Of a layer, for each part of a batch: inputs (rows, narrow) and the gradients of outputs (rows, wide)."""

    inputs: list[Tensor]
    outputs: list[Tensor]

    def of_all_processes(self) -> "Factors":
        """The parts of all processes, in the order of their ranks; every process must call it."""
        sizes = torch.tensor([len(part) for part in self.inputs], device=self.inputs[0].device)
        lengths = [int(size) for size in gather_rows(sizes)[0]]

        def parts(own: Iterable[Tensor]) -> list[Tensor]:
            # Copies: a product's last digits may depend on where its factors lie in memory.
            return [part.clone() for part in gather_rows(torch.cat(list(own)))[0].split(lengths)]

        return Factors(parts(self.inputs), parts(self.outputs))

    def scaled(self, factor: float) -> "Factors":
        """Those of the gradient times a factor, float32."""
        return Factors([part.float() for part in self.inputs], [part.float() * factor for part in self.outputs])

    def squared_norm(self) -> float:
        """Of the gradients of weights and biases together: of inner products of rows, not of the gradient itself."""
        inputs, outputs = (torch.cat(parts).double() for parts in (self.inputs, self.outputs))
        weights = ((inputs @ inputs.T) * (outputs @ outputs.T)).sum()
        return float(weights.clamp_min(0) + outputs.sum(dim=0).square().sum())

    def bias(self) -> Tensor:
        """Gradient of the biases, (wide,)."""
        return torch.stack([part.sum(dim=0) for part in self.outputs]).sum(dim=0)

    def weights(self, rows: slice, buffer: Tensor) -> Tensor:
        """Gradient of some rows of the weights, (rows, narrow), at the head of `buffer`; part is added after part."""
        found = buffer[: rows.stop - rows.start]
        for number, (inputs, outputs) in enumerate(zip(self.inputs, self.outputs, strict=True)):
            torch.addmm(found, outputs[:, rows].T, inputs, beta=float(number > 0), out=found)
        return found
