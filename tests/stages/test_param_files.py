"""The stage `params`: what it writes for each stage and item, which of it a change moves, and what it refuses."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest

from knockon.errors import KnockonError
from knockon.stages.code import DECLARED, declared_params
from knockon.stages.param_files import FOLDER, TRACKERS, params_path, read_params, read_trackers, stage_name
from knockon.stages.params import as_json, declared_part, items, main, params_files, write_params
from knockon.stages.params_file import checked_file
from knockon.stages.reach import Package
from knockon.stages.stage import Params


@pytest.fixture(scope="module")
def committed(root):
    return checked_file(root / "params.yaml")


@pytest.fixture(scope="module")
def declared(root):
    return declared_params(Package(root / "src"))


@pytest.fixture
def clone(root, declared, tmp_path, monkeypatch):
    """A folder with what the stage reads: params.yaml, and what `code` wrote."""
    (tmp_path / "params.yaml").write_text((root / "params.yaml").read_text())
    (tmp_path / DECLARED).parent.mkdir(parents=True)
    (tmp_path / DECLARED).write_text(json.dumps(declared))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(clone):
    """What the stage writes, by path."""
    main(Params({}, ()))
    return {path.relative_to(clone): path.read_bytes() for path in (clone / FOLDER).rglob("*") if path.is_file()}


def replace(clone, old, new):
    text = (clone / "params.yaml").read_text()
    assert text.count(old) == 1, old
    (clone / "params.yaml").write_text(text.replace(old, new))


def moved(before, after):
    return sorted(str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def test_a_stage_finds_its_params_as_they_stand_in_params_yaml(clone, committed, declared):
    """Of every stage and item: the values, their types and the order of their names."""
    written(clone)
    for stage, each in declared.items():
        for item in items(committed, each["items"]) if each["params"] else ():
            found = Params(read_params(stage, item.values()), tuple(each["params"]), **item)
            for name in (name.format_map(item) for name in each["params"]):
                assert json.dumps(found[name]) == json.dumps(Params(committed, (name,))[name])


def test_a_file_holds_what_its_item_declares_and_no_more(clone, committed):
    found = json.loads(written(clone)[params_path("gfp_train", ["base"])])
    assert found == {
        "gfp": {
            "models": {"base": committed["gfp"]["models"]["base"]},
            "train": {name: committed["gfp"]["train"][name] for name in ("seeds", "threads")},
        }
    }


def test_a_second_run_gives_the_same_bytes_and_leaves_nothing_else(clone):
    before = written(clone)
    assert written(clone) == before
    assert sorted(path.name for path in (clone / "data").iterdir()) == ["code", "params"]


def test_a_value_of_one_models_grid_moves_the_file_of_that_model(clone):
    before = written(clone)
    replace(clone, "grid: {shrinkage: [0.1, 0.3, 1.0, 3.0, 10.0]}", "grid: {shrinkage: [0.1, 1.0]}")
    assert moved(before, written(clone)) == ["data/params/gfp_train/additive.json"]


def test_a_comment_moves_no_file(clone):
    before = written(clone)
    (clone / "params.yaml").write_text("# Another comment.\n" + (clone / "params.yaml").read_text())
    assert written(clone) == before


def test_a_tracker_moves_no_file_that_a_stage_depends_on(clone):
    before = written(clone)
    replace(clone, "dvclive: false", "dvclive: true")
    assert moved(before, written(clone)) == [str(TRACKERS)]
    assert read_trackers()["dvclive"] is True


def test_a_new_item_is_a_new_file_and_one_that_is_no_more_has_none(clone):
    before = written(clone)
    replace(clone, "models: [additive, base, improved,", "models: [additive, improved,")
    found = moved(before, written(clone))
    assert found == ["data/params/gfp_evaluate.json", "data/params/gfp_train/base.json"]


def test_another_grid_is_that_of_every_item(clone):
    """The command has it as an argument: the file bears its name."""
    before = set(written(clone))
    replace(clone, "    grid: quick               # quick | full", "    grid: full")
    items_before = {path for path in before if path.parent.name == "yeast_benchmark"}
    assert set(written(clone)) == before - items_before | {
        path.with_stem(path.stem.replace("-quick", "-full")) for path in items_before
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  nonsense: tape", "  nonsence: tape", "gfp.nonsence is unknown; did you mean gfp.nonsense?"),
        ("    test: 0.1\n", "    test: 1.5\n", "yeast.splits.test is 1.5; it must be below 1"),
        ("trackers:", "trackers: [", "params.yaml is not valid YAML"),
    ],
)
def test_a_mistake_ends_the_stage_and_leaves_what_was_written(clone, old, new, message):
    """The whole file is checked, whatever stage is to run."""
    before = written(clone)
    text = (clone / "params.yaml").read_text()
    assert old in text
    (clone / "params.yaml").write_text(text.replace(old, new, 1))
    ended = subprocess.run(
        [sys.executable, "-m", "knockon.stages.params"], cwd=clone, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert message in ended.stderr
    assert ended.stderr.count("error") == 1
    assert "Traceback" not in ended.stderr
    assert {path: (clone / path).read_bytes() for path in before} == before


def test_a_param_that_is_declared_and_absent_names_its_stage(committed):
    less = deepcopy(committed)
    del less["gfp"]["models"]["base"]
    with pytest.raises(KnockonError, match=r"gfp\.models\.base is missing, which gfp_train reads"):
        params_files(less, {"gfp_train": {"params": ["gfp.models.base"], "items": {}}})


def test_names_are_sorted_and_what_they_name_keeps_its_order():
    """The first value of a grid is tried first, and of two that are as good the first is taken."""
    tree = {"b": {"z": {"y": 1, "x": 2}, "a": 0}, "a": 3}
    text = as_json(declared_part(tree, ("b.z", "a", "b.a", "b.z.x"), "one"), FOLDER / "one.json")
    assert json.dumps(json.loads(text)) == '{"a": 3, "b": {"a": 0, "z": {"y": 1, "x": 2}}}'


@pytest.mark.parametrize("value", [{1: "a name that is a number"}, float("nan"), {"when": object()}])
def test_what_would_be_read_otherwise_than_it_stands_is_refused(value):
    with pytest.raises(KnockonError, match=r"^params\.yaml: "):
        as_json({"value": value}, FOLDER / "one.json")


def test_a_write_that_fails_leaves_the_files_of_before(clone, committed, declared):
    before = written(clone)
    wrong = {**committed, "trackers": {"project": float("inf")}}
    with pytest.raises(KnockonError):
        write_params(wrong, declared)
    assert {path: (clone / path).read_bytes() for path in before} == before
    assert sorted(path.name for path in (clone / "data").iterdir()) == ["code", "params"]


def test_the_stage_of_a_module_has_its_name():
    assert stage_name("knockon.stages.yeast.train") == "yeast_train"
    assert str(params_path("report", [])) == "data/params/report.json"


def test_no_library_of_science_is_imported_before_every_stage():
    code = (
        "import sys, knockon.stages.params, knockon.stages.params_file as f; f.params_model(); "
        "sys.exit(bool({'torch', 'sklearn', 'pyarrow', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
