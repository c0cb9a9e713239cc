"""How a stage runs and ends: the params that it declared, one message where it can't go on, and a status."""

import os
import subprocess
import sys

import pytest

from knockon.errors import KnockonError
from knockon.stages.stage import Params, read_params, run_stage
from knockon.training.signals import RESUME_EXIT_CODE, TrainingStopped

TREE = {
    "yeast": {"split": "pair", "train": {"model": "svr"}},
    "gfp": {"models": {"base": {"epochs": 3}, "improved": {"epochs": 8}}},
}


@pytest.fixture
def folder(root, tmp_path, monkeypatch):
    """A folder with the committed params.yaml."""
    (tmp_path / "params.yaml").write_text((root / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(monkeypatch):
    """Give the stage its command line."""
    return lambda *arguments: monkeypatch.setattr(sys, "argv", ["stage", *arguments])


def ended(main, declared=(), *arguments):
    """Status of a stage that does not come to its end."""
    with pytest.raises(SystemExit) as left:
        run_stage(main, declared, *arguments)
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


def test_the_whole_file_is_checked_whatever_a_stage_declares(folder):
    text = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(text.replace("bright: 2.5", "bright: high"))
    with pytest.raises(KnockonError, match=r"gfp\.bright is 'high'"):
        read_params(("yeast.splits",))


def test_a_stage_is_given_its_params_and_arguments(folder, command):
    command("improved")
    seen = []

    def main(params, model):
        seen.append((model, params[f"gfp.models.{model}.epochs"], params.trackers["wandb"]))

    run_stage(main, ("gfp.models.{model}",), "model")
    assert seen == [("improved", 8, "disabled")]


@pytest.mark.parametrize("given", [(), ("base", "improved")])
def test_another_number_of_arguments_is_one_message(folder, command, capsys, given):
    command(*given)
    assert ended(lambda params, model: None, (), "model") == 1
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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source: public              # public: pinned", "sauce: public # public: pinned", "yeast.sauce is unknown"),
        ("    test: 0.1", "    test: 1.5", "params.yaml: yeast.splits.test is 1.5; it must be below 1"),
        ("nonsense: tape", "nonsense: tapes", "gfp.nonsense is 'tapes'; choose one of tape, truncate, drop"),
        ("trackers:", "trackers: [", "params.yaml is not valid YAML"),
    ],
)
def test_a_mistake_ends_the_real_stage_in_one_message_before_it_writes(folder, old, new, message):
    text = (folder / "params.yaml").read_text()
    assert old in text
    (folder / "params.yaml").write_text(text.replace(old, new, 1))
    process = subprocess.run(
        [sys.executable, "-m", "knockon.stages.yeast.sources"],
        cwd=folder,
        env={**os.environ, "KNOCKON_MIRROR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert message in process.stderr
    assert process.stderr.count("error") == 1
    assert "Traceback" not in process.stderr
    assert [path.name for path in folder.iterdir()] == ["params.yaml"]


def test_a_watched_stage_has_its_trainings_followed_and_declares_no_tracker():
    from knockon.stages.watched import watched
    from knockon.training.followers import followers

    seen = []
    params = Params({"trackers": {"dvclive": True, "wandb": "offline", "project": "mine"}}, ())
    watched(lambda params, *arguments: seen.append((followers(), arguments)))(params, "1000")
    ((settings, arguments),) = seen
    assert (settings.dvclive, settings.wandb, settings.project, arguments) == (True, "offline", "mine", ("1000",))
    assert not followers().dvclive
