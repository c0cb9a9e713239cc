"""dvc.yaml tells the truth: what it lists of a stage is what the stage's module declares, and a person can read it."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knockon.stages.code import DIGESTS, declared_params, stage_modules
from knockon.stages.param_files import FOLDER, TRACKERS, params_path
from knockon.stages.params import items, params_files
from knockon.stages.params_file import checked_file
from knockon.stages.reach import Package
from knockon.stages.stage import Params
from tests.pipeline.declared import filled

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
OTHERS = [name for name in STAGES if name != "code"]


def module_of(name):
    return importlib.import_module(STAGES[name]["cmd"].split()[2])


def items_in_dvc_yaml(name):
    """Argument → the param that its command in dvc.yaml takes it from, by way of the matrix or as it is."""
    given = [argument.strip("${}") for argument in STAGES[name]["cmd"].split()[3:]]
    lists = {f"item.{each}": named.strip("${}") for each, named in STAGES[name].get("matrix", {}).items()}
    declared = getattr(module_of(name), "ITEMS", {})
    return dict(zip(declared, [lists.get(each, each) for each in given], strict=True))


def in_dvc_yaml(name, declared):
    """{model} of a READS is what dvc.yaml gives for that argument, {yeast.split} the value of that param."""
    given = dict(zip(getattr(module_of(name), "ITEMS", {}), STAGES[name]["cmd"].split()[3:], strict=True))
    filled = (re.sub(r"{(\w+)}", lambda found: given[found.group(1)], str(each)) for each in declared)
    return sorted(each.replace("{yeast.", "${yeast.").replace("$${", "${") for each in filled)


def params_of(name):
    """The stage's file of params, if it declares any."""
    module = module_of(name)
    arguments = [f"{{{each}}}" for each in getattr(module, "ITEMS", {})]
    return [str(params_path(name, arguments))] if module.PARAMS else []


def test_the_stages_are_the_modules_that_run():
    assert stage_modules(Package(ROOT / "src")) == {name: STAGES[name]["cmd"].split()[2] for name in OTHERS}


@pytest.mark.parametrize("name", OTHERS)
def test_a_stage_depends_on_its_code_its_params_and_what_it_reads(name):
    """Where this fails: add to READS what the stage reads, and to the deps in dvc.yaml what READS names."""
    declared = (f"data/code/{name}.txt", *params_of(name), *module_of(name).READS)
    assert sorted(STAGES[name]["deps"]) == in_dvc_yaml(name, declared)


@pytest.mark.parametrize("name", OTHERS)
def test_a_stage_has_the_items_of_its_matrix(name):
    """`params` writes a file for each of ITEMS, DVC runs each of the matrix."""
    assert getattr(module_of(name), "ITEMS", {}) == items_in_dvc_yaml(name)


def test_dvc_reads_no_params_for_a_stage():
    """It would parse params.yaml once more for each that lists some; `dvc exp show` has them by the list below."""
    assert [name for name, stage in STAGES.items() if "params" in stage] == []
    assert yaml.safe_load((ROOT / "dvc.yaml").read_text())["params"] == ["params.yaml"]


def test_the_modules_and_what_code_reads_of_them_agree():
    read = declared_params(Package(ROOT / "src"))
    for name in OTHERS:
        module = module_of(name)
        assert read[name] == {"params": list(module.PARAMS), "items": getattr(module, "ITEMS", {})}


def test_git_tracks_nothing_that_dvc_keeps():
    """An output in both is in every clone for good, and `dvc repro` of its stage ends with an error."""
    listed = subprocess.run(["git", "ls-files", "models", "data"], cwd=ROOT, capture_output=True, text=True, check=True)
    allowed = {".gitignore", "README.md"}
    assert [path for path in listed.stdout.splitlines() if Path(path).name not in allowed] == []


def test_the_first_two_stages_write_a_folder_each():
    assert STAGES["code"]["deps"] == [str(path) for path in module_of("code").READS]
    assert STAGES["code"]["outs"] == [str(DIGESTS)]
    assert STAGES["params"]["outs"] == [str(FOLDER)]


def test_every_file_of_params_that_a_stage_depends_on_is_written_and_no_other():
    tree = checked_file(ROOT / "params.yaml")
    wanted = {
        Path(filled(dep, item, tree))
        for name in OTHERS
        for dep in STAGES[name]["deps"]
        if dep.startswith(f"{FOLDER}/")
        for item in matrix_items(name, tree)
    }
    assert set(params_files(tree, declared_params(Package(ROOT / "src")))) == wanted
    assert TRACKERS not in wanted


def matrix_items(name, tree):
    """Every item of a stage's matrix, as {name: value}; one empty item where it has none."""
    return items(tree, {each: named.strip("${}") for each, named in STAGES[name].get("matrix", {}).items()})


@pytest.mark.parametrize("name", OTHERS)
def test_no_two_items_of_a_matrix_have_one_name(name):
    """DVC joins an item's values by "-", and of two items with one name runs one, without a word."""
    joined = ["-".join(item.values()) for item in matrix_items(name, checked_file(ROOT / "params.yaml"))]
    assert len(set(joined)) == len(joined)


def test_every_file_in_git_that_a_stage_reads_is_there():
    listed = [path for stage in STAGES.values() for path in stage["deps"]]
    in_git = [path for path in listed if path.startswith(("queries/", "configs/", ".dvc/plots/"))]
    assert in_git
    assert [path for path in in_git if not (ROOT / path).is_file()] == []


def test_a_person_reads_dvc_yaml():
    assert len((ROOT / "dvc.yaml").read_text().splitlines()) <= 900


def test_an_item_of_a_matrix_reads_its_own_params_alone():
    params = Params({"gfp": {"models": {"base": {"epochs": 3}, "mimo": {}}}}, ("gfp.models.{model}",), model="base")
    assert params["gfp.models.base"] == {"epochs": 3}
    with pytest.raises(KeyError, match="not declared"):
        params["gfp.models.mimo"]


@pytest.mark.parametrize("name", ["code", "params", "yeast_sources"])
def test_a_stage_outside_the_repository_ends_with_one_clear_line(name, tmp_path):
    module = STAGES[name]["cmd"].split()[2]
    ended = subprocess.run([sys.executable, "-m", module], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "run dvc from the root of the repository" in ended.stderr
    assert "Traceback" not in ended.stderr
