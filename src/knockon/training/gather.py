"""Rows of all processes, with gradients: what a loss that compares the rows of a whole batch is computed from.

Accelerate's `gather` cuts the graph and says nothing; here what every process asks of a row comes back to its owner.
"""

from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist


def gather_rows(rows: Tensor) -> tuple[Tensor, int]:
    """The rows of all processes in the order of their ranks, and the place of the own first one among them.

    rows: shape (own rows, …); their number may differ between processes. All processes must call it. The gradient of an
    own row is the sum over all processes of what their losses ask of it.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return rows, 0
    counts = _counts(rows)
    gathered: Tensor
    if rows.dtype == torch.bool:
        gathered = _gather(rows.to(torch.uint8), counts).bool()
    elif rows.requires_grad:
        gathered = _GatherRows.apply(rows, counts)
    else:
        gathered = _gather(rows, counts)
    return gathered, sum(counts[: dist.get_rank()])


def own_rows(rows: Tensor) -> tuple[Tensor, int]:
    """The same for a process that works alone."""
    return rows, 0


class _GatherRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int]) -> Tensor:
        ctx.counts = counts
        return _gather(rows, counts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].contiguous()
        dist.all_reduce(total)
        first = sum(ctx.counts[: dist.get_rank()])
        return total[first : first + ctx.counts[dist.get_rank()]], None


def _counts(rows: Tensor) -> list[int]:
    own = torch.tensor([len(rows)], device=rows.device)
    every = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(every, own)
    return [int(count) for count in every]


def _gather(rows: Tensor, counts: list[int]) -> Tensor:
    """A collective call takes as many rows from every process, so the shorter ones are padded."""
    padded = rows.new_zeros((max(counts), *rows.shape[1:]))
    padded[: len(rows)] = rows.detach()
    every = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(every, padded)
    return torch.cat([each[:count] for each, count in zip(every, counts, strict=True)])
