"""How a training starts: the command lines, and the decision between them."""

import os
import signal
import subprocess
import sys

import pytest

from knockon.errors import KnockonError
from knockon.training import launch


def test_one_process_stays_in_this_one(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("started a process"))
    assert launch.start(1) is None


def test_a_started_process_does_not_start_others(monkeypatch, tmp_path):
    monkeypatch.setenv("KNOCKON_STARTED_BY", "accelerate")
    monkeypatch.setenv("KNOCKON_DESK", str(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("started a process"))
    launch.start(2)
    assert [path.suffix for path in tmp_path.iterdir()] == [".pid"]


def test_accelerate_is_not_started_with_its_cpu_flag():
    """`accelerate launch --cpu --num_processes 2` starts one process, without a word."""
    command = launch.accelerate_command(["-m", "knockon.stages.yeast.train", "seed"], 2)
    assert "--cpu" not in command
    assert command[command.index("--num_processes") + 1] == "2"
    assert command[-3:] == ["-m", "knockon.stages.yeast.train", "seed"]


def test_srun_spreads_the_processes_over_the_nodes():
    command = launch.srun_command(["-m", "stage"], 8, 2)
    assert {"--nodes=2", "--ntasks=8", "--ntasks-per-node=4"} <= set(command)
    assert command[-3:] == [sys.executable, "-m", "stage"]
    with pytest.raises(KnockonError, match="multiple of the allocation's 2 nodes"):
        launch.srun_command(["-m", "stage"], 3, 2)


def test_a_task_of_srun_finds_its_place():
    place = launch.rank_of_slurm(
        {"SLURM_PROCID": "5", "SLURM_LOCALID": "1", "SLURM_STEP_NUM_TASKS": "8", "SLURM_STEP_NUM_NODES": "2"}
    )
    assert place == {"RANK": "5", "LOCAL_RANK": "1", "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"}


def test_an_allocation_without_slurm_tools_says_so(monkeypatch):
    monkeypatch.setenv("SLURM_JOB_NUM_NODES", "2")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(KnockonError, match="srun or scontrol is not on the PATH"):
        launch.start(2)


def test_the_status_of_a_rank_passes_through_the_launcher(monkeypatch, tmp_path):
    monkeypatch.setenv("KNOCKON_DESK", str(tmp_path))
    with pytest.raises(SystemExit) as left:
        launch.leave(85)
    assert left.value.code == 0
    assert (tmp_path / "status").read_text() == "85"
    monkeypatch.delenv("KNOCKON_DESK")
    with pytest.raises(SystemExit) as left:
        launch.leave(85)
    assert left.value.code == 85


def test_a_signal_while_the_launcher_is_being_started_reaches_it(monkeypatch, tmp_path):
    """It neither ends this process alone, which would leave the ranks training, nor is it lost."""
    started = subprocess.Popen

    def slow(*arguments, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return started([sys.executable, "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(subprocess, "Popen", slow)
    passed = []

    def forward(launcher, number):
        passed.append(number)
        launcher.kill()

    before = signal.getsignal(signal.SIGTERM)
    assert launch._run(["any"], {}, forward) == -signal.SIGKILL
    assert passed == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == before
