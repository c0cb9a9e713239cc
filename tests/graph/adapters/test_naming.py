"""Names are resolved or their rows rejected, never guessed."""

import pyarrow as pa

from knockon.graph.adapters.naming import distinct
from tests.graph.made_up import naming


def test_bad_names_are_rejected_once_with_line_and_reason() -> None:
    """A row with two bad names is one rejected row; a missing name is no bad name."""
    given = naming()
    table = pa.table(
        {
            "line": [1, 2, 3, 4],
            "a": ["tfc3", "NOPE", "SHARED", "YDR004W"],
            "b": ["HTB2", "NOPE2", "YAL001C", None],
        }
    )
    kept = given.resolve(table, ("a", "b"), "screen", "screen.txt")
    assert kept.to_pylist() == [
        {"line": 1, "a": "YAL001C", "b": "YBL002W"},
        {"line": 4, "a": "YDR004W", "b": None},
    ]
    rejected = given.rejects.table().to_pylist()
    assert [(row["source"], row["line"], row["value"], row["reason"]) for row in rejected] == [
        ("screen", 2, "NOPE", "unknown gene name"),
        ("screen", 3, "SHARED", "ambiguous alias"),
    ]


def test_tables_without_lines_are_rejected_without_one() -> None:
    """Networks carry no line numbers."""
    given = naming()
    given.resolve(pa.table({"a": ["NOPE"]}), ("a",), "net", "net.txt")
    assert given.rejects.table()["line"].to_pylist() == [None]


def test_distinct_rows_are_sorted() -> None:
    """Group-by gives no order; the dump needs one."""
    table = pa.table({"x": ["b", "a", "b", "a"], "y": [2, 1, 2, 0]})
    assert distinct(table, ["x", "y"]).to_pylist() == [{"x": "a", "y": 0}, {"x": "a", "y": 1}, {"x": "b", "y": 2}]
