"""Checkpoints of weights that are spread over processes: each writes what it holds, any number of processes reads it.

checkpoints/step-000000120/shard-00001-model-00001-of-00003.safetensors    what process 0 holds (and so on)
                           state.json         type and version, progress, fingerprint
                           manifest.json      bytes and sha256 of the files above

By torch.distributed.checkpoint, in safetensors: its own format is pickle. There are no random states, see
`sharded_update`.
"""

import json
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed import checkpoint as torch_checkpoint
from torch.distributed.tensor import DTensor

from knockon.artifact import check, stamp
from knockon.atomic import synchronise, write_json
from knockon.errors import KnockonError
from knockon.progress import console
from knockon.training.checkpoint import _MANIFEST, CheckpointStore, Progress, Tensors, _digest
from knockon.training.chunked_adamw import MOMENTS, ChunkedAdamW
from knockon.training.processes import Processes

_KIND, _VERSION = "sharded.checkpoint", 1
_FILE_BYTES = 512_000_000
"""Of a process's file, about: it is built in memory before it is written."""


class ShardedCheckpoints(CheckpointStore):
    """The checkpoints of one run. Every process of it calls each method; files lie where all of them see them."""

    def __init__(self, store: CheckpointStore, fingerprint: dict[str, Any], processes: Processes) -> None:
        super().__init__(store.folder, fingerprint, store.keep)
        self.processes = processes

    def keep_state(self, module: nn.Module, optimizer: ChunkedAdamW, progress: Progress) -> None:
        """Write the checkpoint of `progress.step`, then remove those no longer kept.

        Raises KnockonError, on every process, where one can't write; the earlier checkpoints stay.
        """
        path = self._path(progress.step)
        temporary = path.with_name(f"{path.name}.tmp-sharded")
        with self._together():
            if self.processes.is_main:
                shutil.rmtree(temporary, ignore_errors=True)
                temporary.mkdir(parents=True)
        with self._together():
            self._write(temporary, tensors_of(module, optimizer))
        with self._together():
            if self.processes.is_main:
                described = {"progress": asdict(progress), "fingerprint": self.fingerprint}
                write_json(temporary / "state.json", stamp(_KIND, _VERSION) | described)
                self._finish(temporary, path)
                self._prune(progress)

    def _write(self, folder: Path, tensors: Tensors) -> None:
        """This process's files, on the disk, and their digests."""
        size = sum(each.numel() * each.element_size() for each in tensors.values()) // self.processes.count
        files = 1 + size // _FILE_BYTES
        places = {name: 1 + number * files // len(tensors) for number, name in enumerate(tensors)}
        writer = torch_checkpoint.HuggingFaceStorageWriter(str(folder), places, save_distributed=True)
        with _quiet():
            torch_checkpoint.save(tensors, storage_writer=writer, no_dist=self.processes.count == 1)
        own = sorted(folder.glob(f"shard-{self.processes.rank + 1:05d}-*"))
        for path in own:
            synchronise(path)
        write_json(folder / f"manifest-{self.processes.rank}.json", {path.name: _digest(path) for path in own})

    def _finish(self, temporary: Path, path: Path) -> None:
        manifest = {"state.json": _digest(temporary / "state.json")}
        for part in sorted(temporary.glob("manifest-*.json")):
            manifest |= json.loads(part.read_text())
            part.unlink()
        write_json(temporary / _MANIFEST, manifest)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)

    def restore(self, module: nn.Module, optimizer: ChunkedAdamW) -> Progress | None:
        """Fill module and optimizer from the newest whole checkpoint, past broken ones; None where there is none.

        Raises KnockonError where it was made with other settings or data, with what differs, or by a newer version.
        """
        for step in reversed(self._agreed_steps()):
            path = self._path(step)
            if self._broken(path):
                if self.processes.is_main:
                    console.print(f"[yellow]warning[/] {path}: damaged; using the checkpoint before it")
                continue
            saved = json.loads((path / "state.json").read_text())
            check(saved, _KIND, (_VERSION,), path / "state.json")
            self._refuse_foreign(path, saved["fingerprint"])
            progress = Progress(**saved["progress"])
            self._read(path, tensors_of(module, optimizer))
            optimizer.step_number = progress.step
            return progress
        return None

    def restore_weights(self, module: nn.Module, step: int) -> None:
        """Fill the module alone, from a step that is kept. Raises KnockonError where it is gone or broken."""
        if self._broken(self._path(step)):
            raise KnockonError(f"{self._path(step)}: damaged; remove the checkpoints and train again")
        self._read(self._path(step), tensors_of(module, None))

    def _read(self, path: Path, tensors: Tensors) -> None:
        with self._together(), _quiet():
            reader = torch_checkpoint.HuggingFaceStorageReader(str(path))
            torch_checkpoint.load(tensors, storage_reader=reader, no_dist=self.processes.count == 1)

    def _agreed_steps(self) -> list[int]:
        """Steps of the checkpoints, as the main process sees them."""
        steps = [float(path.name.removeprefix("step-")) for path in self._steps()] if self.processes.is_main else []
        count = int(self.processes.from_main([float(len(steps))])[0])
        return [int(step) for step in self.processes.from_main(steps or [0.0] * count)] if count else []

    def _broken(self, path: Path) -> bool:
        """Whether a file differs from what the manifest says; the processes share the files."""
        try:
            manifest = json.loads((path / _MANIFEST).read_text())
            own = sorted(manifest)[self.processes.rank :: self.processes.count]
            broken = not manifest or any(_digest(path / name) != manifest[name] for name in own)
        except (OSError, ValueError):
            broken = True
        found = torch.tensor([float(broken)], dtype=torch.float64, device=self.processes.device)
        return self.processes.sum(found)[0] > 0

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Let every process fail where one does; all wait here for the last."""
        failure = None
        try:
            yield
        except KnockonError as error:
            failure = error
        except (OSError, torch_checkpoint.CheckpointException) as error:
            failure = KnockonError(f"{self.folder}: a checkpoint could not be written or read ({_shortly(error)})")
        self.processes.all_agree(failure)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's warning that one process alone is one process."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        yield


def _shortly(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def tensors_of(module: nn.Module, optimizer: ChunkedAdamW | None) -> Tensors:
    """Parameters and, with an optimizer, their moments, by name: the tensors themselves, which a load fills."""
    found: Tensors = {}
    for name, parameter in module.named_parameters():
        found[f"weights.{name}"] = parameter.detach()
        for moment in MOMENTS if optimizer is not None else ():
            assert optimizer is not None
            found[f"{moment}.{name}"] = _spread_like(parameter, optimizer.state[parameter][moment])
    return found


def _spread_like(parameter: nn.Parameter, own: Tensor) -> Tensor:
    """The tensor of which `own` are the rows of this process."""
    if not isinstance(parameter, DTensor):
        return own
    return DTensor.from_local(
        own, parameter.device_mesh, parameter.placements, run_check=False, shape=parameter.shape,
        stride=parameter.stride(),
    )  # fmt: skip
