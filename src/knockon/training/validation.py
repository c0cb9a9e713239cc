"""Validation: each process predicts its share of the rows, all of them see the verdict on the whole."""

import math

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from knockon.training.predict_batches import predict_batches
from knockon.training.processes import Processes
from knockon.training.task import Batch, TrainingTask


def predict_rows(task: TrainingTask, processes: Processes, split: str, batch_rows: int) -> Tensor:
    """What `task.predict` gives for all rows of a split, in order, on the CPU; the processes share the rows."""
    rows = task.rows(split)
    share = -(-rows // processes.count)
    # The last share is padded with the last row: gathering needs as many rows from every process.
    own = np.minimum(np.arange(processes.rank * share, (processes.rank + 1) * share), rows - 1)

    def batch(chosen: NDArray[np.int64]) -> Batch:
        return task.batch(split, chosen)

    with processes.accelerator.autocast():
        outputs = predict_batches(task.module, task.predict, batch, own, batch_rows, processes.device)
    return processes.gather(outputs.float())[:rows].cpu()


def validate(task: TrainingTask, processes: Processes, batch_rows: int) -> dict[str, float]:
    """The task's metrics on the validation rows, named validation_…, the same on every process."""
    metrics = task.metrics(predict_rows(task, processes, "validation", batch_rows))
    values = processes.from_main([float(value) for value in metrics.values()])
    return {f"validation_{name}": value for name, value in zip(metrics, values, strict=True)}


def improves(score: float, best: float | None, mode: str) -> bool:
    """Whether a score is better than the best so far; NaN never is."""
    if math.isnan(score):
        return False
    return best is None or (score < best if mode == "min" else score > best)
