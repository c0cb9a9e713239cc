"""The one training loop. What a run has done after a step is a pure function of its settings, its data and that step:
a run that is stopped, killed and resumed ends with the same bytes as one that was left alone.
"""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from knockon.atomic import write_json
from knockon.errors import KnockonError
from knockon.training.checkpoint import CheckpointStore, Progress, save_weights
from knockon.training.loader import killed_workers_explained, load_parts
from knockon.training.memory import peak_memory_mb
from knockon.training.metric_log import LOG_FILE as LOG_FILE
from knockon.training.metric_log import MetricLog
from knockon.training.processes import Processes
from knockon.training.run_lock import the_only_run
from knockon.training.sampler import SampleOrder
from knockon.training.schedule import learning_rate
from knockon.training.settings import TrainingSettings
from knockon.training.signals import StopSignals
from knockon.training.state import optimizer_tensors, random_state, restore_optimizer, restore_random, seed_process
from knockon.training.task import Batch, TrainingTask
from knockon.training.trackers import Trackers, TrackerSettings, open_trackers
from knockon.training.update import Gradients, Updater
from knockon.training.validation import improves, validate

# The trained weights and the metric log of a run, in its folder.
WEIGHTS_FILE = "weights.safetensors"


@dataclass(frozen=True)
class TrainingResult:
    """How a run ended. finished: False where a signal stopped it; exit with `signals.RESUME_EXIT_CODE` then."""

    finished: bool
    steps: int
    best_step: int | None
    best_score: float | None


def train(
    task: TrainingTask, settings: TrainingSettings, folder: Path, trackers: TrackerSettings | None = None
) -> TrainingResult:
    """Train, from the last checkpoint in `folder` if there is one; the task's module then holds the best weights.

    Every process of the run calls it. Writes in `folder`: weights.safetensors (at the end), metrics.jsonl,
    checkpoints/, and the trackers' files. Raises KnockonError where the loss is not finite, memory or disk run out, or
    the checkpoint belongs to other settings or data, or another run is in the folder.
    """
    processes = Processes(settings)
    with the_only_run(folder, processes):
        return TrainingRun(task, settings, folder, trackers or TrackerSettings(), processes).run()


