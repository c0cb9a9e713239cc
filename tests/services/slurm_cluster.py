"""A real SLURM of two nodes on this machine, without systemd: its own munged, slurmctld and two slurmd, free ports."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .neo4j_server import free_port

# cred_expire: a requeued job starts again after so many seconds, not after SLURM's two minutes.
_CONF = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=20
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPort={control}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdParameters=config_overrides
MailProg=/bin/true
JobRequeue=1
KillWait=10
SchedulerParameters=bf_interval=5,sched_min_interval=0
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=2 RealMemory=4000 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=60 State=UP
"""

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "scancel")
_PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"


@dataclass
class Cluster:
    """A cluster that runs in this process's children."""

    folder: Path
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "NEO4J_"))}
        return clean | {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": _PATH}

    def run(self, *command: str, cwd: Path | None = None, **variables: str) -> str:
        """Run a SLURM command; it may take a minute."""
        environment = self.environment | variables
        ended = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def state(self, job: str) -> str:
        """The state of a job; for an array, of all its tasks."""
        shown = self.run("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%T")
        return " ".join(shown.split())

    def wait_for(self, what: Callable[[], object], problem: Callable[[], str], seconds: float = 300) -> None:
        """Wait until something holds; fail with `problem()` where it never does."""
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                pytest.fail(problem())
            time.sleep(0.2)

    def wait(self, job: str, log: Callable[[], str]) -> None:
        """Wait until all tasks of a job have completed."""
        self.wait_for(lambda: not {"PENDING", "RUNNING", "COMPLETING"} & set(self.state(job).split()), log)
        assert set(self.state(job).split()) == {"COMPLETED"}, f"{self.state(job)}\n{log()}"

    def start(self) -> None:
        """Start the daemons and wait until both nodes are idle."""
        folder, host = self.folder, socket.gethostname()
        ports = {"control": free_port(), "first": free_port(), "second": free_port()}
        (folder / "slurm.conf").write_text(_CONF.format(folder=folder, host=host, **ports))
        (folder / "state").mkdir()
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        # As root, below a folder that others may enter: munged warns, and is told to go on.
        files = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "log", "pid", "seed")]
        self._daemon("munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *files)
        self.wait_for(lambda: (folder / "munge.socket").exists(), self.logs, 30)
        self._daemon("slurmctld", "-D", "-f", str(folder / "slurm.conf"))
        for node in ("n1", "n2"):
            self._daemon("slurmd", "-D", "-f", str(folder / "slurm.conf"), "-N", node)
        self.wait_for(self._idle, self.logs, 60)

    def _daemon(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.out").open("ab") as log:
            path = shutil.which(command[0], path=_PATH)
            started = subprocess.Popen([str(path), *command[1:]], env=self.environment, stdout=log, stderr=log)
        self.daemons.append(started)

    def _idle(self) -> bool:
        with contextlib.suppress(AssertionError):
            return self.run("sinfo", "--noheader", "--format=%D %t") == "2 idle"
        return False

    def logs(self) -> str:
        """The end of what the daemons have to say."""
        paths = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-2000:]}" for path in sorted(paths))

    def stop(self) -> None:
        """End all jobs, then the daemons."""
        with contextlib.suppress(AssertionError, subprocess.TimeoutExpired):
            self.run("scancel", "--user=root")
            self.wait_for(lambda: not self.run("squeue", "--noheader"), self.logs, 30)
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


@contextlib.contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster inside the block; skips, with the reason, where this machine can't have one."""
    missing = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        pytest.skip(f"SLURM is not installed ({', '.join(missing)} missing): make services")
    if os.geteuid():
        pytest.skip("slurmd runs jobs as other users: these tests need root")
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
