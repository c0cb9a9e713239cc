"""Expression profiles from text and from a MATLAB table, which is decoded without running anything."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.expression import read_expression_matrix, read_sameith
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from tests.sources.mat_files import numbers, table_file, texts


def read(tmp_path, data):
    path = tmp_path / "table.mat"
    path.write_bytes(data)
    return read_sameith(path)


def test_a_matlab_table_is_read(tmp_path):
    columns = {
        "geneName": texts("YA", "YB", "YA"),
        "commonName": np.zeros((6, 1), np.uint32),  # a categorical: a reference to elsewhere
        "CBF1": numbers(0.5, np.nan, 9.0),
        "CBF1_HAC1": numbers(1.5, 2.0, 9.0),
    }
    result = read(tmp_path, table_file(columns))
    assert result.table.schema.equals(PROFILE_SCHEMA, check_metadata=True)
    rows = [(row["strain"], row["genes"], row["component"], row["value"]) for row in result.table.to_pylist()]
    assert rows == [
        ("CBF1", ["CBF1"], "YA", 0.5),
        ("CBF1_HAC1", ["CBF1", "HAC1"], "YA", 1.5),
        ("CBF1_HAC1", ["CBF1", "HAC1"], "YB", 2.0),
    ]
    assert result.rejects["line"].to_pylist() == [3]
    with pytest.raises(FormatError, match="needs a column of names"):
        read(tmp_path, table_file({"a": numbers(1.0), "b": numbers(0.5)}))


def test_a_text_matrix_has_strains_in_its_columns(tmp_path):
    path = tmp_path / "steady_state.tab"
    path.write_text("target\tYA\tYB\nQ1\t1\t2\nQ2\tNA\tx\nQ1\t1\t1\n")
    result = read_expression_matrix(path)
    rows = [(row["line"], row["strain"], row["component"], row["value"]) for row in result.table.to_pylist()]
    assert rows == [(2, "YA", "Q1", 1.0), (2, "YB", "Q1", 2.0)]
    assert result.rejects["line"].to_pylist() == [3, 4]
    path.write_text("something\tYA\nQ1\t1\n")
    with pytest.raises(FormatError, match="first column"):
        read_expression_matrix(path)


@pytest.mark.public
def test_the_published_files(public_files):
    folder = public_files / "yeast/expression"
    sameith = read_sameith(folder / "sameith2015_independent_test_set_expression.mat")
    assert (sameith.table.num_rows, sameith.rejects.num_rows) == (6112 * 86, 0)
    genes = sameith.table["genes"].combine_chunks()
    strains = {len(genes[place]) for place in range(0, len(genes), 6112)}
    doubles = sum(len(genes[place]) == 2 for place in range(0, len(genes), 6112))
    assert (strains, doubles) == ({1, 2}, 72)
    assert sameith.table["value"][0].as_py() == pytest.approx(0.985907)
    kinases = read_expression_matrix(folder / "steady_state_transcriptomics_kinase_KO.tab")
    assert (kinases.table.num_rows, kinases.rejects.num_rows) == (3011 * 45, 0)
