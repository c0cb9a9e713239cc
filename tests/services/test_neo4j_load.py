"""Filling a real server, in bulk and over Bolt: again and again, and with failures that leave the former graph."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.graph.dump import read_dump
from knockon.graph.neo4j import batches as neo4j_batches
from knockon.graph.neo4j import bulk as neo4j_bulk
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.neo4j.settings import Neo4jSettings
from knockon.graph.neo4j.store import Neo4jStore
from tests.services.neo4j_server import Neo4jServer, start_server

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server of its own: other tests rely on what theirs holds."""
    server = start_server(tmp_path_factory.mktemp("loading"))
    yield server
    server.run("down")


def counts(settings: Neo4jSettings, dump: Path) -> dict[str, int]:
    """What a server without a home, which no load may fill, holds of this dump."""
    with Neo4jStore(replace(settings, home=None)) as store:
        store.load(dump)
        return store.counts()


def all_nodes(settings: Neo4jSettings) -> int:
    with Neo4jSession(settings) as session:
        return int(session.rows("MATCH (n) WHERE NOT n:KnockonDump RETURN count(*)")[0][0])


def nodes_of(dump: Path) -> int:
    found = read_dump(dump)
    return sum(count for label, count in found.counts().items() if found.schema.entities[label].is_node)


def constraints(settings: Neo4jSettings) -> set[str]:
    with Neo4jSession(settings) as session:
        return {row[0] for row in session.rows("SHOW CONSTRAINTS YIELD name RETURN name")}


@pytest.mark.parametrize("online", [False, True], ids=["bulk", "online"])
def test_a_dump_takes_the_place_of_another(server, simulated_dump, other_dump, online):
    """Nothing of the former is left, nothing is doubled, and a second load has nothing to do."""
    with Neo4jStore(server.settings) as store:
        for dump in (simulated_dump, other_dump):
            assert store.fill(dump, online=online)
            assert not store.fill(dump, online=online)
            assert counts(server.settings, dump) == read_dump(dump).counts()
            assert all_nodes(server.settings) == nodes_of(dump)
        labels = [label for label, entity in read_dump(other_dump).schema.entities.items() if entity.is_node]
    assert constraints(server.settings) == {f"knockon_{label}_id" for label in labels}


@pytest.mark.parametrize("online", [False, True], ids=["bulk", "online"])
def test_a_dump_that_fails_to_load_leaves_the_former(server, simulated_dump, other_dump, tmp_path, online):
    """An edge without its node, and a damaged part: neo4j-admin and the batches each notice."""
    with Neo4jStore(server.settings) as store:
        store.fill(other_dump, online=online)
        for name, spoil in (("edge", _drop_nodes), ("part", _damage)):
            broken = _copy(simulated_dump, tmp_path / name)
            spoil(broken)
            with pytest.raises(KnockonError):
                store.fill(broken, online=online)
            assert counts(server.settings, other_dump) == read_dump(other_dump).counts(), name


def test_a_bulk_load_that_fails_after_the_exchange_gives_the_former_back(
    server, simulated_dump, other_dump, monkeypatch
):
    with Neo4jStore(server.settings) as store:
        store.fill(other_dump)
        monkeypatch.setattr(neo4j_bulk, "mend_empty_lists", _fail)
        with pytest.raises(KnockonError, match="on purpose"):
            store.fill(simulated_dump)
        assert counts(server.settings, other_dump) == read_dump(other_dump).counts()


@pytest.mark.parametrize("step", ["constrain", "delete_nodes", "unconstrain"])
def test_an_online_load_that_is_cut_off_is_finished_by_the_next(server, simulated_dump, other_dump, monkeypatch, step):
    """Until then no reader takes the database for whole, unless it is still the former one."""
    with Neo4jStore(server.settings) as store:
        store.fill(other_dump, online=True)
        real, calls = getattr(neo4j_batches, step), []

        def fails_late(*arguments):
            """The first ten deletions and the first constraints are those of the prefix."""
            calls.append(arguments)
            if len(calls) > {"constrain": 1, "delete_nodes": 12, "unconstrain": 0}[step]:
                _fail()
            real(*arguments)

        monkeypatch.setattr(neo4j_batches, step, fails_late)
        with pytest.raises(KnockonError, match="on purpose"):
            store.fill(simulated_dump, online=True)
        monkeypatch.undo()
        with pytest.raises(KnockonError, match="does not hold"):
            counts(server.settings, simulated_dump)
        store.fill(simulated_dump, online=True)
    assert counts(server.settings, simulated_dump) == read_dump(simulated_dump).counts()
    assert all_nodes(server.settings) == nodes_of(simulated_dump)


def test_nodes_that_knockon_did_not_load_are_not_deleted(server, other_dump):
    """A lab's own Gene nodes in the same database."""
    with Neo4jSession(server.settings) as session:
        session.rows("MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        session.rows("CREATE (:Gene {id: 'theirs'})")
        with Neo4jStore(server.settings) as store, pytest.raises(KnockonError, match="give it an empty database"):
            store.fill(other_dump, online=True)
        assert session.rows("MATCH (n:Gene) RETURN n.id") == [["theirs"]]
        session.rows("MATCH (n) DETACH DELETE n")


def _copy(dump: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for path in dump.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def _drop_nodes(dump: Path) -> None:
    """A whole part of the nodes is empty, but the edges that end there stay."""
    path = dump / "GoTerm-part000.parquet"
    pq.write_table(pq.read_table(path).slice(0, 1), path)


def _damage(dump: Path) -> None:
    path = dump / "Perturbs-part000.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def _fail(*arguments: object) -> None:
    raise KnockonError("on purpose")
