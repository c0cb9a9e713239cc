"""Amino acids of deletion strains."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.metabolome import read_metabolome


def read(tmp_path, text):
    path = tmp_path / "zscores.csv"
    path.write_text(text)
    return read_metabolome(path)


def test_rows_and_cells_are_refused_apart(tmp_path):
    text = 'ORF,gene,alanine,proline\nYA,"A1",1.5,inf\nYA,A1,1,1\n,B1,1,1\nYB,,,2\nYC,C1,1\n'
    result = read(tmp_path, text)
    assert result.table.select(["line", "strain", "component", "value"]).to_pylist() == [
        {"line": 2, "strain": "YA", "component": "alanine", "value": 1.5},
        {"line": 5, "strain": "YB", "component": "proline", "value": 2.0},
    ]
    assert list(zip(result.rejects["line"].to_pylist(), result.rejects["reason"].to_pylist(), strict=True)) == [
        (2, "proline: not a number"),
        (3, "a strain that came before"),
        (4, "no ORF"),
        (6, "3 columns instead of 4"),
    ]


def test_another_header_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="ORF,gene"):
        read(tmp_path, "strain,alanine\nYA,1\n")


@pytest.mark.public
def test_the_published_table(public_files):
    result = read_metabolome(public_files / "yeast/metabolome/Mulleder_2016_metabolomics_zscores.csv")
    assert result.rejects.num_rows == 0
    assert result.table.num_rows == 4678 * 19
    assert len(result.table["strain"].unique()) == 4678
    assert "tryptophan" in result.table["component"].unique().to_pylist()
