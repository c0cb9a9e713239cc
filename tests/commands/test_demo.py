"""The demo runs in a copy: the clone's committed results are not touched, its own params are."""

import subprocess
from pathlib import Path

import pytest

from knockon.commands.demo import merged, prepare, tracked_files
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


def test_ignored_files_stay_behind(clone):
    assert "data/raw/big.bin" not in {path.as_posix() for path in tracked_files(clone)}


def test_outside_a_clone_the_message_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(KnockonError, match="not a git clone"):
        tracked_files(tmp_path)
