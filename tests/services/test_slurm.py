"""Jobs on a real SLURM: two nodes, a job that is requeued, an array; all results come back as DVC experiments."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from tests.services.slurm_cluster import Cluster, running_cluster
from tests.training.tiny import SETTINGS, TinyTask

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
PARAMS = "processes: 1\nseed: 3\ndropout: 0.3\nhold: false\n"
STAGES = """
stages:
  train:
    cmd: python train.py
    deps:
      - train.py
    params:
      - processes
      - seed
      - dropout
      - hold
    outs:
      - model
      - checkpoints:
          persist: true
    metrics:
      - metrics.json:
          cache: false
"""
SMALL = ("--mem=2G", "--cpus-per-task=1", "--time=20")


@dataclass(frozen=True)
class Project:
    """A clone from which jobs are submitted."""

    root: Path
    cluster: Cluster

    def run(self, *command: str) -> str:
        environment = self.cluster.environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        ended = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def submit(self, script: str, *arguments: str, options: tuple[str, ...] = (), **variables: str) -> str:
        """sbatch; gives the job's number."""
        variables |= {
            "KNOCKON_VENV": str(Path(sys.executable).parent.parent),
            "KNOCKON_JOBS": str(self.root.parent / "jobs"),
            "PYTHONPATH": str(ROOT),
            "CUDA_VISIBLE_DEVICES": "",
            "HOME": str(self.root.parent),
        }
        command = ("sbatch", "--parsable", *SMALL, *options, f"slurm/{script}", *arguments)
        return self.cluster.run(*command, cwd=self.root, **variables)

    def log(self, job: str = "") -> str:
        """What the jobs have to say, or one of them; and the daemons."""
        told = [path.read_text() for path in self.root.glob(f"slurm-*{job}.log")]
        return "\n".join(told) + self.cluster.logs()[-3000:]

    def wait(self, job: str) -> None:
        self.cluster.wait(job, self.log)

    def fetch(self, name: str) -> Path:
        """Apply an experiment; gives the folder of its model."""
        self.run("git", "checkout", "--quiet", "--force", ".")
        self.run("dvc", "exp", "apply", name)
        self.run("dvc", "checkout", "--quiet")
        return self.root / "model"


@contextlib.contextmanager
def running_project(folder: Path, two_hosts: bool = False) -> Iterator[Project]:
    """A project and a cluster to run it on."""
    root = folder / "project"
    shutil.copytree(ROOT / "slurm", root / "slurm")
    shutil.copyfile(ROOT / "tests/services/slurm_stage.py", root / "train.py")
    (root / "dvc.yaml").write_text(STAGES)
    (root / "params.yaml").write_text(PARAMS)
    (root / ".gitignore").write_text("*.log\n/model\n/checkpoints\n")
    (folder / ".gitconfig").write_text("[user]\nname = test\nemail = test@test.invalid\n")
    (folder / "cluster").mkdir()
    with running_cluster(folder / "cluster", two_hosts) as cluster:
        found = Project(root, cluster)
        found.run("git", "init", "--quiet")
        found.run("git", "config", "user.name", "test")
        found.run("git", "config", "user.email", "test@test.invalid")
        found.run("dvc", "init", "--quiet")
        found.run("git", "add", "--all")
        found.run("git", "commit", "--quiet", "--message", "project")
        yield found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with running_project(tmp_path_factory.mktemp("slurm")) as found:
        yield found


