"""A stage in a folder that holds only what it declares: dvc.yaml is whole where it gives there what DVC got."""

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from knockon.stages.code import Declared, declared_params
from knockon.stages.params import as_json, params_files
from knockon.stages.reach import Package
from knockon.stages.stage import value_of
from tests.pipeline.conftest import ROOT, Clone
from tests.warm import STAGES, warm

Stage = dict[str, Any]


def filled(text: str, item: dict[str, Any], params: dict[str, Any]) -> str:
    """A text of dvc.yaml with the values of ${item.…} and of ${…}, which is a param."""
    return re.sub(
        r"\${(item\.)?([\w.]+)}",
        lambda found: str(item[found.group(2)] if found.group(1) else value_of(params, found.group(2))),
        text,
    )


def first_item(stage: Stage, params: dict[str, Any]) -> Stage:
    """The stage, for the first item of its matrix."""
    item = {name: value_of(params, named.strip("${}"))[0] for name, named in stage.get("matrix", {}).items()}
    found: Stage = yaml.safe_load(filled(yaml.safe_dump({**stage, "matrix": None}), item, params))
    return found


def outputs(stage: Stage) -> list[Path]:
    """Paths of a stage's outputs and metrics."""
    listed = [*stage.get("outs", []), *stage.get("metrics", [])]
    return [Path(next(iter(out)) if isinstance(out, dict) else out) for out in listed]


def files_below(root: Path, outs: list[Path]) -> dict[str, bytes]:
    """Every file of these outputs, by its path below `root`."""
    found = [path for out in outs for path in [root / out, *(root / out).rglob("*")] if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def copied(source: Path, target: Path) -> None:
    """Copy a file or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)


@cache
def _declared() -> dict[str, Declared]:
    return declared_params(Package(ROOT / "src"))


def give_params(folder: Path, params: dict[str, Any], name: str) -> None:
    """Write to `folder` the params of one stage, of all its items, as the stage `params` does."""
    for path, values in params_files(params, {name: _declared()[name]}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(as_json(values, path))


def run_alone(clone: Clone, name: str, folder: Path, params: dict[str, Any] | None = None) -> dict[str, bytes]:
    """Run a stage in `folder`, into which only its declared dependencies are copied; the files that it writes.

    params: those of which it is given its part; the clone's where none are given. There is no params.yaml, but for the
    stage that says it reads it.
    """
    known = yaml.safe_load((clone.root / "params.yaml").read_text()) if params is None else params
    stage = first_item(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][name], known)
    folder.mkdir(parents=True, exist_ok=True)
    give_params(folder, known, name)
    for path in stage["deps"]:
        if not path.startswith("data/params/"):
            copied(clone.root / path, folder / path)
    # DVC makes the folders of outputs.
    for out in outputs(stage):
        (folder / out).parent.mkdir(parents=True, exist_ok=True)
    environment = {**clone.environment, "PYTHONPATH": str(ROOT / "src")}
    python, option, *command = stage["cmd"].split()
    assert (python, option) == ("python", "-m")
    ended = warm(STAGES).run(command, folder, environment)
    if ended.returncode:
        pytest.fail(f"{name} alone ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
    assert [out for out in outputs(stage) if not (folder / out).exists()] == []
    return files_below(folder, outputs(stage))


def run_by_dvc(clone: Clone, name: str) -> dict[str, bytes]:
    """What DVC has of the same stage in the clone."""
    params = yaml.safe_load((clone.root / "params.yaml").read_text())
    stage = first_item(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][name], params)
    return files_below(clone.root, outputs(stage))
