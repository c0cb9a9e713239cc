"""The regulation matrix becomes its edges."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.yeastract import REGULATION_SCHEMA, read_yeastract


def read(tmp_path, text):
    path = tmp_path / "YEASTRACT.tsv"
    path.write_text(text)
    return read_yeastract(path)


def test_ones_are_edges(tmp_path):
    result = read(tmp_path, "SystematicName\tR1\tR2\nT1\t0\t1\nT2\t1\t1\n")
    assert result.table.schema.equals(REGULATION_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in result.table.to_pylist()] == [("R2", "T1"), ("R1", "T2"), ("R2", "T2")]


def test_a_row_with_a_bad_cell_gives_no_edges(tmp_path):
    result = read(tmp_path, "SystematicName\tR1\tR2\nT1\t1\t2\nT2\t1\t0\nT2\t0\t1\n\t1\t1\nT3\t1\n")
    assert result.table["target"].to_pylist() == ["T2"]
    assert result.rejects["line"].to_pylist() == [2, 4, 5, 6]
    assert result.rejects["value"].to_pylist()[0] == "2"


@pytest.mark.parametrize(
    ("text", "message"), [("SystematicName\nT1\n", "names no regulator"), ("S\tR1\tR1\nT\t0\t0\n", "'R1' twice")]
)
def test_bad_headers_are_errors(tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        read(tmp_path, text)


@pytest.mark.public
def test_the_published_matrix(public_files):
    result = read_yeastract(public_files / "yeast/networks/YEASTRACT_20190713_BOTH.tsv")
    assert (result.table.num_rows, result.rejects.num_rows) == (11_486, 0)
