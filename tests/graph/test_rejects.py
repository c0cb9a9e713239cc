"""Rejected rows: kept with their source, counted by reason."""

from pathlib import Path

import pyarrow as pa

from knockon.graph.rejects import GRAPH_REJECT_SCHEMA, Rejects
from knockon.sources.reading import rejects_table


def test_rejects_are_counted_by_source_and_reason() -> None:
    """metrics/yeast/graph.json reads these counts; a lost row would be a silent drop."""
    rejects = Rejects()
    rejects.add("b", rejects_table(Path("b.txt"), pa.array([3, 4]), pa.array(["x", "y" * 300]), "no value"))
    rejects.add("a", rejects_table(Path("a.txt"), pa.array([1]), pa.array(["x"]), "no value"))
    rejects.add_rows("b", "b.txt", pa.array([9]), pa.array(["Q"]), pa.array(["unknown gene name"]))
    assert rejects.counts() == {"a": {"no value": 1}, "b": {"no value": 2, "unknown gene name": 1}}
    assert rejects.table().schema.equals(GRAPH_REJECT_SCHEMA)
    assert rejects.table().num_rows == 4


def test_no_rejects_give_an_empty_table_and_no_counts() -> None:
    """A clean build writes an empty table, not none."""
    assert Rejects().table().num_rows == 0
    assert Rejects().counts() == {}
