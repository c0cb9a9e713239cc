"""A training run from beginning to end, for models that are fitted by one call."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from knockon.training.disk import disk_faults_explained, scratch_folder
from knockon.training.followers import followers
from knockon.training.loop import TrainingResult, train
from knockon.training.metric_log import LOG_FILE, read_log
from knockon.training.settings import TrainingSettings
from knockon.training.signals import TrainingStopped
from knockon.training.task import TrainingTask


def train_whole(
    task: TrainingTask, settings: TrainingSettings, folder: Path | None, name: str
) -> tuple[TrainingResult, list[dict[str, Any]]]:
    """Train to the end; give the result and the metric log.

    folder: where checkpoints and the log go, so that a run that was stopped goes on; None keeps nothing. name: of the
    model, for messages. The trackers of `followers` show it. Raises TrainingStopped where a signal ended it early, and
    KnockonError where the disk fails.
    """
    trackers = replace(followers(), config=settings.fingerprint() | task.fingerprint())
    with nullcontext(folder) if folder else scratch_folder() as place:
        with disk_faults_explained(place):
            result = train(task, settings, place, trackers)
        history = read_log(place / LOG_FILE)
    if not result.finished:
        raise TrainingStopped(f"{name}: stopped after {result.steps} steps; the same command goes on")
    return result, history
