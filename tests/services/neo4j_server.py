"""A real Neo4j server of a test's own, on a free port and in a folder of its own."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from knockon.graph.neo4j.settings import Neo4jSettings, neo4j_settings

SCRIPT = Path(__file__).resolve().parents[2] / "services" / "neo4j" / "neo4j.sh"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Neo4jServer:
    """A server in `folder`, and how to reach it."""

    folder: Path
    port: int

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.env"

    @property
    def settings(self) -> Neo4jSettings:
        """As the owner of the server reads them."""
        return neo4j_settings({}, self.credentials)

    def run(self, order: str) -> str:
        """Run services/neo4j/neo4j.sh."""
        environment = os.environ | {
            "NEO4J_HOME": str(self.folder / "home"),
            "NEO4J_PORT": str(self.port),
            "NEO4J_CREDENTIALS": str(self.credentials),
            "NEO4J_HEAP": "512m",
        }
        # A file, not a pipe: the server that is started would hold a pipe open.
        with (self.folder / "script.log").open("w+") as log:
            ended = subprocess.run([SCRIPT, order], env=environment, stdout=log, stderr=log, check=False, timeout=300)
            log.seek(0)
            said = log.read()
        assert ended.returncode == 0, said
        return said


def start_server(folder: Path) -> Neo4jServer:
    """Start one; skip the test, with the reason, where Neo4j is not installed."""
    if shutil.which("java") is None:
        pytest.skip("java is missing: make services installs it")
    if not list((SCRIPT.parent / "lib").glob(".complete-*")):
        pytest.skip("Neo4j's jars are not there: make services fetches them by Maven")
    server = Neo4jServer(folder, free_port())
    server.run("up")
    return server
