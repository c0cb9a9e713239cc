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

from tests.services.neo4j_server import free_port
from tests.services.two_hosts import NODES, TwoHosts, why_not

# cred_expire: a requeued job starts again after so many seconds, not after SLURM's two minutes.
_CONF = """
ClusterName=tests
SlurmctldHost={host}({address})
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
{nodes}
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=60 State=UP
"""

_NODE = "NodeName=n{number} NodeHostname={host} NodeAddr={address} Port={port} CPUs=2 RealMemory=4000 State=UNKNOWN"

_PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "scancel")
_PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"


@dataclass
class Cluster:
    """A cluster that runs in this process's children. hosts: where its nodes are; both on this one by default."""

    folder: Path
    hosts: TwoHosts | None = None
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
        folder = self.folder
        (folder / "slurm.conf").write_text(self._configuration())
        (folder / "state").mkdir()
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        # As root, below a folder that others may enter: munged warns, and is told to go on.
        files = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "log", "pid", "seed")]
        self._daemon("munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *files)
        self.wait_for(lambda: (folder / "munge.socket").exists(), self.logs, 30)
        self._daemon("slurmctld", "-D", "-f", str(folder / "slurm.conf"))
        for number in NODES:
            command = ("slurmd", "-D", "-f", str(folder / "slurm.conf"), "-N", f"n{number}")
            self._daemon(*(self.hosts.command(number, command) if self.hosts else command))
        self.wait_for(self._idle, self.logs, 60)

    def _configuration(self) -> str:
        host = socket.gethostname()
        nodes = [
            _NODE.format(
                number=number,
                host=f"n{number}" if self.hosts else host,
                address=self.hosts.address(number) if self.hosts else "127.0.0.1",
                port=free_port(),
            )
            for number in NODES
        ]
        address = self.hosts.head if self.hosts else "127.0.0.1"
        return _CONF.format(folder=self.folder, host=host, address=address, control=free_port(), nodes="\n".join(nodes))

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
def running_cluster(folder: Path, two_hosts: bool = False) -> Iterator[Cluster]:
    """A cluster inside the block, its nodes on two hosts if so asked; skips, with the reason, where it can't be."""
    missing = [name for name in _PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        pytest.skip(f"SLURM is not installed ({', '.join(missing)} missing): make services")
    if os.geteuid():
        pytest.skip("slurmd runs jobs as other users: these tests need root")
    if two_hosts and (reason := why_not()):
        pytest.skip(f"two hosts: {reason}")
    hosts = TwoHosts(folder, os.getpid() % 250) if two_hosts else None
    cluster = Cluster(folder, hosts)
    try:
        if hosts:
            bring_up(hosts)
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        if hosts:
            hosts.down()


def bring_up(hosts: TwoHosts) -> None:
    """Make the hosts; skips where the kernel doesn't allow it, as in most containers."""
    try:
        hosts.up()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"two hosts: {error.stderr.decode().strip()}")
