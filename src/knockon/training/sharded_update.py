"""An update of weights that are spread over the processes, the same to the bit however they are spread.

What a global batch gives depends on the parts that it is cut into, processes × accumulation, and on nothing else: a
part's dropout is drawn anew from its number, and every process has the factors (`factored`) of all parts, in one order.
They are small beside the weights, which are gathered, and no gradient is ever summed over the processes.
"""

import math

from torch import Tensor, nn

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
        """Turn factors of summed gradients into those of the mean's, of all processes; clip; give the norm."""
        # The engine counts on gradients that are averaged over the processes; these are summed.
        factor /= self.processes.count
        layers = [layer for layer in self.adamw.layers if layer.factors.inputs]
        for layer in layers:
            layer.factors = layer.factors.of_all_processes().scaled(factor)
        norm = math.sqrt(sum(layer.factors.squared_norm() for layer in layers))
        if self.settings.clip is not None and norm > self.settings.clip:
            for layer in layers:
                layer.factors = layer.factors.scaled(self.settings.clip / norm)
        return norm

    def release(self) -> None:
        """Give back the memory of moments and of the last step: there will be no further step."""
        self.optimizer.zero_grad(set_to_none=True)
        self.optimizer.state.clear()
