"""The same Cypher text gives the same rows, with the same types, from a real Neo4j server and the embedded store."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from knockon.graph.embedded import EmbeddedStore
from knockon.graph.neo4j.store import Neo4jStore
from knockon.graph.query import read_query
from knockon.graph.store import GraphStore
from tests.services.neo4j_server import Neo4jServer

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

QUERIES = sorted((Path(__file__).resolve().parents[2] / "queries").rglob("*.cypher"))


@pytest.fixture(scope="module")
def stores(simulated_dump: Path, neo4j_server: Neo4jServer) -> Iterator[tuple[GraphStore, GraphStore]]:
    with EmbeddedStore(memory_bytes=512 << 20, threads=1) as embedded, Neo4jStore(neo4j_server.settings) as server:
        embedded.load(simulated_dump)
        server.load(simulated_dump)
        yield embedded, server


def rows(store: GraphStore, text: str, parameters: dict) -> pa.Table:
    return pa.Table.from_batches(list(store.query(text, parameters)))


def sorted_rows(table: pa.Table) -> list:
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_query_gives_the_same_rows_in_the_same_types(stores, path):
    query = read_query(path)
    parameters = dict(query.defaults)
    if "most" in parameters:
        gene = rows(stores[0], "MATCH (e:InteractionExperiment) RETURN e.query_gene AS g ORDER BY g LIMIT 1", {})
        parameters |= {"gene": gene["g"][0].as_py(), "most": 0.05}
    ours, theirs = (rows(store, query.text, parameters) for store in stores)
    assert theirs.schema.equals(ours.schema)
    assert sorted_rows(theirs) == sorted_rows(ours)
    if path.stem in ("interaction", "fitness", "genes", "annotations", "pathways"):
        assert ours.num_rows > 20
    if path.stem in ("genes", "annotations", "pathways"):
        assert theirs.equals(ours), "these are ordered by a unique key: tables written from them have the same bytes"


def test_batches_are_cut_alike(stores):
    """Tables are written batch by batch: other cuts would give other bytes."""
    text = "MATCH (e:InteractionExperiment)-[:Perturbs]->(g:Gene) RETURN e.id AS id, g.id AS gene ORDER BY id, gene"
    ours, theirs = ([batch.num_rows for batch in store.query(text)] for store in stores)
    assert theirs == ours


@pytest.mark.parametrize("label", ["Gene", "Dataset"])
def test_empty_texts_and_lists_are_not_missing_values(stores, label):
    """CSV can tell "" from nothing, but not an empty list."""
    properties = [name for name, kind in stores[0].schema().entities[label].properties.items()]
    returned = ", ".join(f"x.{name} AS {name}" for name in properties)
    text = f"MATCH (x:{label}) RETURN x.id AS id, {returned} ORDER BY id"
    ours, theirs = (rows(store, text, {}) for store in stores)
    assert theirs.equals(ours)
    if label == "Gene":
        assert [] in ours["aliases"].to_pylist()


def test_both_count_the_same(stores):
    assert stores[0].counts() == stores[1].counts()
    assert stores[0].schema() == stores[1].schema()


@pytest.mark.public
def test_every_query_on_the_public_graph(neo4j_server: Neo4jServer, root: Path):
    """The real dump, where it has been built or pulled; its records range by range, as the stage reads them."""
    dump = Path(os.environ.get("KNOCKON_DUMP", root / "data/graph/yeast"))
    if not (dump / "dump.json").is_file():
        pytest.skip(f"the public graph is not in {dump}: dvc pull yeast_graph, or dvc repro yeast_graph")
    with EmbeddedStore(memory_bytes=1 << 30) as embedded, Neo4jStore(neo4j_server.settings) as server:
        embedded.load(dump)
        server.load(dump)
        assert embedded.counts() == server.counts()
        for path in QUERIES:
            query = read_query(path)
            # A sixteenth of the experiments is 100,000 rows; the other queries have no bounds.
            bounds = {"low": "3", "high": "4"} if "low" in query.defaults else {}
            ours, theirs = (rows(store, query.text, query.defaults | bounds) for store in (embedded, server))
            assert theirs.schema.equals(ours.schema), path
            assert ours.num_rows > 0, path
            assert sorted_rows(theirs) == sorted_rows(ours), path
