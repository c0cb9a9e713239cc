"""Query files: every one in the repository runs; headers, parameters and ranges behave."""

from pathlib import Path

import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.query import range_bits, read_query, run_ranges

QUERIES = Path(__file__).resolve().parents[2] / "queries"

_SHARED = ["id", "dataset", "publication", "query_gene", "media", "temperature", "value", "standard_error", "n"]
_ROW_COLUMNS = [*_SHARED, "p_value", "reference", "reconstructed", "gene", "kind", "allele"]


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.cypher")), ids=lambda path: path.stem)
def test_every_query_of_the_repository_runs_with_its_defaults(tiny_store: EmbeddedStore, path: Path) -> None:
    """It says what it returns and whether its rows are ordered, and nothing in it is unknown to the schema."""
    query = read_query(path)
    assert query.description
    assert all(query.meanings.values())
    assert ("ORDER BY" in query.text) != ("In no order" in query.description)
    assert all(isinstance(batch, pa.RecordBatch) for batch in tiny_store.query(query.text, query.defaults))


@pytest.mark.parametrize("name", ["interaction", "fitness", "s_score"])
def test_experiment_queries_return_the_columns_of_the_contract(tiny_store: EmbeddedStore, name: str) -> None:
    """The dataset is assembled from exactly these."""
    query = read_query(QUERIES / "yeast" / f"{name}.cypher")
    assert next(tiny_store.query(query.text, query.defaults)).schema.names == _ROW_COLUMNS


def test_ranges_together_are_the_whole(tiny_store: EmbeddedStore) -> None:
    """No row lost or doubled at a bound, and ranges in order."""
    query = read_query(QUERIES / "yeast" / "interaction.cypher")
    whole = pa.Table.from_batches(list(tiny_store.query(query.text, query.defaults)))
    for bits in (0, 1, 3):
        tables = list(run_ranges(tiny_store, query, bits))
        assert len(tables) > (1 << bits) // 2
        assert [table["id"][0] for table in tables] == sorted((table["id"][0] for table in tables), key=str)
        rows = [sorted(found.to_pylist(), key=str) for found in (pa.concat_tables(tables), whole)]
        assert rows[0] == rows[1]
    assert whole.num_rows == 80


def test_a_query_without_bounds_cannot_be_run_by_range(tiny_store: EmbeddedStore) -> None:
    """It would return everything in every range."""
    with pytest.raises(KnockonError, match=r"takes no \$low and \$high"):
        list(run_ranges(tiny_store, read_query(QUERIES / "yeast" / "genes.cypher"), 1))


def test_range_bits_keep_ranges_small() -> None:
    """Rows of a range stay at or below what was asked for."""
    assert [range_bits(rows, 100) for rows in (0, 1, 100, 101, 200, 201, 1600)] == [0, 0, 0, 1, 1, 2, 4]


def test_parameters_take_the_type_of_their_default(tmp_path: Path) -> None:
    """Text from the command line becomes number or truth value; anything else is refused."""
    path = tmp_path / "q.cypher"
    path.write_text(
        '// Things.\n// param n: 3   how many\n// param x: 0.5  least\n// param name: "a b"   whose\n'
        "// param flag: true  if so\nMATCH (g) WHERE $n > 1 AND $x > 0 AND $flag RETURN $name"
    )
    query = read_query(path)
    assert query.description == "Things."
    assert query.parameters({"n": "7", "x": "1e-3", "flag": "FALSE"}) == {
        "n": 7,
        "x": 0.001,
        "name": "a b",
        "flag": False,
    }
    for given, message in [
        ({"n": "2.5"}, "whole number"),
        ({"x": "low"}, "a number"),
        ({"flag": "1"}, "true or false"),
    ]:
        with pytest.raises(KnockonError, match=message):
            query.parameters(given)
    with pytest.raises(KnockonError, match="has no parameter nam; did you mean name"):
        query.parameters({"nam": "x"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RETURN $x", r"\$x is not declared"),
        ("// param x: maybe  what\nRETURN $x", "default of x is maybe"),
        ("// param x: null  what\nRETURN $x", "must be a number, true, false or a quoted text"),
    ],
)
def test_a_header_that_cannot_be_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    """People write query files of their own."""
    path = tmp_path / "q.cypher"
    path.write_text(text)
    with pytest.raises(KnockonError, match=message):
        read_query(path)


def test_a_missing_or_binary_query_file_is_an_error(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(KnockonError, match="no such query file"):
        read_query(tmp_path / "none.cypher")
    (tmp_path / "b.cypher").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnockonError, match="not UTF-8"):
        read_query(tmp_path / "b.cypher")
