"""The shared column work: splitting, refusing once, repeated rows, ragged lines."""

from pathlib import Path

import pyarrow as pa
import pytest

from knockon.errors import FormatError
from knockon.sources.reading import no_rejects
from knockon.sources.tables import Refusals, ragged, read_named, repeated, split


def test_split_drops_empty_parts_and_keeps_empty_rows():
    lists = split(pa.array(["a| b |", "", None, "|c"]), "|")
    assert lists.to_pylist() == [["a", "b"], [], [], ["c"]]


def test_repeated_looks_at_all_columns_and_treats_missing_as_a_value():
    first, second = pa.array(["a", "a", "a", None, None]), pa.array(["x", "y", "x", "x", "x"])
    assert repeated(first, second).tolist() == [False, False, True, False, True]


def test_a_row_is_refused_once_and_rejects_come_in_line_order():
    lines, values = pa.array([3, 7, 9]), pa.array(["p", "q", "r"])
    refusals = Refusals(Path("file.tsv"), lines)
    refusals.refuse(pa.array([False, False, True]), values, "first reason")
    refusals.refuse(pa.array([True, None, True]), values, "second reason")
    result = refusals.finish(pa.table({"value": values}), no_rejects())
    assert result.table["value"].to_pylist() == ["q"]
    assert [tuple(row.values()) for row in result.rejects.to_pylist()] == [
        ("file.tsv", 3, "p", "second reason"),
        ("file.tsv", 9, "r", "first reason"),
    ]


def test_ragged_fills_missing_columns_and_rejects_too_few_or_too_many(tmp_path):
    path = tmp_path / "ragged.tab"
    path.write_text("a\tb\n\na\na\tb\tc\nx\ty\tz\tw\n")
    result = ragged(path, ("one", "two", "three"), shortest=2)
    assert result.table.to_pylist() == [
        {"line": 1, "one": "a", "two": "b", "three": ""},
        {"line": 4, "one": "a", "two": "b", "three": "c"},
    ]
    assert result.rejects["line"].to_pylist() == [3, 5]


def test_an_empty_file_is_an_error(tmp_path):
    path = tmp_path / "empty.tab"
    path.write_text("")
    with pytest.raises(FormatError, match=r"empty\.tab: is empty"):
        ragged(path, ("one",), shortest=1)


@pytest.mark.parametrize("header", ["strain,line,alanine", "strain,,alanine"])
def test_a_column_must_have_a_name_that_is_free(tmp_path, header):
    path = tmp_path / "named.csv"
    path.write_text(header + "\n1,2,3\n")
    with pytest.raises(FormatError, match="column 2 of the header"):
        read_named(path, ",")
