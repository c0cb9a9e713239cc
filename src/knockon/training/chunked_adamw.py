"""AdamW (Loshchilov & Hutter 2019) in chunks that stay in a core's cache, on the rows that a process holds.

The gradient of a chunk is made of its layer's factors, used and forgotten. No bit depends on how rows are dealt to
processes: chunks begin at the same rows of a block for all, and torch's kernel is given whole vectors only, since what
is left over of them it computes by other instructions, with other last digits. Moments in bfloat16 are rounded up or
down at random (Gupta et al. 2015): rounded to the nearest, a second moment that changes by a thousandth a step would
not change at all. The random bits follow from (seed, step, parameter, row, column) alone.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.adamw import adamw

from knockon.training.block_linear import BlockLinear, block_layers, by_row, local, own_rows
from knockon.training.factored import Factors
from knockon.training.schedule import build_optimizer
from knockon.training.settings import TrainingSettings

_CHUNKS = {"float32": 1_048_576, "bf16": 262_144}
"""Weights of a chunk, about: moments in bfloat16 need more room beside them."""
_VECTOR = 16
"""Numbers of float32 in the longest vector of a CPU, 512 bits."""
_DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
MOMENTS = ("exp_avg", "exp_avg_sq")
"""Names of the moments in an optimizer's state, as torch's AdamW has them."""


class ChunkedAdamW(Optimizer):
    """What torch's AdamW does, to rounding, for layers of blocks. step_number: steps taken, by every parameter alike.

    moments: of each parameter, shaped like the rows that this process holds.
    """

    def __init__(self, module: nn.Module, settings: TrainingSettings, states: str) -> None:
        model = build_optimizer(module, settings)
        groups = [{"params": group["params"], "weight_decay": group["weight_decay"]} for group in model.param_groups]
        super().__init__(groups, {"lr": settings.learning_rate})
        self._betas, self._epsilon = model.defaults["betas"], model.defaults["eps"]
        self.seed, self.step_number = settings.seed, 0
        self._dtype, self._chunk = _DTYPES[states], _CHUNKS[states]
        self.layers = block_layers(module)
        self._places = {parameter: place for layer in self.layers for parameter, place in _places(layer)}
        for parameter in self._places:
            for name in MOMENTS:
                self.state[parameter][name] = torch.zeros_like(local(parameter), dtype=self._dtype)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the factors of the layers' gradients."""
        for layer in self.layers:
            layer.factors = Factors([], [])

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        """Take one step by the gradients whose factors the layers hold, those of all processes."""
        self.step_number += 1
        number = 0
        for group in self.param_groups:
            for parameter in group["params"]:
                if self._places[parameter][0].factors.inputs and local(parameter).numel():
                    self._update(parameter, group["lr"], group["weight_decay"], number)
                number += 1

    def _update(self, parameter: nn.Parameter, rate: float, decay: float, number: int) -> None:
        moments = [self.state[parameter][name] for name in MOMENTS]
        weights, first, second = (by_row(each) for each in (local(parameter), *moments))
        noise = self._noise(parameter, number, weights.shape[1])
        for rows, gradients in self._gradients(parameter):
            chunk = weights[rows], by_row(gradients)
            if noise is None:
                self._kernel((*chunk, first[rows], second[rows]), rate, decay)
                continue
            full = first[rows].float(), second[rows].float()
            self._kernel((*chunk, *full), rate, decay)
            drawn = noise[0][rows].add(noise[1]).bitwise_and_(0xFFFF)
            for kept, value in zip((first[rows], second[rows]), full, strict=True):
                kept.copy_(rounded_(value, drawn))

    def _gradients(self, parameter: nn.Parameter) -> Iterator[tuple[slice, Tensor]]:
        """Some of the own rows, counted from the first of them, and their gradient, again and again."""
        (layer, start), own = self._places[parameter], own_rows(parameter)
        if parameter.ndim == 1:
            yield slice(0, own.stop - own.start), layer.factors.bias()[start:][own]
            return
        # Whole vectors, whatever the number of columns, in all chunks but the first and the last of this process.
        size = -(-max(1, self._chunk // layer.narrow) // _VECTOR) * _VECTOR
        buffer = local(parameter).new_empty(size, layer.narrow)
        for top in range(own.start // size * size, own.stop, size):
            chunk = slice(top, min(top + size, len(parameter)))
            # Also rows of others: a product's last digits may depend on how many rows it has.
            made = layer.factors.weights(slice(start + chunk.start, start + chunk.stop), buffer)
            mine = slice(max(top, own.start), min(chunk.stop, own.stop))
            yield slice(mine.start - own.start, mine.stop - own.start), made[mine.start - top : mine.stop - top]

    def _kernel(self, tensors: tuple[Tensor, ...], rate: float, decay: float) -> None:
        """torch's fused AdamW on weights, gradients and moments, float32; what fills no vector is padded to one."""
        flat = [each.view(-1) for each in tensors]
        whole = len(flat[0]) // _VECTOR * _VECTOR
        rest = [each[whole:] for each in flat]
        padded = [nn.functional.pad(each, (0, _VECTOR - len(each))) for each in rest] if len(rest[0]) else []
        lists = [[each[:whole]] for each in flat]
        for pieces, other in zip(lists, padded, strict=False):
            pieces.append(other)
        weights, gradients, first, second = lists
        adamw(
            weights, gradients, first, second, [], [flat[0].new_tensor(self.step_number - 1) for _ in weights],
            fused=True, amsgrad=False, beta1=self._betas[0], beta2=self._betas[1], lr=rate, weight_decay=decay,
            eps=self._epsilon, maximize=False,
        )  # fmt: skip
        if padded:
            for kept, value in zip(rest, padded, strict=True):
                kept.copy_(value[: len(kept)])

    def _noise(self, parameter: Tensor, number: int, columns: int) -> tuple[Tensor, Tensor] | None:
        """Random bits of the own rows, int32 (rows, 1), and of the columns; their sum modulo 2¹⁶ is uniform."""
        if self._dtype != torch.bfloat16:
            return None
        seed = ((self.seed * 1_000_003 + self.step_number) * 1_000_003 + number) % 2**63
        source = torch.Generator().manual_seed(seed)
        drawn = torch.randint(0, 2**16, (len(parameter) + columns,), generator=source, dtype=torch.int32)
        rows, device = drawn[: len(parameter), None][own_rows(parameter)], local(parameter).device
        return rows.to(device), drawn[len(parameter) :].to(device)


def _places(layer: BlockLinear) -> Iterator[tuple[nn.Parameter, tuple[BlockLinear, int]]]:
    """Of the parameters of a layer's blocks: the layer, and the block's first row in it."""
    start = 0
    for block in layer.blocks:
        assert isinstance(block, nn.Linear)
        for parameter in block.parameters():
            yield parameter, (layer, start)
        start += block.out_features


def rounded_(values: Tensor, noise: Tensor) -> Tensor:
    """float32 values to what bfloat16 holds, in place, up or down with the probability that leaves the mean as it is.

    noise: int32, of values' shape, each of 0 to 2¹⁶ - 1 as likely.
    """
    values.view(torch.int32).add_(noise).bitwise_and_(-0x10000)
    return values
