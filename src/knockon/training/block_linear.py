"""Dense layers in blocks of rows, so that no more than a block of a layer's weights is ever gathered at a time.

Their parameters get no gradients: a layer keeps what its gradient is the product of (`factored`).
"""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from knockon.errors import KnockonError
from knockon.training.factored import Factors

MOST_ELEMENTS = 40_000_000
"""Weights of a block: 160 MB in float32. While a block is in use some four of its size are held besides the shards."""

_BLOCK = re.compile(r"\.blocks\.\d+(?=\.)")


class _Block(nn.Linear):
    """Some rows of a layer, whose weights are constants to autograd."""

    def forward(self, values: Tensor) -> Tensor:
        """See nn.Linear."""
        return nn.functional.linear(values, self.weight.detach(), self.bias.detach())


class BlockLinear(nn.Module):
    """An nn.Linear whose rows are parted into blocks. Its parameters have no memory before `fill`.

    zero: weights begin at 0, not with the draws of nn.Linear. factors: of the gradient, one part a backward pass.
    """

    def __init__(self, narrow: int, wide: int, zero: bool = False, most: int = MOST_ELEMENTS) -> None:
        super().__init__()
        self.narrow, self.zero = narrow, zero
        rows = max(1, most // narrow)
        sizes = [min(rows, wide - start) for start in range(0, wide, rows)]
        self.blocks = nn.ModuleList(_Block(narrow, size, device="meta") for size in sizes)
        self.factors = Factors([], [])

    def forward(self, values: Tensor) -> Tensor:
        """values: (rows, narrow). Gives (rows, wide)."""
        found = torch.cat([block(values) for block in self.blocks], dim=-1)
        if torch.is_grad_enabled():
            # What the first layer is given asks for no gradient, and neither do the weights.
            if not found.requires_grad:
                found.requires_grad_()
            found.register_hook(lambda gradient: self._keep(values.detach(), gradient))
        return found

    def _keep(self, inputs: Tensor, outputs: Tensor) -> None:
        self.factors.inputs.append(inputs)
        self.factors.outputs.append(outputs.detach())

    def fill(self, device: torch.device) -> None:
        """Give the parameters memory on a device, and the first weights that nn.Linear draws from torch's generator.

        The weights of all blocks are drawn, then the biases: no bit depends on the blocks, nor on who holds what.
        """
        for block in self.blocks:
            block.to_empty(device=device)
        for name in ("weight", "bias"):
            for block in self.blocks:
                parameter = getattr(block, name)
                # Drawn also where it is to be 0: the layers after this one get the draws that follow.
                drawn = _drawn(parameter.shape, self.narrow, name)
                local(parameter).copy_((drawn.zero_() if self.zero else drawn)[own_rows(parameter)])


def _drawn(shape: torch.Size, narrow: int, name: str) -> Tensor:
    drawn = torch.empty(shape)
    if name == "weight":
        nn.init.kaiming_uniform_(drawn, a=math.sqrt(5))
    else:
        bound = 1 / math.sqrt(narrow)
        nn.init.uniform_(drawn, -bound, bound)
    return drawn


def in_blocks(layers: Iterable[nn.Module], zero_last: bool = False, most: int = MOST_ELEMENTS) -> list[nn.Module]:
    """Layers with a `BlockLinear` in the place of each nn.Linear. zero_last: the last one begins at 0."""
    given = list(layers)
    return [
        BlockLinear(layer.in_features, layer.out_features, zero_last and layer is given[-1], most)
        if isinstance(layer, nn.Linear)
        else layer
        for layer in given
    ]


def block_layers(module: nn.Module) -> list[BlockLinear]:
    """The layers of blocks in a module, in its order. Raises KnockonError where it has parameters outside them."""
    layers = [each for each in module.modules() if isinstance(each, BlockLinear)]
    inside = {id(parameter) for layer in layers for parameter in layer.parameters()}
    outside = [name for name, parameter in module.named_parameters() if id(parameter) not in inside]
    if outside:
        raise KnockonError(f"can't be sharded: {', '.join(outside)} are not in layers of blocks")
    return layers


def whole_parameters(module: nn.Module) -> Iterator[tuple[str, list[nn.Parameter]]]:
    """Name of each parameter as it is without blocks, and its blocks in order."""

    def whole(pair: tuple[str, nn.Parameter]) -> str:
        return _BLOCK.sub("", pair[0])

    # Sorted: a module lists weight and bias of one block after the other.
    for name, pairs in groupby(sorted(module.named_parameters(), key=whole), key=whole):
        yield name, [parameter for _, parameter in pairs]


def local(tensor: Tensor) -> Tensor:
    """The rows that this process holds, without a graph; the whole tensor where it is not sharded."""
    found = tensor.detach()
    return found.to_local() if isinstance(found, DTensor) else found


def by_row(tensor: Tensor) -> Tensor:
    """A view of (rows, columns); a bias is a column."""
    return tensor[:, None] if tensor.ndim == 1 else tensor.flatten(1)


def own_rows(tensor: Tensor) -> slice:
    """Which rows this process holds of a tensor that is sharded by rows, as torch.chunk deals them; all otherwise."""
    if not isinstance(tensor, DTensor):
        return slice(0, len(tensor))
    size = -(-len(tensor) // tensor.device_mesh.size())
    start = min(tensor.device_mesh.get_local_rank() * size, len(tensor))
    return slice(start, min(start + size, len(tensor)))
