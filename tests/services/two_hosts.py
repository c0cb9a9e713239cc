"""Two machines out of one: network namespaces on a bridge, each with a host name and an address of its own."""

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NODES = (1, 2)
PROGRAMS = ("ip", "nsenter", "unshare")


@dataclass(frozen=True)
class TwoHosts:
    """Names and addresses are made from `number`, so that two runs don't meet. folder: where /etc/hosts is written."""

    folder: Path
    number: int

    @property
    def head(self) -> str:
        """The address of this machine on the bridge."""
        return f"10.77.{self.number}.254"

    def address(self, node: int) -> str:
        return f"10.77.{self.number}.{node}"

    def _name(self, node: int) -> str:
        return f"kn{self.number}n{node}"

    @property
    def _bridge(self) -> str:
        return f"kn{self.number}br"

    def up(self) -> None:
        """Make the bridge and the namespaces. Raises CalledProcessError where that is not allowed."""
        names = [f"{self.address(node)} n{node}" for node in NODES]
        (self.folder / "hosts").write_text("\n".join(["127.0.0.1 localhost", *names, ""]))
        _ip(f"link add {self._bridge} type bridge")
        _ip(f"addr add {self.head}/24 dev {self._bridge}")
        _ip(f"link set {self._bridge} up")
        for node in NODES:
            name = self._name(node)
            _ip(f"netns add {name}")
            _ip(f"link add {name}v type veth peer name eth0 netns {name}")
            _ip(f"link set {name}v master {self._bridge} up")
            _ip(f"-n {name} link set lo up")
            _ip(f"-n {name} addr add {self.address(node)}/24 dev eth0")
            _ip(f"-n {name} link set eth0 up")

    def command(self, node: int, command: tuple[str, ...]) -> tuple[str, ...]:
        """A command on a node, as the same process: `ip netns exec` would hide the control groups from slurmd."""
        hosts = shlex.quote(str(self.folder / "hosts"))
        script = f"mount --bind {hosts} /etc/hosts; hostname n{node}; exec {shlex.join(command)}"
        return ("nsenter", f"--net=/run/netns/{self._name(node)}", "unshare", "--uts", "--mount", "sh", "-c", script)

    def down(self) -> None:
        """Remove what `up` made, also half of it."""
        for node in NODES:
            _ip(f"netns del {self._name(node)}", check=False)
        _ip(f"link del {self._bridge}", check=False)


def why_not() -> str | None:
    """Why this machine can't be two; None where it can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    if missing:
        return f"no {', '.join(missing)} here (Debian: apt install iproute2 util-linux)"
    return None if os.geteuid() == 0 else "network namespaces need root"


def _ip(arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments.split()], check=check, capture_output=True, timeout=30)
