"""An update of weights that are spread over the processes, the same to the bit however they are spread.

What a global batch gives depends on the parts that it is cut into, processes × accumulation, and on nothing else: a
part's dropout is drawn anew from its number, and norms are summed row by row in one order. Only the order in which the
gradients of more than two parts are added depends on the processes.
"""

import torch
from torch import Tensor, nn

from knockon.training.block_linear import by_row, local, own_rows
from knockon.training.chunked_adamw import ChunkedAdamW
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.state import seed_process
from knockon.training.task import Batch, TrainingTask
from knockon.training.update import Updater


class ShardedUpdater(Updater):
    """The module, its gradients and its optimizer, of the rows that this process holds."""

    def __init__(self, task: TrainingTask, settings: TrainingSettings, processes: Processes, states: str) -> None:
        super().__init__(task, settings, processes)
        self.adamw = ChunkedAdamW(task.module, settings, states)
        self.optimizer = self.adamw  # type: ignore[assignment]
        self._part = 0

    def _sum_backward(self, module: nn.Module, batch: Batch) -> Tensor:
        accumulation = self.settings.accumulation
        seed_process(
            self.settings.seed, self.processes.rank * accumulation + self._part % accumulation, self.adamw.step_number
        )
        self._part += 1
        with self.processes.accelerator.autocast():
            return super()._sum_backward(module, batch)

    def _scale(self, factor: float) -> float:
        """Turn summed gradients into those of the mean; clip; give the norm."""
        # The engine counts on gradients that are averaged over the processes; these are summed.
        factor /= self.processes.count
        gradients = [local(each.grad) for each in self.module.parameters() if each.grad is not None]
        torch._foreach_mul_(gradients, factor)
        norm = self._norm()
        if self.settings.clip is not None and norm > self.settings.clip:
            torch._foreach_mul_(gradients, self.settings.clip / norm)
        return norm

    def _norm(self) -> float:
        """Norm of all gradients: of each row in float32, the sum over rows in float64."""
        squares = []
        for parameter in self.module.parameters():
            if parameter.grad is not None:
                gradient = local(parameter.grad)
                every = torch.zeros(len(parameter), dtype=torch.float64, device=gradient.device)
                rows = torch.linalg.vector_norm(by_row(gradient), dim=1)
                every[own_rows(parameter)] = rows.double().square()
                squares.append(every)
        # Each row is held by one process: the others add 0, which changes no bit.
        total: Tensor = self.processes.accelerator.reduce(torch.cat(squares), "sum")
        return float(total.sum().sqrt())

    def release(self) -> None:
        """Give back the memory of gradients and moments: there will be no further step."""
        self.optimizer.zero_grad(set_to_none=True)
        self.optimizer.state.clear()
