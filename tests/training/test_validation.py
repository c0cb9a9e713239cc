"""The verdict on the validation rows: all of them, in order, without dropout, whatever the batch."""

import math

import numpy as np
import pytest
import torch

from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.validation import improves, predict_rows, validate
from tests.training.tiny import TinyTask


@pytest.fixture
def processes() -> Processes:
    return Processes(TrainingSettings(max_steps=1, device="cpu"))


@pytest.mark.parametrize("batch_rows", [1, 7, 30, 99])
def test_rows_are_predicted_in_order_in_batches_of_any_size(processes: Processes, batch_rows: int):
    task = TinyTask(dropout=0.5)
    found = predict_rows(task, processes, "validation", batch_rows)
    task.module.eval()
    with torch.no_grad():
        expected = task.predict(task.batch("validation", np.arange(30)))
    torch.testing.assert_close(found, expected)


def test_the_module_goes_back_to_training(processes: Processes):
    task = TinyTask()
    predict_rows(task, processes, "validation", 8)
    assert task.module.training


def test_metrics_are_named_after_validation(processes: Processes):
    task = TinyTask(dropout=0.0)
    expected = task.metrics(predict_rows(task, processes, "validation", 30))["loss"]
    assert validate(task, processes, 8) == {"validation_loss": pytest.approx(expected)}


@pytest.mark.parametrize(
    ("score", "best", "mode", "expected"),
    [
        (0.4, None, "min", True),
        (0.4, 0.5, "min", True),
        (0.5, 0.5, "min", False),
        (0.4, 0.5, "max", False),
        (0.6, 0.5, "max", True),
        (math.nan, None, "min", False),
        (math.nan, 0.5, "max", False),
    ],
)
def test_what_is_better(score: float, best: float | None, mode: str, expected: bool):
    assert improves(score, best, mode) is expected
