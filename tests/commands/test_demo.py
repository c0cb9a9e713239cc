"""The demo runs in a copy: the clone's committed results are not touched, its own params are."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from knockon.commands.demo import merged, prepare, stage_environment, tracked_files
from knockon.commands.demo_repository import commit_all
from knockon.commands.plan import read_plan
from knockon.commands.side_by_side import run_side_by_side
from knockon.errors import KnockonError
from knockon.stages.params_file import read_yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path):
    root = tmp_path / "clone"
    for name, text in {
        "params.yaml": (ROOT / "params.yaml").read_text(),
        "dvc.lock": "committed",
        "metrics/yeast/evaluate.json": "{}",
        ".dvc/config": "",
        "src/code.py": "x = 1\n",
        "data/raw/big.bin": "ignored",
        ".gitignore": "/data/raw\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def test_overrides_replace_leaves_only():
    tree = {"yeast": {"source": "public", "simulate": {"genes": 600, "seed": 1}}}
    assert merged(tree, {"yeast": {"simulate": {"genes": 5}}}) == {
        "yeast": {"source": "public", "simulate": {"genes": 5, "seed": 1}}
    }


def test_an_override_of_an_unknown_param_is_refused_before_anything_is_written(clone):
    with pytest.raises(KnockonError, match=r"configs/demo.yaml over params.yaml: yeast.sauce is unknown; did you mean"):
        prepare(clone, clone / "demo", {"yeast": {"sauce": "simulated"}})
    assert not (clone / "demo").exists()


def test_the_copy_has_the_code_but_not_the_committed_results(clone):
    prepare(clone, clone / "demo", {"yeast": {"source": "simulated"}})
    committed, changed = (read_yaml(folder / "params.yaml") for folder in (clone, clone / "demo"))
    assert changed == merged(committed, {"yeast": {"source": "simulated"}}) != committed
    assert (clone / "demo/src/code.py").exists()
    assert not (clone / "demo/dvc.lock").exists()
    assert not (clone / "demo/metrics").exists()
    assert (clone / "dvc.lock").read_text() == "committed"


def test_a_second_run_does_not_copy_the_copy(clone):
    prepare(clone, clone / "demo", {})
    prepare(clone, clone / "demo", {})
    assert not (clone / "demo/demo").exists()


def test_the_copy_is_a_repository_of_its_own_also_where_git_knows_no_user(clone, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_DIR", str(clone / ".git"))
    prepare(clone, clone / "demo", {})
    monkeypatch.delenv("GIT_DIR")

    def git(*words):
        return subprocess.run(["git", *words], cwd=clone / "demo", check=True, capture_output=True, text=True).stdout

    assert Path(git("rev-parse", "--show-toplevel").strip()) == (clone / "demo").resolve()
    assert "src/code.py" in git("ls-tree", "-r", "--name-only", "HEAD").split()
    assert git("log", "--format=%an %s").splitlines() == ["knockon demo The demo: code and params"]
    assert git("config", "user.email").strip()
    (clone / "demo/logs").mkdir()
    (clone / "demo/logs/one.log").write_text("said")
    assert git("status", "--porcelain") == ""
    commit_all(clone / "demo", "nothing")
    assert len(git("log", "--format=%h").split()) == 1
    (clone / "demo/dvc.lock").write_text("made")
    commit_all(clone / "demo", "The demo: results")
    assert len(git("log", "--format=%h").split()) == 2


def test_what_git_says_is_told(tmp_path):
    (tmp_path / ".git").mkdir()
    with pytest.raises(KnockonError, match="git"):
        commit_all(tmp_path, "first")


def test_ignored_files_stay_behind(clone):
    assert "data/raw/big.bin" not in {path.as_posix() for path in tracked_files(clone)}


def test_outside_a_clone_the_message_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(KnockonError, match="not a git clone"):
        tracked_files(tmp_path)


STAGES = """
stages:
  code:
    cmd: mkdir -p made && echo code > made/code
    outs: [made/code]
  yeast_one:
    cmd: "touch made/yeast_began && {sees} made/gfp_began && {yeast} && echo yeast > made/yeast_one"
    deps: [made/code]
    outs: [made/yeast_one, made/yeast_began]
  gfp_one:
    cmd: "touch made/gfp_began && {sees} made/yeast_began && echo gfp > made/gfp_one"
    deps: [made/code]
    outs: [made/gfp_one, made/gfp_began]
  report:
    cmd: cat made/yeast_one made/gfp_one > made/report
    deps: [made/yeast_one, made/gfp_one]
    outs: [made/report]
"""


@pytest.fixture
def toy(tmp_path):
    """A folder of four small stages; `toy(cmd)` puts a command into a stage of yeast and runs them all."""
    root = tmp_path / "toy"
    root.mkdir()
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")

    def run(yeast="true"):
        (root / "dvc.yaml").write_text(STAGES.format(yeast=yeast, sees=root / "sees"))
        # No `timeout`: it would wait in a process group of its own, which a signal to the stage's does not reach.
        (root / "sees").write_text('#!/bin/sh\nfor i in $(seq 600); do [ -e "$1" ] && exit; sleep 0.1; done; exit 1\n')
        (root / "sees").chmod(0o755)
        run_side_by_side(read_plan(root), root, root / "logs", stage_environment())
        return root

    run.root = root
    return run


def _status(root):
    return subprocess.run([sys.executable, "-m", "dvc", "status"], cwd=root, capture_output=True, text=True).stdout


def test_studies_run_at_the_same_time_and_all_is_done(toy, capsys):
    """Each of two stages waits until it sees that the other has begun."""
    made = toy() / "made"
    assert (made / "report").is_file()
    assert "up to date" in _status(toy.root)
    told = capsys.readouterr().err
    assert all(f"1/1  {stage} " in told for stage in ("code", "yeast_one", "gfp_one", "report"))
    toy()
    assert capsys.readouterr().err == "", "a second time nothing runs"


def test_a_failed_stage_is_named_with_its_log_and_a_second_run_goes_on(toy):
    with pytest.raises(
        KnockonError, match=r"stage yeast_one failed.*toy/logs/yeast_one\.log(.|\n)*no such luck"
    ) as caught:
        toy("echo no such luck && false")
    assert "run again" in str(caught.value)
    assert not (toy.root / "made/report").exists()
    assert (toy("true") / "made/report").is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_stage_and_a_second_run_goes_on(toy, number):
    began = toy.root / "made/yeast_began"

    def send():
        while not began.exists():
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    sender = threading.Thread(target=send)
    sender.start()
    with pytest.raises(KnockonError, match=rf"stopped by {number.name}.*run again"):
        toy("sleep 500")
    sender.join()
    left = subprocess.run(["pgrep", "-f", "slee[p] 500"], capture_output=True, text=True).stdout.split()
    assert not left
    assert (toy("true") / "made/report").is_file()
    assert "up to date" in _status(toy.root)
