"""Records from rows: the vectorised assembly equals a loop over rows."""

from pathlib import Path

import pyarrow as pa
import pytest

from knockon.dataset.records import RECORD_SCHEMA
from knockon.errors import KnockonError
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.experiments import records_from_rows
from knockon.graph.query import read_query

QUERIES = Path(__file__).resolve().parents[2] / "queries" / "yeast"


def _batches(store: EmbeddedStore, name: str) -> list[pa.RecordBatch]:
    query = read_query(QUERIES / f"{name}.cypher")
    return list(store.query(query.text, query.defaults))


def _loop(rows: list[dict[str, object]], phenotype: str) -> list[dict[str, object]]:
    records: dict[object, dict[str, object]] = {}
    for row in rows:
        record = records.setdefault(row["id"], {**row, "phenotype": phenotype, "perturbations": []})
        record["perturbations"].append({key: row[key] for key in ("gene", "kind", "allele")})
    for record in records.values():
        record["perturbations"] = sorted(record["perturbations"], key=lambda one: tuple(one.values()))
    return [{name: records[key][name] for name in RECORD_SCHEMA.names} for key in sorted(records)]


@pytest.mark.parametrize("name", ["interaction", "fitness"])
def test_records_equal_a_loop_over_rows(tiny_store: EmbeddedStore, name: str) -> None:
    """In any order of rows and however the batches are cut, also in the middle of an experiment."""
    rows = pa.Table.from_batches(_batches(tiny_store, name))
    shuffled = rows.take(pa.array(list(reversed(range(rows.num_rows)))))
    records = records_from_rows(shuffled.to_batches(max_chunksize=3), name, RECORD_SCHEMA)
    assert records.schema.equals(RECORD_SCHEMA, check_metadata=True)
    assert records.to_pylist() == _loop(rows.to_pylist(), name)
    records.validate(full=True)


def test_no_rows_give_an_empty_table_of_records(tiny_store: EmbeddedStore) -> None:
    """A phenotype that nobody measured is an empty table, not an error."""
    assert records_from_rows([], "s_score", RECORD_SCHEMA).num_rows == 0
    assert records_from_rows(_batches(tiny_store, "s_score"), "s_score", RECORD_SCHEMA).schema.equals(RECORD_SCHEMA)


def test_a_query_that_lacks_a_column_is_named(tiny_store: EmbeddedStore) -> None:
    """People may define data sets by queries of their own."""
    batches = [batch.drop_columns(["standard_error", "kind"]) for batch in _batches(tiny_store, "fitness")]
    with pytest.raises(KnockonError, match="returns no kind, standard_error"):
        records_from_rows(batches, "fitness", RECORD_SCHEMA)
