"""The one place that decides how a training starts: in this process, as several on this node, or over SLURM's nodes.

A stage calls `start(processes)` first. Where more than one process is asked for, that call starts the same command
again once per process, waits, and exits with their status; in those processes, and for a single one, it just returns.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import __main__
from knockon.errors import KnockonError
from knockon.training.signals import RESUME_EXIT_CODE

# Marks the processes that `start` has started; Accelerate's launcher hides their exit status, so they write it down.
_STARTED = "KNOCKON_STARTED_BY"
_STATUS_FILE = "KNOCKON_STATUS_FILE"


def start(processes: int) -> None:
    """Return in every process that is to train; see above. Raises KnockonError where SLURM's tools are missing."""
    if os.environ.get(_STARTED) == "srun":
        os.environ.update(rank_of_slurm(os.environ))
    if _STARTED in os.environ or processes == 1:
        return
    command = [*_command_line()]
    if int(os.environ.get("SLURM_JOB_NUM_NODES", "1")) > 1:
        sys.exit(_run_with_srun(command, processes))
    sys.exit(_run_with_accelerate(command, processes))


def exit_to_resume() -> NoReturn:
    """Leave a run that a signal has stopped, with the status that asks for a resume."""
    if _STATUS_FILE in os.environ:
        Path(os.environ[_STATUS_FILE]).write_text(str(RESUME_EXIT_CODE))
    sys.exit(RESUME_EXIT_CODE)


def accelerate_command(command: Sequence[str], processes: int) -> list[str]:
    """The command line that runs `command` (script or -m module, arguments) in so many processes of this node.

    --multi_gpu is right on a CPU too: with --cpu, Accelerate 1.15 starts one process, whatever the number asked for.
    """
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines", "1"]
    options = ["--num_processes", str(processes), "--mixed_precision", "no", "--dynamo_backend", "no"]
    return [*launcher, *options, "--main_process_port", "0", *command]


def srun_command(command: Sequence[str], processes: int, nodes: int) -> list[str]:
    """The command line that runs `command` in so many processes, spread evenly over the allocation's nodes.

    A process that fails must not leave the others waiting for ever, but they get two minutes to finish their own exit.
    """
    if processes % nodes:
        raise KnockonError(
            f"training.processes is {processes}; it must be a multiple of the allocation's {nodes} nodes"
        )
    spread = [f"--nodes={nodes}", f"--ntasks={processes}", f"--ntasks-per-node={processes // nodes}"]
    return ["srun", *spread, "--kill-on-bad-exit=0", "--wait=120", sys.executable, *command]


def rank_of_slurm(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that torch reads for this process's place, from those that srun sets."""
    return {
        "RANK": environment["SLURM_PROCID"],
        "LOCAL_RANK": environment["SLURM_LOCALID"],
        "WORLD_SIZE": environment["SLURM_STEP_NUM_TASKS"],
        "LOCAL_WORLD_SIZE": str(int(environment["SLURM_STEP_NUM_TASKS"]) // int(environment["SLURM_STEP_NUM_NODES"])),
    }


def _command_line() -> list[str]:
    """How this process was started: a script or -m module, and its arguments."""
    module = __main__.__spec__
    return ["-m", module.name, *sys.argv[1:]] if module is not None else list(sys.argv)


def _run_with_accelerate(command: Sequence[str], processes: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        status = Path(folder) / "status"
        # The launcher kills its processes this long after a signal; a checkpoint may take longer than its 30 s.
        patience = {"TORCH_ELASTIC_SHUTDOWN_TIMEOUT": os.environ.get("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "600")}
        marks = {_STARTED: "accelerate", _STATUS_FILE: str(status), "OMP_NUM_THREADS": _threads(processes)}
        code = _run(accelerate_command(command, processes), marks | patience, forward_as=signal.SIGTERM)
        return int(status.read_text()) if status.exists() else code


def _run_with_srun(command: Sequence[str], processes: int) -> int:
    if shutil.which("srun") is None or shutil.which("scontrol") is None:
        raise KnockonError("this is a SLURM allocation of several nodes, but srun or scontrol is not on the PATH")
    hosts = subprocess.run(
        ["scontrol", "show", "hostnames", os.environ["SLURM_JOB_NODELIST"]], capture_output=True, text=True, check=True
    ).stdout.split()
    port = str(20000 + int(os.environ["SLURM_JOB_ID"]) % 10000)
    meeting = {
        "MASTER_ADDR": os.environ.get("MASTER_ADDR", hosts[0]),
        "MASTER_PORT": os.environ.get("MASTER_PORT", port),
    }
    return _run(srun_command(command, processes, len(hosts)), meeting | {_STARTED: "srun"}, forward_as=signal.SIGUSR1)


def _run(command: list[str], environment: dict[str, str], forward_as: signal.Signals) -> int:
    """Run a launcher to its end; a request to stop is passed on as the signal that this launcher passes on itself."""
    process = subprocess.Popen(command, env=os.environ | environment)

    def forward(number: int, frame: FrameType | None) -> None:
        # A terminal sends Ctrl-C to the launcher as well; one more stop request does no harm.
        process.send_signal(forward_as)

    before = {number: signal.signal(number, forward) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _threads(processes: int) -> str:
    """Threads for each process: those that the person set, or an even share of the cores."""
    return os.environ.get("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
