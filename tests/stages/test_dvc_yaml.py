"""dvc.yaml tells the truth: every param that a stage reads is declared, every code file it uses is a dependency."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knockon.stages.dependencies import code_files, constant, stage_module
from knockon.stages.stage import read_params

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


@pytest.mark.parametrize("name", STAGES)
def test_every_code_file_is_a_dependency(name):
    stage = STAGES[name]
    missing = set(code_files(ROOT, stage_module(stage["cmd"]))) - set(stage["deps"])
    assert not missing, f"{name}: run `python -m knockon.stages.dependencies`; missing {sorted(missing)}"


@pytest.mark.parametrize("name", STAGES)
def test_every_param_is_declared(name):
    stage = STAGES[name]
    module = stage_module(stage["cmd"])
    assert list(constant(ROOT, module, "PARAMS")) == list(stage.get("params", []))
    assert list(getattr(importlib.import_module(module), "PARAMS", ())) == list(stage.get("params", []))


@pytest.mark.parametrize("name", STAGES)
def test_every_declared_param_exists(name):
    params = read_params(tuple(STAGES[name].get("params", [])), ROOT / "params.yaml")
    assert all(params[declared] is not None for declared in STAGES[name].get("params", []))


def test_imports_inside_functions_and_lazy_names_are_followed(tmp_path):
    package = tmp_path / "src" / "knockon"
    package.mkdir(parents=True)
    (package / "a.py").write_text("def f():\n    from knockon.b import g\n    return g\n")
    (package / "b.py").write_text("BUILD = 'knockon.c:build'\n")
    (package / "c.py").write_text("import os\n")
    (package / "unused.py").write_text("")
    assert code_files(tmp_path, "knockon.a") == ["src/knockon/a.py", "src/knockon/b.py", "src/knockon/c.py"]


def test_a_stage_that_builds_some_models_depends_on_those_alone(tmp_path):
    package = tmp_path / "src" / "knockon"
    package.mkdir(parents=True)
    (package / "a.py").write_text("from knockon.registry import build\nMODELS = ('one',)\n")
    (package / "registry.py").write_text("KNOWN = {'one': 'knockon.one:One', 'two': 'knockon.two:Two'}\n")
    (package / "one.py").write_text("x = 1\n")
    (package / "two.py").write_text("x = 2\n")
    assert "src/knockon/one.py" in code_files(tmp_path, "knockon.a")
    assert "src/knockon/two.py" not in code_files(tmp_path, "knockon.a")


def test_a_stage_outside_the_repository_ends_with_one_clear_line(tmp_path):
    module = stage_module(next(iter(STAGES.values()))["cmd"])
    ended = subprocess.run([sys.executable, "-m", module], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "run dvc from the root of the repository" in ended.stderr
    assert "Traceback" not in ended.stderr
