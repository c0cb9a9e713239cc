"""AdamW (Loshchilov & Hutter 2019) in chunks that stay in a core's cache, on the rows that a process holds.

Every operation rounds each element by itself, so that no bit depends on how rows are dealt to processes. Moments in
bfloat16 are rounded up or down at random (Gupta et al. 2015): rounded to the nearest, a second moment that changes by a
thousandth a step would not change at all. The random bits follow from (seed, step, parameter, row, column) alone.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from knockon.training.block_linear import by_row, local, own_rows
from knockon.training.schedule import build_optimizer
from knockon.training.settings import TrainingSettings

_CHUNK = 262_144
_DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
MOMENTS = ("exp_avg", "exp_avg_sq")
"""Names of the moments in an optimizer's state, as torch's AdamW has them."""


class ChunkedAdamW(Optimizer):
    """What torch's AdamW does, to rounding. step_number: steps taken, the same for every parameter.

    moments: of each parameter, shaped like the rows that this process holds.
    """

    def __init__(self, module: nn.Module, settings: TrainingSettings, states: str) -> None:
        model = build_optimizer(module, settings)
        groups = [{"params": group["params"], "weight_decay": group["weight_decay"]} for group in model.param_groups]
        super().__init__(groups, {"lr": settings.learning_rate})
        self._betas, self._epsilon = model.defaults["betas"], model.defaults["eps"]
        self.seed, self.step_number, self._dtype = settings.seed, 0, _DTYPES[states]
        for parameter in self._parameters():
            for name in MOMENTS:
                self.state[parameter][name] = torch.zeros_like(local(parameter), dtype=self._dtype)

    def _parameters(self) -> Iterator[nn.Parameter]:
        return (parameter for group in self.param_groups for parameter in group["params"])

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        """Take one step by the gradients that the parameters hold."""
        self.step_number += 1
        number = 0
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and local(parameter).numel():
                    self._update(parameter, group["lr"], group["weight_decay"], number)
                number += 1

    def _update(self, parameter: nn.Parameter, rate: float, decay: float, number: int) -> None:
        tensors = [local(parameter), local(parameter.grad), *(self.state[parameter][name] for name in MOMENTS)]  # type: ignore[arg-type]
        weights, gradients, first, second = (by_row(each) for each in tensors)
        noise = self._noise(parameter, number, weights.shape[1])
        rows = max(1, _CHUNK // weights.shape[1])
        for start in range(0, len(weights), rows):
            part = slice(start, start + rows)
            self._chunk(
                weights[part], gradients[part], (first[part], second[part]), rate, decay,
                None if noise is None else (noise[0][part], noise[1]),
            )  # fmt: skip

    def _chunk(
        self,
        weights: Tensor,
        gradients: Tensor,
        moments: tuple[Tensor, Tensor],
        rate: float,
        decay: float,
        noise: tuple[Tensor, Tensor] | None,
    ) -> None:
        """One chunk, in place. Single operations: one that multiplies and adds may round once or twice."""
        betas, first, second = self._betas, *(each.float() for each in moments)
        first.mul_(betas[0]).add_(gradients * (1 - betas[0]))
        second.mul_(betas[1]).add_((gradients * gradients).mul_(1 - betas[1]))
        for kept, value in zip(moments, (first, second), strict=True):
            if noise is not None:
                kept.copy_(rounded(value, *noise))
        corrected = (1 - betas[1] ** self.step_number) ** 0.5
        spread = second.sqrt().div_(corrected).add_(self._epsilon)
        weights.mul_(1 - rate * decay).sub_((first / spread).mul_(rate / (1 - betas[0] ** self.step_number)))

    def _noise(self, parameter: Tensor, number: int, columns: int) -> tuple[Tensor, Tensor] | None:
        """Random bits of the own rows, int32 (rows, 1), and of the columns; their sum modulo 2¹⁶ is uniform."""
        if self._dtype != torch.bfloat16:
            return None
        seed = ((self.seed * 1_000_003 + self.step_number) * 1_000_003 + number) % 2**63
        source = torch.Generator().manual_seed(seed)
        drawn = torch.randint(0, 2**16, (len(parameter) + columns,), generator=source, dtype=torch.int32)
        rows, device = drawn[: len(parameter), None][own_rows(parameter)], local(parameter).device
        return rows.to(device), drawn[len(parameter) :].to(device)


def rounded(values: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """bfloat16 of float32 values (rows, columns), up or down with the probability that leaves the mean as it is."""
    noise = (rows + columns).bitwise_and_(0xFFFF)
    bits = values.view(torch.int32).add(noise).bitwise_and_(-0x10000)
    return bits.view(torch.float32).bfloat16()
