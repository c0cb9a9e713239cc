"""`python -m …` without the seconds of its imports: a fork of a process that has imported libraries and run nothing.

A small stage under DVC spends more processor time on imports, of torch most of all, than on its work. The forks are
processes as any other: a folder, an environment, outputs and a status of their own; nothing of one is in the next.
"""

import atexit
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests import warm_client

HERE = Path(__file__).parent
ROOT = HERE.parent

DVC = ("dvc.cli", "dvc.repo", "dvc.stage.cache", "dvc.repo.plots", "dvc_http", "scmrepo.git")
STAGES = (
    *("pyarrow.compute", "pyarrow.parquet", "pydantic", "rich.progress", "ruamel.yaml", "scipy.stats", "sklearn.svm"),
    *("lightgbm", "rdkit.Chem", "safetensors.torch", "accelerate", "torch._dynamo"),
)
"""Libraries, and nothing of knockon: what a stage takes of it, it imports itself."""


class Warm:
    """A server of forks. libraries: what it imports, once."""

    def __init__(self, libraries: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="warm-")
        folder = Path(self._folder.name)
        self.socket = folder / "socket"
        # What Python reads at its start is the same in all tests.
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-P", str(HERE / "warm_server.py"), str(self.socket), *libraries]
        self._server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == "ready\n"
        self.bin = folder / "bin"
        self.bin.mkdir()
        client = shlex.join([sys.executable, "-IS", str(HERE / "warm_client.py")])
        (self.bin / "python").write_text(f'#!/bin/sh\nexec {client} "$@"\n')
        (self.bin / "python").chmod(0o755)

    def run(
        self, command: Sequence[str], folder: Path, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a module with arguments, as `subprocess.run` does with its outputs as texts."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, Path(os.devnull).open() as empty:
            files = [file.fileno() for file in (empty, out, err)]
            module, *arguments = command
            status = warm_client.run(str(self.socket), module, arguments, str(folder), environment, files)
            texts = [file.read() for file in (out, err) if not file.seek(0)]
        return subprocess.CompletedProcess(list(command), status, *texts)

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait()
        self._folder.cleanup()

    def first_on_the_path(self, environment: dict[str, str]) -> dict[str, str]:
        """An environment in which `python -m …` is one of these forks."""
        search = f"{self.bin}{os.pathsep}{environment['PATH']}"
        return environment | {"PATH": search, "KNOCKON_WARM": str(self.socket)}


@cache
def warm(libraries: tuple[str, ...]) -> Warm:
    """One server of a kind in a worker of pytest; it ends with the worker."""
    server = Warm(libraries)
    atexit.register(server.close)
    return server
