"""The training loop over weights that are spread over processes: the same steps, other checkpoints."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from knockon.errors import KnockonError
from knockon.training.block_linear import whole_parameters
from knockon.training.checkpoint import Progress, Tensors, save_weights
from knockon.training.disk import disk_faults_explained
from knockon.training.followers import followers
from knockon.training.loop import LOG_FILE, WEIGHTS_FILE, TrainingRun
from knockon.training.metric_log import read_log
from knockon.training.run_lock import the_only_run
from knockon.training.settings import TrainingSettings
from knockon.training.sharded_checkpoint import ShardedCheckpoints
from knockon.training.sharded_update import ShardedUpdater
from knockon.training.sharding import ShardedProcesses, Sharding
from knockon.training.signals import TrainingStopped
from knockon.training.task import TrainingTask
from knockon.training.trackers import TrackerSettings

# Which part of a batch is summed by whom changes no more than the order of a sum.
_HARMLESS = ("training.accumulation",)


class ShardedRun(TrainingRun):
    """One run in one process, which holds its rows of the weights."""

    processes: ShardedProcesses

    def __init__(
        self,
        task: TrainingTask,
        settings: TrainingSettings,
        sharding: Sharding,
        folder: Path,
        trackers: TrackerSettings,
        processes: ShardedProcesses,
    ) -> None:
        self.sharding = sharding
        super().__init__(task, settings, folder, trackers, processes)

    def _restore(self) -> Progress:
        """Go back to the last checkpoint; start afresh where there is none."""
        # The engine has made its own updater and store by now, which hold nothing yet.
        self.spread = ShardedUpdater(self.task, self.settings, self.processes, self.sharding.states)
        self.updater = self.spread
        fingerprint = {name: value for name, value in self.store.fingerprint.items() if name not in _HARMLESS}
        fingerprint["sharding.states"] = self.sharding.states
        self.checkpoints = ShardedCheckpoints(self.store, fingerprint, self.processes)
        if self.processes.is_main:
            self.checkpoints.sweep()
        return self.checkpoints.restore(self.task.module, self.spread.adamw) or Progress()

    def _save(self) -> None:
        """Write a checkpoint of this step; every process learns of a failure."""
        failure = None
        if self.log is not None:
            try:
                self.progress.log_bytes = self.log.synchronise()
            except KnockonError as error:
                failure = error
        self.processes.all_agree(failure)
        self.checkpoints.keep_state(self.task.module, self.spread.adamw, self.progress)
        self.saved_step = self.progress.step

    def _keep_best(self) -> None:
        """Leave the best weights (the last, where nothing was validated), whole, in the folder."""
        if self.progress.best_step is not None:
            self.checkpoints.restore_weights(self.task.module, self.progress.best_step)
        self.spread.release()
        weights, failure = whole_weights(self.task.module, self.processes.is_main), None
        if self.processes.is_main:
            try:
                save_weights(self.folder / WEIGHTS_FILE, weights)
            except KnockonError as error:
                failure = error
        self.processes.all_agree(failure)


def whole_weights(module: nn.Module, kept: bool) -> Tensors:
    """Parameters and buffers as they are without blocks, on the CPU; gathered one after the other by all processes.

    kept: False gives nothing, to a process that only takes part.
    """
    found: Tensors = {}
    for name, blocks in whole_parameters(module):
        parts = [_whole(block.detach(), kept) for block in blocks]
        if kept:
            # One block after the other: a layer must not be there twice.
            whole = parts[0].new_empty((sum(len(block) for block in blocks), *blocks[0].shape[1:]))
            start = 0
            while parts:
                part = parts.pop(0)
                whole[start : start + len(part)] = part
                start += len(part)
            found[name] = whole
    return found | ({name: buffer.cpu() for name, buffer in module.named_buffers()} if kept else {})


def _whole(block: Tensor, kept: bool) -> Tensor:
    full = block.full_tensor() if isinstance(block, DTensor) else block
    return full.cpu() if kept else full.new_empty(0)


def train_sharded(
    task: TrainingTask, root: nn.Module, settings: TrainingSettings, sharding: Sharding, folder: Path | None, name: str
) -> list[dict[str, Any]]:
    """Train to the end; the whole weights of the best step then lie in WEIGHTS_FILE of `folder`. Gives the metric log.

    root: the part of the task's module that holds its layers of blocks (`block_linear`), without memory yet; loss and
    predictions go through it. Raises KnockonError without a folder, which all processes must see, TrainingStopped where
    a signal ended the run early.
    """
    if folder is None:
        raise KnockonError(f"{name}: a sharded training needs a folder for its checkpoints and weights")
    processes = ShardedProcesses(settings)
    trackers = replace(followers(), config=settings.fingerprint() | task.fingerprint())
    with disk_faults_explained(folder), the_only_run(folder, processes):
        processes.spread(task.module, root, settings.seed)
        result = ShardedRun(task, settings, sharding, folder, trackers, processes).run()
    if not result.finished:
        raise TrainingStopped(f"{name}: stopped after {result.steps} steps; the same command goes on")
    return read_log(folder / LOG_FILE)
