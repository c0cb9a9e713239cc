"""The job of the published autoencoder, without a cluster: what it asks SLURM for, sets, and would start."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knockon.stages.params_file import checked_file
from knockon.training.launch import rank_of_slurm, srun_command

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "slurm" / "cellstate.sbatch"

# Stands for DVC: says what it was asked, and leaves the params of the job beside it.
DVC = """#!/bin/bash
echo "$@" >> "$DESK/dvc"
case $1 in cache) echo cache;; repro) cp params.yaml "$DESK/params.yaml";; esac
"""


@pytest.fixture
def clone(tmp_path):
    """What the job reads of a repository, and a DVC that only takes notes."""
    root, tools = tmp_path / "clone", tmp_path / "venv" / "bin"
    for folder in ("slurm", "configs"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copyfile(ROOT / "params.yaml", root / "params.yaml")
    tools.mkdir(parents=True)
    (tools / "dvc").write_text(DVC)
    (tools / "dvc").chmod(0o755)
    (tools / "python").symlink_to(sys.executable)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@test.invalid"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "clone"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


def submitted(root, *arguments, **variables):
    """Run the job as SLURM would; gives the params with which the stage would start, and what DVC was asked."""
    desk = root.parent
    environment = os.environ | {
        "SLURM_SUBMIT_DIR": str(root),
        "SLURM_JOB_ID": "4711",
        "KNOCKON_VENV": str(desk / "venv"),
        "KNOCKON_JOBS": str(desk / "jobs"),
        "DESK": str(desk),
        # The venv's python is a link: what it imports is found by its own place.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        **options(),
        **variables,
    }
    command = ["bash", str(root / "slurm" / SCRIPT.name), *arguments]
    ended = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return checked_file(desk / "params.yaml"), (desk / "dvc").read_text()


def options():
    """The script's own requests, as SLURM hands them to the job."""
    asked = dict(re.findall(r"^#SBATCH --([\w-]+)=(\S+)$", SCRIPT.read_text(), re.MULTILINE))
    return {
        "SLURM_JOB_NUM_NODES": asked["nodes"],
        "SLURM_NTASKS_PER_NODE": asked["ntasks-per-node"],
        "SLURM_CPUS_PER_TASK": asked["cpus-per-task"],
        "GPUS": asked["gpus-per-node"],
    }


def test_a_process_for_each_of_96_gpus_on_24_nodes():
    asked = options()
    assert int(asked["SLURM_JOB_NUM_NODES"]) == 24
    assert asked["GPUS"] == asked["SLURM_NTASKS_PER_NODE"]
    command = srun_command(["-m", "knockon.stages.cellstate.train", "autoencoder"], 96, 24)
    assert {"--nodes=24", "--ntasks=96", f"--ntasks-per-node={asked['GPUS']}"} <= set(command)
    last = {"SLURM_PROCID": "95", "SLURM_LOCALID": "3", "SLURM_STEP_NUM_TASKS": "96", "SLURM_STEP_NUM_NODES": "24"}
    place = rank_of_slurm(last)
    assert place == {"RANK": "95", "LOCAL_RANK": "3", "WORLD_SIZE": "96", "LOCAL_WORLD_SIZE": "4"}


def test_the_stage_starts_with_the_published_settings_spread_over_all_processes(clone):
    params, asked = submitted(clone)
    model = params["cellstate"]["models"]["autoencoder"]
    published = yaml.safe_load((ROOT / "configs" / "cellstate_published.yaml").read_text())
    published = published["cellstate"]["models"]["autoencoder"]
    assert model["settings"] == published["settings"]
    assert model["sharding"] == published["sharding"]
    assert model["training"]["processes"] == 96
    assert model["training"]["batch_size"] == 16 * 96
    assert model["training"]["learning_rate"] == published["training"]["learning_rate"]
    assert "repro cellstate_train@autoencoder" in asked
    assert "exp save --force --name job-4711" in asked
    # The clone that it was submitted from keeps its own.
    assert (clone / "params.yaml").read_text() == (ROOT / "params.yaml").read_text()


def test_what_is_given_counts_and_fewer_nodes_are_fewer_processes(clone):
    name = "cellstate.models.autoencoder.training.max_steps"
    given = ["-S", f"{name}=20000", "-S", "cellstate.train.seed=5"]
    params, _ = submitted(clone, *given, SLURM_JOB_NUM_NODES="2")
    models, training = (params["cellstate"]["models"], params["cellstate"]["models"]["autoencoder"]["training"])
    assert training["max_steps"] == 20000
    assert models["denoising"]["training"]["max_steps"] == 120
    assert params["cellstate"]["train"]["seed"] == 5
    assert training["processes"] == 8


def test_a_mistake_in_what_is_given_ends_the_job(clone):
    with pytest.raises(AssertionError, match="Key 'max_step' is not in struct"):
        submitted(clone, "-S", "yeast.train.max_step=20000")
