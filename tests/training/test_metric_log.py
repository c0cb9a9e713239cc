"""The log of a run: a line a record, and cut back to what a checkpoint knew."""

from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.training.metric_log import MetricLog, loss_curve, read_log


def write(path: Path, length: int, *records: dict) -> int:
    log = MetricLog(path, length)
    for record in records:
        log.write(record)
    end = log.synchronise()
    log.close()
    return end


def test_records_come_back_in_order(tmp_path: Path):
    path = tmp_path / "run" / "metrics.jsonl"
    end = write(path, 0, {"step": 1, "loss": 0.5}, {"step": 2, "loss": None})
    assert end == path.stat().st_size
    assert read_log(path) == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": None}]


def test_what_came_after_the_checkpoint_is_cut_off(tmp_path: Path):
    path = tmp_path / "metrics.jsonl"
    end = write(path, 0, {"step": 1})
    write(path, end, {"step": 2}, {"step": 3})
    write(path, end, {"step": 2, "loss": 1.0})
    assert read_log(path) == [{"step": 1}, {"step": 2, "loss": 1.0}]


def test_a_log_that_is_too_short_is_named(tmp_path: Path):
    path = tmp_path / "metrics.jsonl"
    end = write(path, 0, {"step": 1})
    with pytest.raises(
        KnockonError, match=rf"metrics\.jsonl: {end} bytes, but the checkpoint was saved after {end + 1}"
    ):
        MetricLog(path, end + 1)


def test_a_number_that_json_does_not_know_is_refused(tmp_path: Path):
    log = MetricLog(tmp_path / "metrics.jsonl", 0)
    with pytest.raises(ValueError, match="JSON"):
        log.write({"loss": float("nan")})
    log.close()


def test_without_a_file_there_are_no_records(tmp_path: Path):
    assert read_log(tmp_path / "metrics.jsonl") == []


def test_a_loss_curve_has_a_row_a_part_where_it_was_logged():
    log = [{"step": 1, "loss": 2, "validation_mse": None}, {"step": 2, "validation_mse": 0.5, "learning_rate": 0.1}]
    assert loss_curve(log) == [
        {"training_step": 1, "part": "train", "loss": 2.0},
        {"training_step": 2, "part": "validation", "loss": 0.5},
    ]