@pytest.fixture
def project_on_two_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Its nodes have host names, addresses and network interfaces of their own."""
    with running_project(tmp_path_factory.mktemp("hosts"), two_hosts=True) as found:
        yield found


def uninterrupted(folder: Path, **changes: float) -> Path:
    """The same training, in this process alone."""
    values = {"seed": 3, "dropout": 0.3} | changes
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    train(TinyTask(values["dropout"]), TrainingSettings(**SETTINGS | {"seed": values["seed"]}), folder)
    torch.set_num_threads(threads)
    return folder


def losses(folder: Path) -> list[float]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line.get("loss", line.get("validation_loss")) for line in lines]


@pytest.mark.parametrize("cause", ["asked", "wall time"])
def test_a_job_that_is_requeued_ends_with_the_bytes_of_one_that_is_not(project: Project, tmp_path: Path, cause: str):
    """USR1 comes, by our hand or before the wall time is over, when the training is in the middle of an epoch."""
    desk, name = tmp_path / "desk", f"requeued-{cause[:4]}"
    desk.mkdir()
    options = ("--time=2", "--signal=B:USR1@40") if cause == "wall time" else ()
    job = project.submit("exp.sbatch", "train", "-S", "hold=true", options=options, DESK=str(desk), KNOCKON_NAME=name)
    project.cluster.wait_for((desk / "reached").exists, project.log)
    if cause == "asked":
        project.cluster.run("scancel", "--batch", "--signal=USR1", job)
    project.cluster.wait_for(lambda: "asked to stop" in project.log(job), project.log)
    (desk / "signalled").touch()
    project.cluster.wait_for(lambda: "requeued" in project.log(job), project.log)
    project.wait(job)
    assert "going on in" in project.log(job)
    model = project.fetch(f"{name}-{job}")
    whole = uninterrupted(tmp_path / "whole")
    for file in ("weights.safetensors", "metrics.jsonl"):
        assert (model / file).read_bytes() == (whole / file).read_bytes(), file
    assert not list((project.root.parent / "jobs").iterdir())


def losses_on_two_nodes(project: Project, **variables: str) -> list[float]:
    """The loss curve of a job of two processes on two nodes."""
    overrides = ("-S", "processes=2", "-S", "dropout=0")
    job = project.submit("exp.sbatch", "train", *overrides, options=("--nodes=2",), KNOCKON_NAME="nodes", **variables)
    project.wait(job)
    return losses(project.fetch(f"nodes-{job}"))


def losses_of_one(folder: Path) -> list[float]:
    return losses(uninterrupted(folder / "one", dropout=0.0))


def test_a_job_on_two_nodes_draws_the_curve_of_one_process(project: Project, tmp_path: Path):
    # Both nodes are this machine, whose nodes' names no name server knows.
    found = losses_on_two_nodes(project, MASTER_ADDR="127.0.0.1", KNOCKON_INTERFACE="lo")
    assert found == pytest.approx(losses_of_one(tmp_path), rel=1e-4)


def test_two_hosts_meet_at_the_first_by_its_name(project_on_two_hosts: Project, tmp_path: Path):
    found = losses_on_two_nodes(project_on_two_hosts, KNOCKON_INTERFACE="eth0")
    assert found == pytest.approx(losses_of_one(tmp_path), rel=1e-4)


def test_an_array_of_experiments_lands_in_exp_show(project: Project):
    """Four jobs at a time on one cache, each in its own clone."""
    (project.root / "sweep.txt").write_text("".join(f"-S seed={seed} -S 'dropout=0.1'\n" for seed in (11, 12, 13, 14)))
    job = project.submit("queue.sbatch", "sweep.txt", "train", options=("--array=1-4",), KNOCKON_NAME="sweep")
    project.wait(job)
    project.run("git", "checkout", "--quiet", "--force", ".")
    lines = project.run("dvc", "exp", "show", "--csv", "--no-pager").splitlines()
    found = [line.split(",") for line in lines if f"sweep-{job}-" in line]
    column = lines[0].split(",").index("seed")
    assert sorted(row[column] for row in found) == ["11", "12", "13", "14"]


def test_a_job_that_fails_says_so_and_keeps_its_workspace(project: Project):
    job = project.submit("exp.sbatch", "train", "-S", "seed=none", KNOCKON_NAME="wrong")
    states = ("FAILED", "COMPLETED", "CANCELLED")
    project.cluster.wait_for(lambda: project.cluster.state(job) in states, project.log)
    assert project.cluster.state(job) == "FAILED"
    assert "its workspace is kept" in project.log()
    assert (project.root.parent / "jobs" / f"wrong-{job}" / "dvc.yaml").is_file()
