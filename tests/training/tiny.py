"""A task small enough to train in milliseconds, with dropout; its `main` is for `launched.py`."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from knockon.errors import KnockonError
from knockon.training.launch import leave, start
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from knockon.training.signals import RESUME_EXIT_CODE

SETTINGS = {"seed": 3, "batch_size": 16, "epochs": 3, "learning_rate": 0.02, "warmup_steps": 4, "device": "cpu"}


class TinyModule(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 1))

    def forward(self, batch):
        mask = batch["mask"]
        errors = (self.network(batch["x"]).squeeze(1) - batch["y"]).square() * mask
        return errors.sum() / mask.sum().clamp_min(1), mask.sum()


class TinyTask:
    """100 training rows, 20 % without a label, and 30 validation rows. `at` maps a call of `batch` to an action."""

    def __init__(self, dropout: float = 0.3, at: dict | None = None, spoil: float | None = None) -> None:
        generator = np.random.default_rng(0)
        self.x = torch.from_numpy(generator.normal(size=(130, 6))).float()
        self.y = torch.sin(self.x[:, 0] * 2 - self.x[:, 1])
        self.mask = torch.from_numpy(generator.random(130) < 0.8).float()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.module = TinyModule(dropout)
        self.at = at or {}
        self.calls = 0
        self.spoil = spoil

    def rows(self, split):
        return {"train": 100, "validation": 30}[split]

    def batch(self, split, rows):
        if split == "train":
            self.calls += 1
            self.at.get(self.calls, lambda: None)()
        rows = torch.from_numpy(np.asarray(rows)) + (100 if split == "validation" else 0)
        y = self.y[rows]
        if self.spoil is not None and split == "train" and 7 in rows:
            y = torch.full_like(y, self.spoil)
        return {"x": self.x[rows], "y": y, "mask": self.mask[rows]}

    def predict(self, batch):
        return self.module.network(batch["x"])

    def keys(self, split, rows):
        return [f"{split}-{row}" for row in rows]

    def metrics(self, outputs):
        return {"loss": float((outputs.squeeze(1) - self.y[100:]).square().mean())}

    def fingerprint(self):
        return {"data.rows": 130, "model": "tiny"}


def send(number: int):
    """An action for `at`: this process sends itself a signal."""
    return lambda: os.kill(os.getpid(), number)


def products(folder: Path) -> tuple[bytes, bytes]:
    """What must be the same bytes after any stop: the final weights and the metric log."""
    return (folder / "weights.safetensors").read_bytes(), (folder / "metrics.jsonl").read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--signal", type=int)
    parser.add_argument("--at", type=int, default=0)
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--plain", type=Path, help="train a model without dropout into this folder first")
    arguments = parser.parse_args()
    start(arguments.processes)
    torch.set_num_threads(1)
    chosen = int(os.environ.get("RANK", "0")) == arguments.rank
    at = {arguments.at: send(arguments.signal)} if arguments.signal and chosen else {}
    settings = TrainingSettings(**SETTINGS, processes=arguments.processes, checkpoint_steps=4)
    try:
        if arguments.plain:
            train(TinyTask(0.0), settings, arguments.plain)
        result = train(TinyTask(arguments.dropout, at), settings, arguments.folder)
    except KnockonError as error:
        print(f"error {error}", file=sys.stderr)
        leave(1)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    if not result.finished:
        leave(RESUME_EXIT_CODE)
