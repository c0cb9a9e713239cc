"""STRING v9.1: numbers are lines of the companion list, counted from 1."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.string91 import STRING91_SCHEMA, read_string91
from knockon.sources.yeast.string_physical import read_string_physical


def read(tmp_path, text, names="YC\nYA\nYB\n"):
    (tmp_path / "names.txt").write_text(names)
    (tmp_path / "fusion.txt").write_text(text)
    return read_string91(tmp_path / "fusion.txt", names=tmp_path / "names.txt", channel="fusion")


def test_numbers_become_names_and_pairs_come_once(tmp_path):
    result = read(tmp_path, "1\t2\t0.5\n2\t1\t0.5\n3\t2\t0.25\n")
    assert result.table.schema.equals(STRING91_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in result.table.to_pylist()] == [
        ("YA", "YB", "fusion", 0.25),
        ("YA", "YC", "fusion", 0.5),
    ]


def test_bad_rows(tmp_path):
    result = read(tmp_path, "1\t2\t0.5\n2\t1\t0.75\n0\t1\t0.5\n4\t1\t0.5\n1\t1\t0.5\n1\t3\t1.5\nx\t3\t0.5\n")
    assert result.table.num_rows == 1
    assert result.rejects["line"].to_pylist() == [2, 3, 4, 5, 6, 7]


def test_a_gap_in_the_list_of_names_is_an_error(tmp_path):
    with pytest.raises(FormatError, match=r"names\.txt, line 2: a blank line"):
        read(tmp_path, "1\t2\t0.5\n", names="YC\n\nYB\n")


@pytest.mark.public
def test_counting_from_one_is_what_makes_sense_of_the_published_files(public_files):
    folder = public_files / "yeast/networks"
    physical = read_string_physical(folder / "4932.protein.physical.links.full.v12.0.txt.gz").table
    result = read_string91(folder / "string91_database.txt", names=folder / "string91_genes.txt", channel="database")
    assert (result.table.num_rows, result.rejects.num_rows) == (33_486, 0)

    def pairs(table, *names):
        return pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in names), "\t")

    known = pc.is_in(pairs(result.table, "gene_a", "gene_b"), pairs(physical, "protein_a", "protein_b"))
    assert pc.mean(known.cast(pa.float64())).as_py() > 0.5  # counted from 0: 0.01
