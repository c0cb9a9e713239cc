"""A small copy of the repository in which the real command line and the real DVC run."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from knockon.commands.demo import merged, tracked_files
from tests.warm import DVC, STAGES, warm

ROOT = Path(__file__).resolve().parents[2]

SMALL: dict[str, Any] = {
    "yeast": {
        "simulate": {"genes": 150, "pairs": 4000, "seed": 3},
        "embed": {"representations": ["one_hot", "random_100"]},
        "train": {"model": "elastic_net"},
        "benchmark": {
            "compared": ["interaction"],
            "sizes": [300, 600],
            "aggregations": ["pert_sum"],
            "models": ["elastic_net", "svr"],
        },
        "evaluate": {"resamples": 50},
    }
}


@dataclass(frozen=True)
class Clone:
    """A git clone of the working tree, set to simulated data.

    warm: whether DVC, and the stages that it runs, are spared their imports (tests.warm).
    """

    root: Path
    warm: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """Of every command: the virtual environment first on the PATH."""
        search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": search, "PYTHONHASHSEED": "0", "DVC_NO_ANALYTICS": "1"}

    @property
    def environment_of_stages(self) -> dict[str, str]:
        """Of what DVC runs, where it is spared its imports."""
        return warm(STAGES).first_on_the_path(self.environment)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the virtual environment in the clone."""
        if self.warm and command[0] == "dvc":
            ended = warm(DVC).run(command, self.root, self.environment_of_stages)
        else:
            ended = subprocess.run(
                command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=900
            )
        if check and ended.returncode:
            pytest.fail(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
        return ended

    def set_params(self, overrides: dict[str, Any]) -> None:
        """Change params.yaml."""
        path = self.root / "params.yaml"
        path.write_text(yaml.safe_dump(merged(yaml.safe_load(path.read_text()), overrides), sort_keys=False))

    def commit(self) -> None:
        """Commit everything that git does not ignore."""
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=test", "-c", "user.email=test@test.invalid", "commit", "-qm", "state")


def make_clone(root: Path, warm: bool = False) -> Clone:
    """Copy the files that git tracks (or would) into a git repository of their own; results stay behind."""
    for name in tracked_files(ROOT):
        if name.parts[0] in ("metrics", "plots", "tests") or name.name == "dvc.lock":
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    clone = Clone(root, warm)
    clone.run("git", "init", "-q")
    clone.set_params(yaml.safe_load((ROOT / "configs/demo.yaml").read_text()))
    clone.set_params(SMALL)
    clone.commit()
    return clone


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which the yeast pipeline has run and is committed. Tests that change it must put it back."""
    clone = make_clone(tmp_path_factory.mktemp("pipeline") / "clone", warm=True)
    clone.run("dvc", "repro", "yeast_compare", "yeast_evaluate")
    clone.commit()
    return clone
