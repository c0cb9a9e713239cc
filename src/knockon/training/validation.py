"""Validation: each process predicts its share of the rows, all of them see the verdict on the whole."""

import math

import numpy as np
import torch
from torch import Tensor

from knockon.training.processes import Processes
from knockon.training.task import TrainingTask


def predict_rows(task: TrainingTask, processes: Processes, split: str, batch_rows: int) -> Tensor:
    """What `task.predict` gives for all rows of a split, in order, on the CPU; the processes share the rows."""
    rows = task.rows(split)
    share = -(-rows // processes.count)
    # The last share is padded with the last row: gathering needs as many rows from every process.
    own = np.minimum(np.arange(processes.rank * share, (processes.rank + 1) * share), rows - 1)
    task.module.eval()
    outputs = []
    with torch.no_grad(), processes.accelerator.autocast():
        for start in range(0, share, batch_rows):
            batch = task.batch(split, own[start : start + batch_rows])
            moved = {name: tensor.to(processes.device) for name, tensor in batch.items()}
            outputs.append(task.predict(moved).float())
    task.module.train()
    return processes.gather(torch.cat(outputs))[:rows].cpu()


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
