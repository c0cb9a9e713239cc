"""A real S3 server: OpenStack Swift with s3api, from the distribution's packages, on free ports of this machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.services.neo4j_server import free_port

ACCESS, SECRET = "lab:dvc", "secret"

_STORAGE = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 1
devices = {folder}/node
mount_check = false
swift_dir = {folder}/etc
user = root
log_level = WARNING
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

# Without proxy-logging a HEAD of an absent object sends a stray chunk, and every push fails.
_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 1
swift_dir = {folder}/etc
user = root
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats s3api tempauth copy dlo slo
  proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcache}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_lab_dvc = secret .admin
[filter:proxy-logging]
use = egg:swift#proxy_logging
"""
_FILTERS = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "copy", "dlo", "slo")

_HASHES = """
[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
[storage-policy:0]
name = one
default = yes
"""

_PROGRAMS = ("swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server", "memcached")


@dataclass
class Swift:
    """A server in `folder`."""

    folder: Path
    port: int
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def objects(self) -> list[Path]:
        """The files in which the server keeps the contents of its objects."""
        return sorted((self.folder / "node").rglob("*.data"))

    def start(self) -> None:
        etc = self.folder / "etc"
        etc.mkdir()
        (self.folder / "node" / "d1").mkdir(parents=True)
        (etc / "swift.conf").write_text(_HASHES)
        memcache = free_port()
        for kind in ("account", "container", "object"):
            port = free_port()
            (etc / f"{kind}-server.conf").write_text(_STORAGE.format(kind=kind, port=port, folder=self.folder))
            ring = ["swift-ring-builder", str(etc / f"{kind}.builder")]
            for order in (["create", "4", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/d1", "1"], ["rebalance"]):
                subprocess.run([*ring, *order], check=True, capture_output=True)
        filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _FILTERS)
        proxy = _PROXY.format(port=self.port, folder=self.folder, memcache=memcache) + filters
        (etc / "proxy-server.conf").write_text(proxy)
        self._daemon("memcached", "-u", "root", "-l", "127.0.0.1", "-p", str(memcache))
        for kind in ("account", "container", "object", "proxy"):
            self._daemon(f"swift-{kind}-server", str(etc / f"{kind}-server.conf"))
        end = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > end:
                pytest.fail(f"Swift does not answer: {(self.folder / 'daemons.log').read_text()[-3000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _daemon(self, *command: str) -> None:
        with (self.folder / "daemons.log").open("ab") as log:
            # A group of its own: the Swift servers fork workers.
            self.daemons.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGTERM)
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(daemon.pid, signal.SIGKILL)
                daemon.wait()


@contextlib.contextmanager
def running_swift(folder: Path) -> Iterator[Swift]:
    """A server inside the block; skips, with the reason, where this machine can't have one."""
    if missing := [name for name in _PROGRAMS if shutil.which(name) is None]:
        pytest.skip(f"Swift is not installed ({', '.join(missing)} missing): make services")
    if os.geteuid():
        pytest.skip("Swift drops to the user that its configuration names: these tests need root")
    swift = Swift(folder, free_port())
    try:
        swift.start()
        yield swift
    finally:
        swift.stop()
