"""One update of the weights by one global batch, however many processes and parts share it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from knockon.training.memory import is_out_of_memory, out_of_memory, rows_that_fit
from knockon.training.processes import Processes
from knockon.training.schedule import build_optimizer
from knockon.training.settings import TrainingSettings
from knockon.training.task import Batch, TrainingTask
from knockon.training.whole_batch import WholeBatchModule, whole_backward


@dataclass(frozen=True)
class Gradients:
    """What a global batch gave: mean loss, number of labels, gradient norm before clipping, processes asked to stop."""

    loss: float
    labels: float
    norm: float
    stops: float


class Updater:
    """The module, its gradients and its optimizer."""

    def __init__(self, task: TrainingTask, settings: TrainingSettings, processes: Processes) -> None:
        self.task, self.settings, self.processes = task, settings, processes
        self.module = task.module
        self.parallel = processes.accelerator.prepare_model(task.module)
        self.optimizer = build_optimizer(task.module, settings)

    def gradients(self, parts: Iterator[tuple[Tensor, Batch]], stop: bool) -> Gradients:
        """Leave in the module the clipped gradients of the mean loss over all labels of the global batch.

        Each part adds the gradient of the sum over its labels; the division by their number comes last. So a label
        weighs the same whatever process or part it falls in, and 2 processes do what 1 does.
        """
        self.parallel.train()
        self.optimizer.zero_grad(set_to_none=True)
        totals = torch.zeros(3, dtype=torch.float64, device=self.processes.device)
        totals[2] = float(stop)
        if isinstance(self.module, WholeBatchModule):
            totals[:2] = self._whole(self.module, parts)
        else:
            totals[:2] = self._parts(parts)
        summed, labels, stops = self.processes.sum(totals)
        norm = self._scale(self.processes.count / max(labels, 1e-30))
        return Gradients(summed / labels if labels else 0.0, labels, norm, stops)

    def apply(self, rate: float) -> None:
        """Let the optimizer take its step at this learning rate."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def _parts(self, parts: Iterator[tuple[Tensor, Batch]]) -> Tensor:
        """Add the gradients of part after part; give the sum of their loss and number of labels, float64 (2,)."""
        totals = torch.zeros(2, dtype=torch.float64, device=self.processes.device)
        for part in range(self.settings.accumulation):
            last = part == self.settings.accumulation - 1
            rows, batch = next(parts)
            alone = nullcontext() if last else self.processes.accelerator.no_sync(self.parallel)
            with alone, self._memory_explained(rows):
                totals += self._sum_backward(self.parallel, batch)
        return totals

    def _whole(self, module: WholeBatchModule, parts: Iterator[tuple[Tensor, Batch]]) -> Tensor:
        """The same for a loss of the whole batch."""
        every = list(islice(parts, self.settings.accumulation))
        with self._memory_explained(max((rows for rows, _ in every), key=len)):
            return whole_backward(module, [batch for _, batch in every], self.processes)

    @contextmanager
    def _memory_explained(self, rows: Tensor) -> Iterator[None]:
        """Where memory runs out, say how many of a part's rows would fit."""
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            fitting = rows_that_fit(lambda count: self._try(rows[:count]), len(rows))
            raise out_of_memory(len(rows), fitting, self.settings.batch_size) from error

    def _sum_backward(self, module: torch.nn.Module, batch: Batch) -> Tensor:
        moved = {name: tensor.to(self.processes.device, non_blocking=True) for name, tensor in batch.items()}
        loss, labels = module(moved)
        self.processes.accelerator.backward(loss * labels)
        count = torch.as_tensor(labels, dtype=torch.float64, device=loss.device)
        return torch.stack([loss.detach().double() * count, count])

    def _try(self, rows: Tensor) -> None:
        """The same work with fewer rows and without the peers, who are busy with theirs."""
        self.optimizer.zero_grad(set_to_none=True)
        with self.processes.accelerator.autocast():
            self._sum_backward(self.module, self.task.batch("train", rows.numpy()))

    def _scale(self, factor: float) -> float:
        """Turn summed gradients, averaged over processes by DDP, into those of the mean; clip; give the norm."""
        gradients = [parameter.grad for parameter in self.module.parameters() if parameter.grad is not None]
        torch._foreach_mul_(gradients, factor)
        limit = float("inf") if self.settings.clip is None else self.settings.clip
        return float(torch.nn.utils.clip_grad_norm_(self.module.parameters(), limit))
