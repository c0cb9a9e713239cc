"""Rows as a Neo4j driver gives them, in the types that the schema declares."""

import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.graph.neo4j.rows import batches, declared_types
from knockon.graph.schema import read_schema
from tests.graph.made_up import FILES

SCHEMA = read_schema(FILES.schema)


def test_columns_that_return_properties_have_the_types_of_the_schema() -> None:
    """Also where all values are missing, of which no type can be inferred."""
    text = """// Genes. RETURN g.nothing
    MATCH (g:Gene)<-[p:Perturbs]-(e:FitnessExperiment) WHERE g.id <> "RETURN g.strand"
    RETURN DISTINCT g.id AS gene, g.aliases AS aliases, e.value, e.n AS n, g.essential AS essential, count(*) AS rows
    ORDER BY gene"""
    assert declared_types(text, SCHEMA) == {
        "gene": pa.string(),
        "aliases": pa.list_(pa.string()),
        "e.value": pa.float64(),
        "n": pa.int64(),
        "essential": pa.bool_(),
    }


def test_batches_have_one_schema_whatever_they_hold() -> None:
    """The second batch holds nulls alone; a writer of files takes no other schema there."""
    blocks = [[("a", 1, 0.5)], [("b", None, None)]]
    first, second = batches(["id", "n", "x"], blocks, {"id": pa.string(), "x": pa.float64()})
    assert first.schema == second.schema == pa.schema({"id": pa.string(), "n": pa.int64(), "x": pa.float64()})
    assert second.to_pylist() == [{"id": "b", "n": None, "x": None}]


def test_no_rows_are_one_empty_batch() -> None:
    """As the protocol of the stores says."""
    (batch,) = batches(["id", "n"], [], {"id": pa.string()})
    assert batch.num_rows == 0
    assert batch.schema == pa.schema({"id": pa.string(), "n": pa.null()})


def test_a_column_of_several_types_is_named() -> None:
    """Cypher allows what a table can't hold."""
    with pytest.raises(KnockonError, match="column n holds values"):
        list(batches(["n"], [[(1,), ("one",)]], {}))
