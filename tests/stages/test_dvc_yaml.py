"""dvc.yaml tells the truth: what it lists of a stage is what the stage's module declares, and a person can read it."""

import importlib
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import yaml

from knockon.stages.code import stage_modules
from knockon.stages.params_file import checked_file
from knockon.stages.reach import Package
from knockon.stages.stage import Params, read_params
from tests.pipeline.declared import filled

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
OTHERS = [name for name in STAGES if name != "code"]


def module_of(name):
    return importlib.import_module(STAGES[name]["cmd"].split()[2])


def arguments_of(name):
    """Argument → what its command in dvc.yaml gives for it, such as ${item.model}."""
    told = re.search(r"run_stage\(main, PARAMS(.*)\)", Path(module_of(name).__file__).read_text())
    names = re.findall(r'"(\w+)"', told.group(1)) if told else []
    return dict(zip(names, STAGES[name]["cmd"].split()[3:], strict=True))


def in_dvc_yaml(name, declared):
    """{model} of a READS or PARAMS is what dvc.yaml gives for that argument, {yeast.split} the value of that param."""
    given = arguments_of(name)
    filled = (re.sub(r"{(\w+)}", lambda found: given[found.group(1)], str(each)) for each in declared)
    return sorted(each.replace("{yeast.", "${yeast.").replace("$${", "${") for each in filled)


def items_of(stage):
    """Every item of a stage's matrix in this clone's params, as {name: value}; one empty item where it has none."""
    lists = {name: named.strip("${}") for name, named in stage.get("matrix", {}).items()}
    params = read_params(tuple(lists.values()), ROOT / "params.yaml")
    return [dict(zip(lists, values, strict=True)) for values in product(*(params[named] for named in lists.values()))]


def test_the_stages_are_the_modules_that_run():
    assert stage_modules(Package(ROOT / "src")) == {name: STAGES[name]["cmd"].split()[2] for name in OTHERS}


@pytest.mark.parametrize("name", OTHERS)
def test_a_stage_depends_on_its_code_and_on_what_it_reads(name):
    """Where this fails: add to READS what the stage reads, and to the deps in dvc.yaml what READS names."""
    assert sorted(STAGES[name]["deps"]) == in_dvc_yaml(name, (f"data/code/{name}.txt", *module_of(name).READS))


@pytest.mark.parametrize("name", OTHERS)
def test_every_param_is_declared(name):
    assert sorted(STAGES[name].get("params", [])) == in_dvc_yaml(name, module_of(name).PARAMS)


def test_git_tracks_nothing_that_dvc_keeps():
    """An output in both is in every clone for good, and `dvc repro` of its stage ends with an error."""
    listed = subprocess.run(["git", "ls-files", "models", "data"], cwd=ROOT, capture_output=True, text=True, check=True)
    allowed = {".gitignore", "README.md"}
    assert [path for path in listed.stdout.splitlines() if Path(path).name not in allowed] == []


def test_the_code_stage_writes_one_file_for_every_other_stage():
    assert STAGES["code"]["deps"] == [str(path) for path in module_of("code").READS]
    assert STAGES["code"]["outs"] == [f"data/code/{name}.txt" for name in OTHERS]


@pytest.mark.parametrize("name", OTHERS)
def test_every_declared_param_exists(name):
    tree = checked_file(ROOT / "params.yaml")
    for item in items_of(STAGES[name]):
        declared = tuple(filled(param, item, tree) for param in STAGES[name].get("params", []))
        params = Params(tree, declared)
        assert all(params[one] is not None for one in declared)


@pytest.mark.parametrize("name", OTHERS)
def test_no_two_items_of_a_matrix_have_one_name(name):
    """DVC joins an item's values by "-", and of two items with one name runs one, without a word."""
    joined = ["-".join(map(str, item.values())) for item in items_of(STAGES[name])]
    assert len(set(joined)) == len(joined)


def test_every_file_in_git_that_a_stage_reads_is_there():
    listed = [path for stage in STAGES.values() for path in stage["deps"]]
    in_git = [path for path in listed if path.startswith(("queries/", "configs/", ".dvc/plots/"))]
    assert in_git
    assert [path for path in in_git if not (ROOT / path).is_file()] == []


def test_a_person_reads_dvc_yaml():
    assert len((ROOT / "dvc.yaml").read_text().splitlines()) <= 1200


def test_an_item_of_a_matrix_reads_its_own_params_alone():
    params = Params({"gfp": {"models": {"base": {"epochs": 3}, "mimo": {}}}}, ("gfp.models.{model}",), model="base")
    assert params["gfp.models.base"] == {"epochs": 3}
    with pytest.raises(KeyError, match="not declared"):
        params["gfp.models.mimo"]


@pytest.mark.parametrize("name", ["code", "yeast_sources"])
def test_a_stage_outside_the_repository_ends_with_one_clear_line(name, tmp_path):
    module = STAGES[name]["cmd"].split()[2]
    ended = subprocess.run([sys.executable, "-m", module], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "run dvc from the root of the repository" in ended.stderr
    assert "Traceback" not in ended.stderr
