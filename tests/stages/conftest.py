"""Stages that several test files begin with, run once for all of them, whichever worker they are in."""

import copy
import fcntl
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from knockon.commands.demo import merged
from knockon.stages.affinity import dataset as affinity_dataset
from knockon.stages.affinity import pretrain as affinity_pretrain
from knockon.stages.affinity import sources as affinity_sources
from knockon.stages.affinity import split as affinity_split
from knockon.stages.stage import Params
from knockon.stages.yeast import dataset, embed, graph, networks, query, sources, split

SMALL = {
    "yeast": {
        "simulate": {"genes": 150, "pairs": 3000, "seed": 3},
        "embed": {"representations": ["one_hot"]},
    }
}


_TRAINING = {"max_steps": 60, "validation_steps": 25, "warmup_steps": 2, "learning_rate": 0.01}
_LANGUAGE = {"sizes": {"width": 32, "layers": 1}, "judging": 4, "training": _TRAINING}
SMALL_AFFINITY = {
    "affinity": {
        "source": "simulated",
        "simulate": {"ligands": 60, "proteins": 60, "complexes": 300},
        "pretrain": {"smiles": _LANGUAGE, "protein": _LANGUAGE},
    }
}


def made_once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """A folder that one worker of a session makes and all read."""
    base = tmp_path_factory.getbasetemp()
    # The workers of one session have their folders side by side.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def affinity_params(root: Path) -> dict[str, Any]:
    """The tree of params.yaml that `affinity_languages` was made with."""
    return merged(yaml.safe_load((root / "params.yaml").read_text()), SMALL_AFFINITY)


@pytest.fixture(scope="session")
def affinity_languages(affinity_params: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated ligands and proteins with their splits, and a language model of each, to be copied from."""

    def make(folder: Path) -> None:
        tree = copy.deepcopy(affinity_params)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for stage in (affinity_sources, affinity_dataset, affinity_split):
                stage.main(Params(tree, stage.PARAMS))
            for kind in ("smiles", "protein"):
                affinity_pretrain.main(Params(tree, affinity_pretrain.PARAMS, kind=kind), kind)

    return made_once("affinity_languages", tmp_path_factory, make)


@pytest.fixture(scope="session")
def yeast_params(root: Path) -> dict[str, Any]:
    """The tree of params.yaml that the folder was made with; take `merged(yeast_params, …)` to change it."""
    params = yaml.safe_load((root / "params.yaml").read_text())
    return merged(merged(params, yaml.safe_load((root / "configs/demo.yaml").read_text())), SMALL)


@pytest.fixture(scope="session")
def _yeast_data(root: Path, yeast_params: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = partial(run_data_stages, root, tree=copy.deepcopy(yeast_params))
    return made_once("yeast_data", tmp_path_factory, made)


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
