"""How a stage runs and ends: the params that it declared, one message where it can't go on, and a status."""

import json
import subprocess
import sys

import pytest

from knockon.errors import KnockonError
from knockon.stages import stage
from knockon.stages.param_files import TRACKERS, params_path
from knockon.stages.stage import Params, run_stage
from knockon.training.signals import RESUME_EXIT_CODE, TrainingStopped

TREE = {
    "yeast": {"split": "pair", "train": {"model": "svr"}},
    "gfp": {"models": {"base": {"epochs": 3}, "improved": {"epochs": 8}}},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the params of one item of a stage, which is the one that runs."""
    path = tmp_path / params_path("gfp_train", ["improved"])
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"gfp": {"models": {"improved": {"epochs": 8}}}}))
    (tmp_path / "params.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stage, "running_stage", lambda: "gfp_train")
    return tmp_path


@pytest.fixture
def command(monkeypatch):
    """Give the stage its command line."""
    return lambda *arguments: monkeypatch.setattr(sys, "argv", ["stage", *arguments])


def ended(main, declared=(), items=()):
    """Status of a stage that does not come to its end."""
    with pytest.raises(SystemExit) as left:
        run_stage(main, declared, dict.fromkeys(items, ""))
    return left.value.code


def test_a_param_that_is_not_declared_can_not_be_read():
    params = Params(TREE, ("yeast.train",))
    assert params["yeast.train.model"] == "svr"
    assert params["yeast.train"] == {"model": "svr"}
    for name in ("yeast.split", "yeast", "yeast.training"):
        with pytest.raises(KeyError, match="not declared"):
            params[name]


def test_a_placeholder_stands_for_the_argument_and_for_nothing_else():
    params = Params(TREE, ("gfp.models.{model}",), model="improved")
    assert params["gfp.models.improved"] == {"epochs": 8}
    assert params["gfp.models.improved.epochs"] == 8
    for name in ("gfp.models.base", "gfp.models", "gfp.models.improved_more"):
        with pytest.raises(KeyError, match="not declared"):
            params[name]


def test_a_declared_param_that_is_absent_is_named():
    with pytest.raises(KnockonError, match=r"params\.yaml: yeast\.train\.colour is missing"):
        Params(TREE, ("yeast.train",))["yeast.train.colour"]


def test_a_stage_is_given_its_params_and_arguments(folder, command):
    command("improved")
    seen = []

    def main(params, model):
        seen.append((model, params[f"gfp.models.{model}.epochs"]))

    run_stage(main, ("gfp.models.{model}",), {"model": "gfp.train.models"})
    assert seen == [("improved", 8)]


def test_a_stage_whose_params_are_not_written_says_what_to_do(folder, command, capsys):
    command("base")
    assert ended(lambda params, model: None, ("gfp.models.{model}",), ["model"]) == 1
    assert "data/params/gfp_train/base.json is missing: run `dvc repro params`" in capsys.readouterr().err


def test_damaged_params_are_one_message(folder, command, capsys):
    command("improved")
    params_path("gfp_train", ["improved"]).write_text('{"gfp": ')
    assert ended(lambda params, model: None, ("gfp.models.{model}",), ["model"]) == 1
    assert "improved.json is damaged: run `dvc repro --force params`" in capsys.readouterr().err


@pytest.mark.parametrize("given", [(), ("base", "improved")])
def test_another_number_of_arguments_is_one_message(folder, command, capsys, given):
    command(*given)
    assert ended(lambda params, model: None, (), ["model"]) == 1
    assert "this stage takes model" in capsys.readouterr().err


def test_brackets_of_an_error_are_no_markup(folder, command, capsys):
    command()

    def main(params):
        raise KnockonError("/data/run[old]/params.yaml is bad [/bold]")

    assert ended(main) == 1
    assert "error /data/run[old]/params.yaml is bad [/bold]" in capsys.readouterr().err


def test_a_stopped_training_asks_to_go_on(folder, command, capsys):
    command()

    def main(params):
        raise TrainingStopped("joint: stopped[1]; the same command goes on")

    assert ended(main) == RESUME_EXIT_CODE
    assert "joint: stopped[1]; the same command goes on" in capsys.readouterr().err


def test_a_stopped_rank_leaves_its_status_to_the_launcher(folder, command, monkeypatch, tmp_path):
    """Accelerate's launcher answers any other status than 0 with a traceback of its own."""
    command()
    monkeypatch.setenv("KNOCKON_DESK", str(tmp_path))

    def main(params):
        raise TrainingStopped("stopped")

    assert ended(main) == 0
    assert (tmp_path / "status").read_text() == str(RESUME_EXIT_CODE)


def test_a_defect_keeps_its_traceback(folder, command):
    command()

    def main(params):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_stage(main, ())


def test_the_stage_is_the_module_that_python_runs(tmp_path):
    """It says so where its params are not written, before it writes anything itself."""
    (tmp_path / "params.yaml").write_text("yeast: {source: public}")
    process = subprocess.run(
        [sys.executable, "-m", "knockon.stages.yeast.sources"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert "data/params/yeast_sources.json is missing: run `dvc repro params`" in process.stderr
    assert "Traceback" not in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


def test_a_watched_stage_has_its_trainings_followed_and_declares_no_tracker(folder):
    from knockon.stages.watched import watched
    from knockon.training.followers import followers

    seen = []
    stage = watched(lambda params, *arguments: seen.append((followers(), arguments)))
    stage(Params({}, ()), "1000")
    TRACKERS.write_text(json.dumps({"dvclive": True, "wandb": "offline", "project": "mine"}))
    stage(Params({}, ()), "1000")
    (nobody, _), (settings, arguments) = seen
    assert not nobody.dvclive
    assert (settings.dvclive, settings.wandb, settings.project, arguments) == (True, "offline", "mine", ("1000",))
    assert not followers().dvclive
