"""Losses that compare all rows of a global batch, in the memory of a part: gradient caching.

A part's loss can't be taken by itself here. So all parts are encoded without a graph, the loss of the whole gives the
gradient of each encoding, and each part is encoded again, with the same dropout, to carry that gradient to the weights
(Gao et al. 2021, RepL4NLP 316).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from knockon.training.gather import gather_rows, own_rows
from knockon.training.processes import Processes
from knockon.training.state import random_state, set_random_state
from knockon.training.task import Batch

Gather = Callable[[Tensor], tuple[Tensor, int]]
"""`gather_rows`, or `own_rows` where a process works alone."""


@dataclass(frozen=True)
class Encoded:
    """Rows as the loss of the whole batch reads them. vectors carry gradients, labels don't; all (rows, …)."""

    vectors: Batch
    labels: Batch


class WholeBatchModule(nn.Module):
    """What a task's module derives where its loss is one of the whole batch; see `Updater`.

    It may hold dropout, but nothing that learns from passing (batch normalisation): each part is encoded twice.
    """

    def encode(self, batch: Batch) -> Encoded:
        """Encode a part by itself: no row may depend on another."""
        raise TypeError(f"{type(self).__name__} does not say how it encodes a batch")

    def whole(self, encoded: Encoded, gather: Gather) -> tuple[Tensor, Tensor]:
        """Mean loss over this process's labels, and their number, from its rows and through `gather` those of all."""
        raise TypeError(f"{type(self).__name__} does not say what a batch costs")

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss and number of labels of a batch that stands alone."""
        return self.whole(self.encode(batch), own_rows)


def whole_backward(module: WholeBatchModule, parts: Sequence[Batch], processes: Processes) -> Tensor:
    """Add the gradients of the summed loss of all parts of all processes, averaged over the processes as DDP does.

    Gives the sum of this process's loss and its number of labels, float64 (2,). A single part is encoded only once.
    """
    accelerator = processes.accelerator
    moved = [{name: each.to(processes.device, non_blocking=True) for name, each in part.items()} for part in parts]
    with accelerator.autocast():
        if len(moved) == 1:
            loss, labels = module.whole(module.encode(moved[0]), gather_rows)
            accelerator.backward(loss * labels)
        else:
            loss, labels = _cached_backward(module, moved, processes)
    _average_gradients(module, processes)
    count = torch.as_tensor(labels, dtype=torch.float64, device=loss.device)
    return torch.stack([loss.detach().double() * count, count])


def _cached_backward(module: WholeBatchModule, parts: list[Batch], processes: Processes) -> tuple[Tensor, Tensor]:
    device = processes.device
    states, encoded = [], []
    with torch.no_grad():
        for part in parts:
            states.append(random_state(device))
            encoded.append(module.encode(part))
    cached = _joined(encoded)
    loss, labels = module.whole(cached, gather_rows)
    processes.accelerator.backward(loss * labels)
    afterwards = random_state(device)
    first = 0
    for part, state, known in zip(parts, states, encoded, strict=True):
        set_random_state(state, device)
        rows = len(next(iter(known.vectors.values())))
        _carry(module.encode(part).vectors, cached.vectors, slice(first, first + rows))
        first += rows
    set_random_state(afterwards, device)
    return loss, labels


def _joined(encoded: list[Encoded]) -> Encoded:
    """The rows of all parts; the vectors are leaves, whose gradients are the cache."""
    vectors = {name: torch.cat([each.vectors[name] for each in encoded]) for name in encoded[0].vectors}
    labels = {name: torch.cat([each.labels[name] for each in encoded]) for name in encoded[0].labels}
    return Encoded({name: vector.requires_grad_() for name, vector in vectors.items()}, labels)


def _carry(vectors: Batch, cached: Batch, rows: slice) -> None:
    """Carry the cached gradients of a part's vectors back to the weights."""
    asked = [(vector, cached[name].grad) for name, vector in vectors.items() if vector.requires_grad]
    pairs = [(vector, gradient[rows]) for vector, gradient in asked if gradient is not None]
    torch.autograd.backward([vector for vector, _ in pairs], [gradient for _, gradient in pairs])


def _average_gradients(module: nn.Module, processes: Processes) -> None:
    """DDP averages only what passes through its own forward, and encoding twice does not."""
    if processes.count == 1:
        return
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    mean = processes.accelerator.reduce(torch.cat([gradient.flatten() for gradient in gradients]), "mean")
    for gradient, part in zip(gradients, mean.split([each.numel() for each in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))
