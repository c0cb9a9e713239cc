"""The tiny task in layers of blocks; its `main` (for `launched.py`) trains it and says what each process holds."""

import argparse
import json
import os
import signal
from pathlib import Path

import torch
from torch import nn

from knockon.training.block_linear import in_blocks, local
from knockon.training.launch import leave, start
from knockon.training.settings import TrainingSettings
from knockon.training.sharded_run import ShardedRun, train_sharded
from knockon.training.sharding import Sharding
from knockon.training.signals import RESUME_EXIT_CODE, TrainingStopped
from tests.training.tiny import SETTINGS, TinyTask, send


class ShardedTinyTask(TinyTask):
    """`TinyTask` with wide layers, which blocks of 200 weights part."""

    def __init__(self, dropout: float = 0.3, at: dict | None = None, most: int = 200) -> None:
        super().__init__(dropout, at)
        layers = [nn.Linear(6, 33), nn.Tanh(), nn.Dropout(dropout), nn.Linear(33, 17), nn.Tanh(), nn.Linear(17, 1)]
        self.module.network = nn.Sequential(*in_blocks(layers, most=most))


def settings_of(processes: int, accumulation: int) -> TrainingSettings:
    given = {"processes": processes, "accumulation": accumulation, "checkpoint_steps": 4}
    return TrainingSettings(**{**SETTINGS, **given})


def fit(task: ShardedTinyTask, settings: TrainingSettings, folder: Path, states: str = "float32"):
    return train_sharded(task, task.module.network, settings, Sharding(True, states=states), folder, "tiny")


def held(run: ShardedRun) -> dict[str, int]:
    """Numbers that this process holds: of the weights, and of the optimizer's moments."""
    parameters = list(run.task.module.parameters())
    moments = [each for state in run.spread.adamw.state.values() for each in state.values()]
    return {
        "all": sum(each.numel() for each in parameters),
        "weights": sum(local(each).untyped_storage().nbytes() // 4 for each in parameters),
        "gradients": sum(each.grad.numel() for each in parameters if each.grad is not None),
        "moments": sum(each.untyped_storage().nbytes() // each.element_size() for each in moments),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--accumulation", type=int, default=1)
    parser.add_argument("--states", default="float32")
    parser.add_argument("--kill", type=int, help="rank 1 is killed when it loads this part")
    arguments = parser.parse_args()
    start(arguments.processes)
    torch.set_num_threads(1)
    rank = int(os.environ.get("RANK", "0"))
    at = {arguments.kill: send(signal.SIGKILL)} if arguments.kill and rank == 1 else {}
    report, step = {}, ShardedRun._step

    def watched(run: ShardedRun, stop: bool) -> bool:
        found = step(run, stop)
        report.update(held(run))
        return found

    ShardedRun._step = watched
    settings = settings_of(arguments.processes, arguments.accumulation)
    try:
        fit(ShardedTinyTask(at=at), settings, arguments.folder, arguments.states)
    except TrainingStopped:
        leave(RESUME_EXIT_CODE)
    (arguments.folder / f"held-{rank}.json").write_text(json.dumps(report))
    torch.distributed.destroy_process_group()
