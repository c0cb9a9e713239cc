"""A task whose loss compares all rows of a batch, with dropout; its `main` (for `launched.py`) takes one update."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import normalize

from knockon.training.launch import start
from knockon.training.loader import load_parts
from knockon.training.processes import Processes
from knockon.training.sampler import SampleOrder
from knockon.training.settings import TrainingSettings
from knockon.training.update import Updater
from knockon.training.whole_batch import Encoded, WholeBatchModule

ROWS, SIZE = 60, 22


class Towers(WholeBatchModule):
    """Each row is to find its own right side among those of all rows of the batch."""

    def __init__(self, dropout: float, width: int = 8) -> None:
        super().__init__()
        self.left, self.right = (
            nn.Sequential(nn.Linear(6, 4 * width), nn.Tanh(), nn.Dropout(dropout), nn.Linear(4 * width, width))
            for _ in range(2)
        )
        self.scale = nn.Parameter(torch.tensor(3.0))

    def encode(self, batch):
        vectors = {name: normalize(getattr(self, name)(batch[name]), dim=1) for name in ("left", "right")}
        return Encoded(vectors, {"mask": batch["mask"]})

    def whole(self, encoded, gather):
        right, first = gather(encoded.vectors["right"])
        scores = encoded.vectors["left"] @ right.T * self.scale
        own = torch.arange(len(scores)) + first
        mask = encoded.labels["mask"]
        losses = nn.functional.cross_entropy(scores, own, reduction="none") * mask
        return losses.sum() / mask.sum().clamp_min(1), mask.sum()


class ContrastTask:
    """60 training rows, some without a label, and no validation rows."""

    def __init__(self, dropout: float) -> None:
        generator = torch.Generator().manual_seed(0)
        self.x = torch.randn(2, ROWS, 6, generator=generator)
        self.mask = (torch.rand(ROWS, generator=generator) < 0.8).float()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.module = Towers(dropout)

    def rows(self, split):
        return ROWS if split == "train" else 0

    def batch(self, split, rows):
        rows = torch.from_numpy(np.asarray(rows))
        return {"left": self.x[0, rows], "right": self.x[1, rows], "mask": self.mask[rows]}

    def predict(self, batch):
        return self.module.encode(batch).vectors["left"]

    def keys(self, split, rows):
        return [f"{split}-{row}" for row in rows]

    def metrics(self, outputs):
        return {}

    def fingerprint(self):
        return {"model": "towers"}


def settings_for(**changes) -> TrainingSettings:
    base = {"max_steps": 6, "batch_size": SIZE, "device": "cpu", "clip": None, "seed": 3}
    return TrainingSettings(**(base | changes))


def one_update(dropout: float, **changes) -> np.ndarray:
    """The loss, the number of labels and then the gradient of the first global batch, float64, flat."""
    task, settings = ContrastTask(dropout), settings_for(**changes)
    processes = Processes(settings)
    updater = Updater(task, settings, processes)
    order = SampleOrder(ROWS, SIZE, settings.seed)
    parts = load_parts(
        task, order, 0, rank=processes.rank, processes=processes.count, accumulation=settings.accumulation, workers=0,
        pinned=False,
    )  # fmt: skip
    torch.manual_seed(5)
    found = updater.gradients(parts, stop=False)
    parts.close()
    gradient = torch.cat([parameter.grad.flatten() for parameter in task.module.parameters()])
    return np.concatenate([[found.loss, found.labels], gradient.double().numpy()])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    start(arguments.processes)
    torch.set_num_threads(1)
    for accumulation in (1, 3):
        found = one_update(0.0, processes=arguments.processes, accumulation=accumulation)
        rank = torch.distributed.get_rank() if torch.distributed.is_initialized() else 0
        np.save(arguments.folder / f"{accumulation}-{rank}.npy", found)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
