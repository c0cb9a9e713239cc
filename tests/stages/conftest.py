"""The data stages of a small simulated yeast, run once for all tests of the stages, whichever worker they are in."""

import copy
import fcntl
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from knockon.commands.demo import merged
from knockon.stages.stage import Params
from knockon.stages.yeast import dataset, embed, graph, networks, query, sources, split

SMALL = {
    "yeast": {
        "simulate": {"genes": 150, "pairs": 3000, "seed": 3},
        "embed": {"representations": ["one_hot"]},
    }
}


@pytest.fixture(scope="session")
def yeast_params(root: Path) -> dict[str, Any]:
    """The tree of params.yaml that the folder was made with; take `merged(yeast_params, …)` to change it."""
    params = yaml.safe_load((root / "params.yaml").read_text())
    return merged(merged(params, yaml.safe_load((root / "configs/demo.yaml").read_text())), SMALL)


@pytest.fixture(scope="session")
def _yeast_data(root: Path, yeast_params: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    # The workers of one session have their folders side by side.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / "yeast_data", shared / "yeast_data.done"
    with (shared / "yeast_data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            run_data_stages(root, folder, copy.deepcopy(yeast_params))
            done.touch()
    return folder


def run_data_stages(root: Path, folder: Path, tree: dict[str, Any]) -> None:
    """Run the yeast study from its sources to its splits and one representation, in `folder`."""
    for name in (".dvc/plots", "configs", "queries"):
        shutil.copytree(root / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, graph, query, networks, dataset, split):
            stage.main(Params(tree, stage.PARAMS))
        embed.main(Params(tree, embed.PARAMS), "one_hot")


@pytest.fixture(scope="module")
def yeast_folder(_yeast_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder in which the data stages have run, for one test file to go on in."""
    folder = shutil.copytree(_yeast_data, tmp_path_factory.mktemp("yeast") / "clone")
    # What tells a clone from any other folder.
    (folder / "dvc.yaml").touch()
    return folder


@pytest.fixture
def inside(run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a test file's own `run` has been, for one test to be in."""
    monkeypatch.chdir(run)
    return run
