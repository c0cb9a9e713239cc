"""What a machine can do to a stage: a full disk, a folder that can't be written, no mirror, no network, two at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.disks import mounted, read_only
from tests.pipeline.declared import give_params

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"genes": 120, "pairs": 1_000, "triples": 50, "dcell_pairs": 50, "seed": 2}


def workplace(folder: Path, **yeast: Any) -> Path:
    """A folder in which single stages run, on simulated data unless said otherwise."""
    for name in ("configs", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["yeast"] |= {"source": "simulated", "simulate": SIZES, **yeast}
    for stage in ("yeast_sources", "yeast_graph", "yeast_query"):
        give_params(folder, params, stage)
    (folder / "data/own").mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workplace with raw files and a graph. Tests that change it must put it back."""
    folder = workplace(tmp_path_factory.mktemp("ready") / "work")
    for stage in ("sources", "graph"):
        assert run(folder, stage).returncode == 0
    return folder


def run(folder: Path, stage: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a stage; a hang is a failure."""
    command = [sys.executable, "-m", f"knockon.stages.yeast.{stage}"]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=500
    )


def fails_clearly(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    """One message without a traceback that holds all `words`."""
    text = ended.stdout + ended.stderr
    assert ended.returncode == 1, text
    assert "Traceback" not in text
    for word in words:
        assert word in " ".join(text.split()), text


@pytest.mark.parametrize(("stage", "size"), [("sources", "600k"), ("graph", "300k"), ("query", "60k")])
def test_a_full_disk_is_one_message_and_leaves_nothing_half_written(ready: Path, stage: str, size: str) -> None:
    """The disk fills up while a stage writes; the next stage must not take half a file for a whole one."""
    where = {"sources": "data/raw", "graph": "data/graph", "query": "data/datasets"}[stage]
    # Over the output alone: what the stage reads stays in sight.
    with mounted(ready / where, f"size={size}") as disk:
        fails_clearly(run(ready, stage), "No space left on device", "free space")
        left = list(disk.rglob("*"))
        assert not [path for path in left if ".tmp-" in path.name or path.is_file()], left


def test_a_folder_that_can_not_be_written_is_one_message(tmp_path: Path) -> None:
    """A read-only file system, from the first file on."""
    folder = workplace(tmp_path / "work")
    with mounted(folder / "data/raw", "size=8m") as disk:
        read_only(disk)
        fails_clearly(run(folder, "sources"), "data/raw/yeast", "Read-only file system")
        assert not list(disk.iterdir())


def test_a_mirror_without_a_file_and_no_network_is_one_message(tmp_path: Path) -> None:
    """Every file that is missing is named, and what to do; nothing is written."""
    folder = workplace(tmp_path / "work", source="public")
    (tmp_path / "mirror/yeast").mkdir(parents=True)
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    ended = run(folder, "sources", KNOCKON_MIRROR=str(tmp_path / "mirror"), **closed)
    fails_clearly(ended, "smf_t26_150803.txt", "KNOCKON_MIRROR", "make demo")
    assert not (folder / "data/raw/yeast").exists()
    assert not list((folder / "data").rglob("*.tmp-*"))


def test_a_raw_file_that_is_cut_off_names_itself(ready: Path) -> None:
    """A disk that lost the end of a file: the graph stage says which, and the old graph stays."""
    packed = ready / "data/raw/yeast/go/gene_association.sgd.gz"
    whole = packed.read_bytes()
    packed.write_bytes(whole[:-200])
    before = (ready / "data/graph/yeast/dump.json").read_bytes()
    fails_clearly(run(ready, "graph"), "gene_association.sgd.gz", "truncated")
    packed.write_bytes(whole)
    assert (ready / "data/graph/yeast/dump.json").read_bytes() == before
