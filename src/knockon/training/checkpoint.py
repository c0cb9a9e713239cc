"""Checkpoints: folders of safetensors and JSON, whole or absent, each with the sha256 of its files.

checkpoints/step-000000120/weights.safetensors    the module
                           state.safetensors      optimizer moments, random number generators by process
                           state.json             type and version, progress, fingerprint
                           manifest.json          bytes and sha256 of the files above
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import atomic_directory, atomic_path, synchronise, write_json
from knockon.errors import KnockonError
from knockon.progress import console

Tensors = dict[str, Tensor]
_MANIFEST = "manifest.json"
_KIND, _VERSION = "checkpoint", 1
_FILES = ("weights.safetensors", "state.safetensors", "state.json")


@dataclass
class Progress:
    """Where a run stands after `step` steps: its best validation, how many came since, the log's length in bytes."""

    step: int = 0
    best_step: int | None = None
    best_score: float | None = None
    waited: int = 0
    log_bytes: int = 0


@dataclass(frozen=True)
class Checkpoint:
    """What `CheckpointStore.latest` read."""

    weights: Tensors
    state: Tensors
    progress: Progress


class CheckpointStore:
    """The checkpoints of one run: the last `keep` and the best. Only rank 0 saves; every rank may read."""

    def __init__(self, folder: Path, fingerprint: dict[str, Any], keep: int) -> None:
        self.folder = folder
        self.keep = keep
        # Compared as JSON gives it back: tuples are lists there.
        self.fingerprint = json.loads(json.dumps(fingerprint))

    def save(self, weights: Tensors, state: Tensors, progress: Progress) -> None:
        """Write the checkpoint of `progress.step`, then remove those no longer kept.

        Raises KnockonError where the disk is full; the earlier checkpoints stay.
        """
        with atomic_directory(self._path(progress.step)) as temporary:
            _write_tensors(temporary / "weights.safetensors", weights)
            _write_tensors(temporary / "state.safetensors", state)
            described = {"progress": asdict(progress), "fingerprint": self.fingerprint}
            write_json(temporary / "state.json", stamp(_KIND, _VERSION) | described)
            write_json(temporary / _MANIFEST, {name: _digest(temporary / name) for name in _FILES})
        self._prune(progress)

    def latest(self) -> Checkpoint | None:
        """The newest whole checkpoint, None where there is none; a broken one is skipped with a warning.

        Raises KnockonError where it was made with other settings or data, with what differs, or by a newer version.
        """
        for path in reversed(self._steps()):
            fault = _fault(path)
            if fault:
                console.print(f"[yellow]warning[/] {path}: {fault}; using the checkpoint before it")
                continue
            saved = json.loads((path / "state.json").read_text())
            check(saved, _KIND, (UNSTAMPED, _VERSION), path / "state.json")
            self._refuse_foreign(path, saved["fingerprint"])
            weights, state = load_file(path / "weights.safetensors"), load_file(path / "state.safetensors")
            return Checkpoint(weights, state, Progress(**saved["progress"]))
        return None

    def weights(self, step: int) -> Tensors:
        """The module's weights at a step whose checkpoint is kept. Raises KnockonError where it is gone or broken."""
        fault = _fault(self._path(step))
        if fault:
            raise KnockonError(f"{self._path(step)}: {fault}; remove the checkpoints and train again")
        return load_file(self._path(step) / "weights.safetensors")

    def sweep(self) -> None:
        """Remove what killed processes left half-written."""
        for leftover in self.folder.glob("*.tmp-*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:09d}"

    def _steps(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("step-*") if path.suffix == "")

    def _prune(self, progress: Progress) -> None:
        """Remove all but the last `keep` up to this step and the best, and those of later steps.

        A later one is of before the run went back to this step, because `latest` found it broken: kept as one of the
        last, it would push out a fresh one.
        """
        newest = self._path(progress.step)
        steps = [path for path in self._steps() if path <= newest]
        kept = {*steps[-self.keep :], *([] if progress.best_step is None else [self._path(progress.best_step)])}
        for path in self._steps():
            if path not in kept:
                # Renamed first: a kill in the middle must not leave a checkpoint that looks damaged.
                doomed = path.rename(path.with_name(f"{path.name}.tmp-{os.getpid()}"))
                shutil.rmtree(doomed)

    def _refuse_foreign(self, path: Path, found: dict[str, Any]) -> None:
        names = sorted(set(found) | set(self.fingerprint))
        absent = "absent"
        differing = [
            f"{name}: {found.get(name, absent)!r} there, {self.fingerprint.get(name, absent)!r} here"
            for name in names
            if found.get(name, absent) != self.fingerprint.get(name, absent)
        ]
        if differing:
            raise KnockonError(
                f"{path} was made with other settings or data ({'; '.join(differing)}): "
                f"set them back, or remove {self.folder} to train from the start"
            )


def save_weights(path: Path, weights: Tensors) -> None:
    """Write tensors as one safetensors file, on the disk when this returns. Raises KnockonError where it can't."""
    with atomic_path(path, durable=True) as temporary:
        _save_tensors(temporary, weights)


def _write_tensors(path: Path, tensors: Tensors) -> None:
    _save_tensors(path, tensors)
    synchronise(path)


def _save_tensors(path: Path, tensors: Tensors) -> None:
    try:
        save_file(_unshared(tensors), path)
    except (SafetensorError, OSError) as error:
        raise KnockonError(f"{path}: could not be written ({error}); is the disk full?") from error


def _unshared(tensors: Tensors) -> Tensors:
    """Contiguous tensors, none of which shares memory with another (tied weights do; safetensors refuses them)."""
    seen: set[int] = set()
    result = {}
    for name, tensor in tensors.items():
        storage = tensor.untyped_storage().data_ptr()
        result[name] = tensor.detach().clone() if storage in seen else tensor.detach().contiguous()
        seen.add(storage)
    return result


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _fault(path: Path) -> str | None:
    """What is wrong with a checkpoint's files, None where they are as written."""
    try:
        manifest = json.loads((path / _MANIFEST).read_text())
        damaged = [name for name in _FILES if _digest(path / name) != manifest.get(name)]
    except (OSError, ValueError) as error:
        return f"incomplete ({error})"
    return f"{', '.join(damaged)} damaged or truncated" if damaged else None
