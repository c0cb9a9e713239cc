"""CalMorph matrices, of the wild type and of mutants, and the list of their parameters."""

import pyarrow.compute as pc
import pytest
from openpyxl import Workbook

from knockon.errors import FormatError
from knockon.sources.yeast.morphology import (
    PARAMETER_SCHEMA,
    read_scmd_mutants,
    read_scmd_parameters,
    read_scmd_wildtype,
)

MATRIX = "name\tA101_A\tACV103_A1B\tC11-1_A\tD203\nYA\t0.25\t-1\t100\t0\nYB\t0.5\tx\t\t7\nYA\t1\t1\t1\t1\n"


def written(tmp_path, text):
    path = tmp_path / "mt4718data.tsv"
    path.write_text(text)
    return path


def test_mutants_are_single_deletions_and_minus_one_is_no_value(tmp_path):
    result = read_scmd_mutants(written(tmp_path, MATRIX))
    assert [(row["strain"], row["component"], row["value"]) for row in result.table.to_pylist()] == [
        ("YA", "A101_A", 0.25),
        ("YA", "C11-1_A", 100.0),
        ("YA", "D203", 0.0),
        ("YB", "A101_A", 0.5),
        ("YB", "D203", 7.0),
    ]
    assert result.table["genes"].to_pylist()[0] == ["YA"]
    assert result.rejects["line"].to_pylist() == [3, 4]


def test_the_wild_type_has_no_deleted_gene(tmp_path):
    table = read_scmd_wildtype(written(tmp_path, MATRIX)).table
    assert set(map(len, table["genes"].to_pylist())) == {0}


@pytest.mark.parametrize("header", ["name\n", "name\tA101_A\tgrowth\n"])
def test_another_matrix_is_an_error(tmp_path, header):
    with pytest.raises(FormatError, match="CalMorph parameters"):
        read_scmd_mutants(written(tmp_path, header + "YA" + "\t1" * header.count("\t") + "\n"))


def spreadsheet(tmp_path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "parameters.xlsx")
    return tmp_path / "parameters.xlsx"


def test_parameters(tmp_path):
    header = ["id", "name", "displayname", "shortname", "scope", "datatype", "description"]
    rows = [[1, "A101_A", "", "", "orf", "double", "Actin"], [2, "x1", "", "", "cell", "num", "N/A"], [3, "x1"]]
    result = read_scmd_parameters(spreadsheet(tmp_path, [header, *rows]))
    assert result.table.schema.equals(PARAMETER_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in result.table.to_pylist()] == [
        ("A101_A", "orf", "double", "Actin"),
        ("x1", "cell", "num", None),
    ]
    assert result.rejects["line"].to_pylist() == [4]


def test_broken_spreadsheets_are_errors(tmp_path):
    with pytest.raises(FormatError, match="the first row must be"):
        read_scmd_parameters(spreadsheet(tmp_path, [["a", "b"]]))
    with pytest.raises(FormatError, match="is empty"):
        read_scmd_parameters(spreadsheet(tmp_path, []))
    with pytest.raises(FormatError, match="no readable spreadsheet"):
        read_scmd_parameters(written(tmp_path, MATRIX))
    with pytest.raises(FormatError, match="no such file"):
        read_scmd_parameters(tmp_path / "absent.xls")


@pytest.mark.public
def test_the_published_files(public_files):
    folder = public_files / "yeast/morphology"
    result = read_scmd_wildtype(folder / "scmd_wildtype_analysis.tab")
    assert result.rejects.num_rows == 0
    assert result.table.num_rows == 126 * 501 - 3  # three coefficients of variation are -1
    assert len(result.table["strain"].unique()) == 126
    assert len(result.table["component"].unique()) == 501
    parameters = read_scmd_parameters(folder / "scmd_parameterlist.xls").table
    assert parameters.num_rows == 501
    strains = parameters.filter(pc.and_(pc.equal(parameters["scope"], "orf"), pc.equal(parameters["kind"], "double")))
    assert strains.num_rows == 281
