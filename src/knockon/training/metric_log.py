"""The metric log: one JSON object a line. Nothing in it depends on the time, so its bytes can be compared."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError

LOG_FILE = "metrics.jsonl"


class MetricLog:
    """Append-only file of records; on resume it is cut back to the length that the checkpoint knew."""

    def __init__(self, path: Path, length: int) -> None:
        """Open `path` and cut it to `length` bytes. Raises KnockonError where it is shorter than that."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        found = self._file.tell()
        if found < length:
            raise KnockonError(
                f"{path}: {found} bytes, but the checkpoint was saved after {length}: restore the log, "
                "or remove the checkpoints to train from the start"
            )
        self._file.truncate(length)

    def write(self, record: dict[str, int | float | None]) -> None:
        """Append one record."""
        self._file.write(json.dumps(record, allow_nan=False).encode() + b"\n")

    def synchronise(self) -> int:
        """Bring all records to the disk; give the length in bytes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def loss_curve(history: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Training loss and squared error on validation rows by step: records of `training_step`, `part` and `loss`."""
    return [
        {"training_step": record["step"], "part": part, "loss": float(record[name])}
        for record in history
        for part, name in (("train", "loss"), ("validation", "validation_mse"))
        if record.get(name) is not None
    ]


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log, in order; none where there is no file (only the main process writes one)."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
