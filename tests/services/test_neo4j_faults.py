"""What goes wrong with a server is one message that says what to do, and leaves no half of anything behind."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.graph.neo4j.settings import neo4j_settings
from knockon.graph.neo4j.store import Neo4jStore
from knockon.stages.stage import Params
from knockon.stages.yeast import query as stage
from tests.services.neo4j_server import Neo4jServer, free_port

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def filled(neo4j_server: Neo4jServer, simulated_dump: Path) -> Neo4jServer:
    """A server that holds the small graph."""
    with Neo4jStore(neo4j_server.settings) as store:
        store.load(simulated_dump)
    return neo4j_server


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "guess"}, r"refuses user neo4j: check NEO4J_USER and NEO4J_PASSWORD"),
        ({"database": "nowhere"}, r"has no database 'nowhere': check NEO4J_DATABASE"),
        ({"uri": "ftp://127.0.0.1:1"}, r"NEO4J_URI is 'ftp://127.0.0.1:1'"),
    ],
)
def test_a_wrong_setting_is_named(filled: Neo4jServer, simulated_dump: Path, change, message):
    with pytest.raises(KnockonError, match=message), Neo4jStore(replace(filled.settings, **change)) as store:
        store.load(simulated_dump)


def test_a_server_that_is_down_is_named(filled: Neo4jServer, simulated_dump: Path):
    settings = replace(filled.settings, uri=f"bolt://127.0.0.1:{free_port()}")
    with pytest.raises(KnockonError, match=r"no connection.*is the server up"), Neo4jStore(settings) as store:
        store.load(simulated_dump)


def test_credentials_that_are_nowhere_are_asked_for(tmp_path: Path):
    with pytest.raises(KnockonError, match=r"NEO4J_URI and NEO4J_PASSWORD not set.*make neo4j-up"):
        neo4j_settings({}, tmp_path / "credentials.env")


def test_a_query_that_takes_too_long_is_given_up(filled: Neo4jServer, simulated_dump: Path):
    text = "MATCH (a:Gene) MATCH (b:Gene) MATCH (c:Gene) MATCH (d:Gene) RETURN count(*) AS n"
    with Neo4jStore(filled.settings) as store:
        store.load(simulated_dump)
    with Neo4jStore(replace(filled.settings, timeout=1.0)) as store:
        store.load(simulated_dump)
        with pytest.raises(KnockonError, match=r"took longer than 1 s.*NEO4J_TIMEOUT"):
            list(store.query(text + ", sum(a.start * b.start * c.start * d.start) AS work"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MATCH (g:Gene RETURN g.id", "not valid Cypher.*line 1"),
        ("MATCH (g:Gen) RETURN g.id", "no node label Gen; did you mean Gene"),
        ("MATCH (g:Gene) SET g.start = 1", "read-only"),
        ("MATCH (g:Gene) RETURN g.id AS id, g AS gene", "column gene holds values"),
    ],
)
def test_a_wrong_query_is_explained(filled: Neo4jServer, simulated_dump: Path, text, message):
    with Neo4jStore(filled.settings) as store:
        store.load(simulated_dump)
        with pytest.raises(KnockonError, match=message):
            list(store.query(text))


def test_a_server_of_others_is_not_filled_unasked(filled: Neo4jServer, other_dump: Path):
    """A stage of one person must not replace the graph that a whole lab asks."""
    settings = replace(filled.settings, home=None)
    with pytest.raises(KnockonError, match="run `knockon graph load --store neo4j`"), Neo4jStore(settings) as store:
        store.load(other_dump)


@contextmanager
def cut_off_after(port: int, most: int) -> Iterator[int]:
    """The port of a proxy whose connections break once `most` bytes have come back from the server."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket, left: float) -> None:
        try:
            while left > 0 and (data := source.recv(4096)):
                target.sendall(data)
                left -= len(data)
        except OSError:
            pass
        for end in (source, target):
            # Closing alone would wait for the other direction, which is reading.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            for arguments in ((client, server, float("inf")), (server, client, most)):
                threading.Thread(target=pump, args=arguments, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def test_a_connection_lost_in_mid_stream_is_an_error_and_leaves_no_dataset(
    filled: Neo4jServer, simulated_dump: Path, tmp_path: Path, monkeypatch, root: Path
):
    """The stage writes its folder as a whole or not at all; what was there before stays."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stage.paths, "DUMP", simulated_dump)
    monkeypatch.setattr(stage.paths, "QUERIES", root / "queries" / "yeast")
    before = stage.paths.RECORDS / "before.parquet"
    before.parent.mkdir(parents=True)
    before.touch()
    params = Params({"yeast": {"graph": {"store": "neo4j", "memory_gb": 1}}}, ("yeast.graph",))
    with cut_off_after(filled.port, most=300_000) as port:
        for name, value in (("URI", f"bolt://127.0.0.1:{port}"), ("PASSWORD", filled.settings.password)):
            monkeypatch.setenv(f"NEO4J_{name}", value)
        with pytest.raises(KnockonError, match="no connection, or it was lost"):
            stage.main(params)
    assert [path.name for path in stage.paths.RECORDS.parent.rglob("*")] == ["records", "before.parquet"]
    monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{filled.port}")
    stage.main(params)
    assert not before.exists()
    assert list(stage.paths.RECORDS.glob("fitness-*.parquet"))


def test_both_stores_make_the_same_dataset(filled: Neo4jServer, simulated_dump: Path, tmp_path, monkeypatch, root):
    """Byte for byte: dvc.lock has the same hashes from the query stage on."""
    monkeypatch.setattr(stage.paths, "DUMP", simulated_dump)
    monkeypatch.setattr(stage.paths, "QUERIES", root / "queries" / "yeast")
    monkeypatch.setenv("NEO4J_URI", f"bolt://127.0.0.1:{filled.port}")
    monkeypatch.setenv("NEO4J_PASSWORD", filled.settings.password)
    found = {}
    for name in ("embedded", "neo4j"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        stage.main(Params({"yeast": {"graph": {"store": name, "memory_gb": 1}}}, ("yeast.graph",)))
        files = sorted(path for path in stage.paths.DATASET.rglob("*") if path.is_file())
        found[name] = {str(path): path.read_bytes() for path in files}
    assert found["neo4j"].keys() == found["embedded"].keys()
    assert [name for name, data in found["embedded"].items() if found["neo4j"][name] != data] == []
