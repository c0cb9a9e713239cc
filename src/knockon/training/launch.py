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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import __main__
from knockon.errors import KnockonError

# Marks the processes that `start` has started, with the launcher's name.
_STARTED = "KNOCKON_STARTED_BY"
# Where they leave their process ids and exit status: Accelerate's launcher passes on neither signals nor statuses as
# they are, and answers each with a traceback of its own.
_DESK = "KNOCKON_DESK"


def start(processes: int) -> None:
    """Return in every process that is to train; see above. Raises KnockonError where SLURM's tools are missing."""
    if os.environ.get(_STARTED) == "srun":
        os.environ.update(rank_of_slurm(os.environ))
    if _DESK in os.environ:
        (Path(os.environ[_DESK]) / f"{os.getpid()}.pid").touch()
    if _STARTED in os.environ or processes == 1:
        return
    command = _command_line()
    if int(os.environ.get("SLURM_JOB_NUM_NODES", "1")) > 1:
        sys.exit(_run_with_srun(command, processes))
    sys.exit(_run_with_accelerate(command, processes))


def leave(status: int) -> NoReturn:
    """Exit with this status, also through a launcher: `signals.RESUME_EXIT_CODE` where a signal has stopped the run."""
    if _DESK in os.environ:
        (Path(os.environ[_DESK]) / "status").write_text(str(status))
        sys.exit(0)
    sys.exit(status)


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
        desk = Path(folder)

        def forward(launcher: subprocess.Popen[bytes], number: int) -> None:
            ranks = [int(path.stem) for path in desk.glob("*.pid")]
            for pid in ranks or [launcher.pid]:
                # A rank may have ended by itself in this moment.
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

        marks = {_STARTED: "accelerate", _DESK: folder, "OMP_NUM_THREADS": _threads(processes)}
        code = _run(accelerate_command(command, processes), marks, forward)
        status = desk / "status"
        return int(status.read_text()) if code == 0 and status.exists() else code


def _run_with_srun(command: Sequence[str], processes: int) -> int:
    if shutil.which("srun") is None or shutil.which("scontrol") is None:
        raise KnockonError("this is a SLURM allocation of several nodes, but srun or scontrol is not on the PATH")
    hosts = subprocess.run(
        ["scontrol", "show", "hostnames", os.environ["SLURM_JOB_NODELIST"]], capture_output=True, text=True, check=True
    ).stdout.split()
    port = str(20000 + int(os.environ["SLURM_JOB_ID"]) % 10000)
    marks = {
        _STARTED: "srun",
        "MASTER_ADDR": os.environ.get("MASTER_ADDR", hosts[0]),
        "MASTER_PORT": os.environ.get("MASTER_PORT", port),
    }

    def forward(launcher: subprocess.Popen[bytes], number: int) -> None:
        # srun hands SIGUSR1 to its tasks; SIGINT and SIGTERM it takes as orders to kill them.
        launcher.send_signal(signal.SIGUSR1)

    return _run(srun_command(command, processes, len(hosts)), marks, forward)


def _run(command: list[str], marks: dict[str, str], forward: Callable[[subprocess.Popen[bytes], int], None]) -> int:
    """Run a launcher to its end; give its status. `forward` passes a request to stop on to the ranks.

    The launcher gets a session of its own: a terminal's Ctrl-C must reach the ranks once, through here.
    """
    asked: list[int] = []
    running: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, frame: object) -> None:
        # A request that comes while the launcher is being started waits for it: it must not end this process alone.
        if running:
            forward(running[0], number)
        else:
            asked.append(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)}
    try:
        running.append(subprocess.Popen(command, env=os.environ | marks, start_new_session=True))
        for number in asked:
            forward(running[0], number)
        return running[0].wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _threads(processes: int) -> str:
    """Threads for each process: those that the person set, or an even share of the cores."""
    return os.environ.get("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // processes)))