class TrainingRun:
    """One run in one process; its peers run the same code on their share of every batch."""

    def __init__(
        self,
        task: TrainingTask,
        settings: TrainingSettings,
        folder: Path,
        trackers: TrackerSettings,
        processes: Processes,
    ) -> None:
        self.task, self.settings, self.folder, self.processes = task, settings, folder, processes
        self.updater = Updater(task, settings, self.processes)
        self.order = SampleOrder(task.rows("train"), settings.batch_size, settings.seed)
        self.total_steps = settings.total_steps(self.order.steps_per_epoch)
        fingerprint = settings.fingerprint() | {"precision": self.processes.precision} | task.fingerprint()
        self.store = CheckpointStore(folder / "checkpoints", fingerprint, settings.keep)
        self.progress = self._restore()
        self.saved_step = self.progress.step
        self.parts = self._load_parts()
        main = self.processes.is_main
        self.log = MetricLog(folder / LOG_FILE, self.progress.log_bytes) if main else None
        self.trackers = open_trackers(trackers, folder, self.progress.step) if main else Trackers({})
        self.clock = (time.perf_counter(), self.progress.step)

    def run(self) -> TrainingResult:
        """Take steps until the end, or until a signal asks to stop."""
        stopped = False
        try:
            with StopSignals() as signals, killed_workers_explained():
                while not (stopped or self._done()):
                    stopped = self._step(signals.requested)
                    if (stopped or self._done()) and self.saved_step != self.progress.step:
                        self._save()
            if self._done():
                self._keep_best()
        finally:
            self.parts.close()
            self.trackers.finish()
            if self.log is not None:
                self.log.close()
        return TrainingResult(self._done(), self.progress.step, self.progress.best_step, self.progress.best_score)

    def _done(self) -> bool:
        patience = self.settings.patience
        exhausted = patience is not None and self.progress.waited >= patience
        return exhausted or self.progress.step >= self.total_steps

    def _restore(self) -> Progress:
        """Go back to the last checkpoint; start afresh where there is none."""
        rank, count, device = self.processes.rank, self.processes.count, self.processes.device
        if self.processes.is_main:
            self.store.sweep()
        checkpoint = self.store.latest()
        if checkpoint is None:
            seed_process(self.settings.seed, rank)
            return Progress()
        self.task.module.load_state_dict(checkpoint.weights)
        restore_optimizer(self.updater.optimizer, checkpoint.state)
        if not restore_random(checkpoint.state, rank, count, device):
            # Another number of processes, or another kind of device, goes on with other dropout but the same batches.
            seed_process(self.settings.seed, rank, checkpoint.progress.step)
        return checkpoint.progress

    def _load_parts(self) -> Generator[tuple[Tensor, Batch], None, None]:
        return load_parts(
            self.task,
            self.order,
            self.progress.step,
            rank=self.processes.rank,
            processes=self.processes.count,
            accumulation=self.settings.accumulation,
            workers=self.settings.workers,
            pinned=self.processes.device.type == "cuda",
        )

    def _step(self, stop: bool) -> bool:
        """Take one step and all that follows it; True where any process was asked to stop."""
        rate = learning_rate(self.settings, self.progress.step, self.total_steps)
        gradients = self.updater.gradients(self.parts, stop)
        self._refuse_unusable(gradients)
        self.updater.apply(rate)
        self.progress.step += 1
        if self.progress.step % self.settings.log_steps == 0:
            self._record({"loss": gradients.loss, "learning_rate": rate})
        if self.progress.step % self.settings.tracker_steps == 0:
            self._track_speed({"loss": gradients.loss, "learning_rate": rate})
        improved = self._validation_due() and self._validate()
        if improved or self._checkpoint_due():
            self._save()
        return gradients.stops > 0

    def _refuse_unusable(self, gradients: Gradients) -> None:
        """Stop at a batch without labels, or with a loss or gradient that is not finite; write out the batch's keys."""
        step = self.progress.step
        if gradients.labels and math.isfinite(gradients.loss) and math.isfinite(gradients.norm):
            return
        keys, path = self.task.keys("train", self.order.global_batch(step)), self.folder / "stopped_at.json"
        if self.processes.is_main:
            write_json(path, {"step": step, "loss": str(gradients.loss), "keys": keys})
        if not gradients.labels:
            raise KnockonError(f"step {step}: no row of the batch has a label; its keys are in {path}")
        raise KnockonError(
            f"step {step}: loss {gradients.loss}, gradient norm {gradients.norm}; the batch's keys are in {path}. "
            "Look at their labels and features, or lower training.learning_rate"
        )

    def _record(self, values: dict[str, float]) -> None:
        """Append a line to the metric log; a value that is not a number becomes null."""
        if self.log is not None:
            epoch = (self.progress.step - 1) // self.order.steps_per_epoch
            finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
            self.log.write({"step": self.progress.step, "epoch": epoch, **finite})

    def _track_speed(self, values: dict[str, float]) -> None:
        """Show the values on the trackers, with what depends on the machine: samples/s and peak memory."""
        now, (then, step) = time.perf_counter(), self.clock
        self.clock = (now, self.progress.step)
        samples = (self.progress.step - step) * min(self.settings.batch_size, self.order.rows)
        speed = {"samples_per_second": samples / (now - then), "peak_memory_mb": peak_memory_mb(self.processes.device)}
        self.trackers.log(values | speed, self.progress.step)

    def _validation_due(self) -> bool:
        every = self.settings.validation_steps or self.order.steps_per_epoch
        due = self.progress.step % every == 0 or self.progress.step >= self.total_steps
        return due and self.task.rows("validation") > 0

    def _validate(self) -> bool:
        """Score the validation rows; True where this is the best score yet."""
        metrics = validate(self.task, self.processes, -(-self.settings.batch_size // self.processes.count))
        if self.settings.monitor not in metrics:
            raise KnockonError(f"training.monitor is {self.settings.monitor!r}; this task has {', '.join(metrics)}")
        self._record(metrics)
        self.trackers.log(metrics, self.progress.step)
        score, progress = metrics[self.settings.monitor], self.progress
        if improves(score, progress.best_score, self.settings.monitor_mode):
            progress.best_score, progress.best_step, progress.waited = score, progress.step, 0
            return True
        progress.waited += 1
        return False

    def _checkpoint_due(self) -> bool:
        return self.progress.step % (self.settings.checkpoint_steps or self.order.steps_per_epoch) == 0

    def _save(self) -> None:
        """Write a checkpoint of this step; every process learns of a failure."""
        device, failure = self.processes.device, None
        states = {name: self.processes.gather(value[None].to(device)) for name, value in random_state(device).items()}
        if self.log is not None:
            try:
                self.progress.log_bytes = self.log.synchronise()
                state = optimizer_tensors(self.updater.optimizer) | states
                self.store.save(self.task.module.state_dict(), state, self.progress)
            except KnockonError as error:
                failure = error
        self.processes.all_agree(failure)
        self.saved_step = self.progress.step

    def _keep_best(self) -> None:
        """Leave the best weights (the last, where nothing was validated) in the module and in the folder."""
        if self.progress.best_step is not None:
            self.task.module.load_state_dict(self.store.weights(self.progress.best_step))
        failure = None
        if self.processes.is_main:
            try:
                save_weights(self.folder / WEIGHTS_FILE, self.task.module.state_dict())
            except KnockonError as error:
                failure = error
        self.processes.all_agree(failure)
