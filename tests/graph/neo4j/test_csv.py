"""The CSV that neo4j-admin reads: headers with types, nothing lost between a text, an empty text and none."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.graph.dump import read_dump
from knockon.graph.neo4j.csv import write_csv_files


def test_every_label_has_a_file_with_a_typed_header(tiny_dump: Path, tmp_path: Path) -> None:
    """neo4j-admin takes an untyped column for text."""
    files = write_csv_files(read_dump(tiny_dump), tmp_path / "csv", "\x1f")
    header, *rows = files.nodes["Gene"].read_text().splitlines()
    assert header.startswith("id:ID,standard_name:string,aliases:string[]")
    assert "start:long" in header
    assert len(rows) == 4
    assert rows[0].startswith('"YAL001C","TFC3","FUN24\x1fTSV115"')
    assert files.edges["Perturbs"].read_text().startswith(":START_ID,:END_ID,kind:string")
    assert not files.multiline


def test_an_empty_text_is_quoted_and_a_missing_one_is_not(tiny_dump: Path, tmp_path: Path) -> None:
    """That is how neo4j-admin tells them apart."""
    files = write_csv_files(read_dump(tiny_dump), tmp_path / "csv", "\x1f")
    unnamed = files.nodes["Gene"].read_text().splitlines()[4]
    assert unnamed.startswith('"YDR004W","",,')


def test_line_breaks_are_noticed(tiny_dump: Path, tmp_path: Path) -> None:
    """The importer must be told of them; it does without them otherwise, and is faster."""
    assert write_csv_files(_changed(tiny_dump, tmp_path, "description", "two\nlines"), tmp_path / "c", "\x1f").multiline


def test_a_list_that_holds_the_separator_is_refused(tiny_dump: Path, tmp_path: Path) -> None:
    """It would come back as two elements."""
    with pytest.raises(KnockonError, match=r"Gene\.aliases: a list holds"):
        write_csv_files(_changed(tiny_dump, tmp_path, "aliases", ["a\x1fb"]), tmp_path / "csv", "\x1f")


def _changed(dump: Path, folder: Path, column: str, value: object):
    """The dump's genes with one value in all rows of a column, as a dump of genes alone."""
    found = read_dump(dump)
    part = found.parts["Gene"][0]
    table = pq.read_table(dump / part.file)
    values = pa.array([value] * table.num_rows, table.schema.field(column).type)
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, values), folder / part.file)
    return replace(found, folder=folder, parts={"Gene": [part]})
