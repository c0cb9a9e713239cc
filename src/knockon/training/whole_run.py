"""A training run from beginning to end, for models that are fitted by one call."""

import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from knockon.training.loop import LOG_FILE, TrainingResult, train
from knockon.training.metric_log import read_log
from knockon.training.settings import TrainingSettings
from knockon.training.signals import TrainingStopped
from knockon.training.task import TrainingTask


def train_whole(
    task: TrainingTask, settings: TrainingSettings, folder: Path | None, name: str
) -> tuple[TrainingResult, list[dict[str, Any]]]:
    """Train to the end; give the result and the metric log.

    folder: where checkpoints and the log go, so that a run that was stopped goes on; None keeps nothing. name: of the
    model, for messages. Raises TrainingStopped where a signal ended it early.
    """
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory() as place:
        result = train(task, settings, Path(place))
        history = read_log(Path(place) / LOG_FILE)
    if not result.finished:
        raise TrainingStopped(f"{name}: stopped after {result.steps} steps; the same command goes on")
    return result, history
