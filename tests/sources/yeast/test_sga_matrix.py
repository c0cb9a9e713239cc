"""ε matrices in spreadsheets."""

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.measurements import not_measured
from knockon.sources.yeast.sga_matrix import read_sga_matrix


def write(folder: Path, rows: list[list[object]]) -> Path:
    path = folder / "matrix.xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def write_list(folder: Path, name: str, *genes: str) -> Path:
    path = folder / name
    path.write_text("\n".join(genes) + "\n")
    return path


LABELLED: list[list[object]] = [[None, "YAL001C", "YAL002W"], ["YBL001C", 0.1, -1000], ["YBL002W", -0.2, None]]


def test_rows_are_queries_and_missing_cells_are_counted(tmp_path: Path) -> None:
    """Protects the direction of a cross, and −1000 from being read as an interaction."""
    result = read_sga_matrix(write(tmp_path, LABELLED))
    rows = result.table.select(["line", "gene_a", "gene_b", "value", "phenotype", "kind_a"]).to_pylist()
    shared = {"gene_b": "YAL001C", "phenotype": "interaction", "kind_a": "deletion"}
    assert rows == [
        {**shared, "line": 2, "gene_a": "YBL001C", "value": 0.1},
        {**shared, "line": 3, "gene_a": "YBL002W", "value": -0.2},
    ]
    assert (not_measured(result.table), result.rejects.num_rows) == (2, 0)


def test_a_bare_matrix_takes_its_names_from_the_lists(tmp_path: Path) -> None:
    path = write(tmp_path, [row[1:] for row in LABELLED[1:]])
    rows = write_list(tmp_path, "rows.csv", "YBL001C", "YBL002W")
    columns = write_list(tmp_path, "columns.csv", "YAL001C", "YAL002W")
    table = read_sga_matrix(path, rows, columns).table
    assert table.select(["line", "gene_a", "gene_b"]).to_pylist() == [
        {"line": 1, "gene_a": "YBL001C", "gene_b": "YAL001C"},
        {"line": 2, "gene_a": "YBL002W", "gene_b": "YAL001C"},
    ]
    with pytest.raises(FormatError, match="names no genes: give the list of its rows"):
        read_sga_matrix(path)
    with pytest.raises(FormatError, match=r"2 columns, .* names 1"):
        read_sga_matrix(path, rows, write_list(tmp_path, "short.csv", "YAL001C"))


def test_lists_that_contradict_the_sheet_are_refused(tmp_path: Path) -> None:
    """Protects against genes shifted by a list that belongs to another matrix."""
    rows = write_list(tmp_path, "rows.csv", "YBL001C", "YBL009W")
    with pytest.raises(FormatError, match="differ, for example in YBL002W"):
        read_sga_matrix(write(tmp_path, LABELLED), rows)


def test_a_cell_of_text_is_rejected_with_its_row(tmp_path: Path) -> None:
    result = read_sga_matrix(write(tmp_path, [*LABELLED, ["YBL003C", "n.d.", 0.3]]))
    assert result.table["value"].to_pylist() == [0.1, -0.2, 0.3]
    assert [(row["line"], row["value"], row["reason"]) for row in result.rejects.to_pylist()] == [
        (4, "YBL003C YAL001C n.d.", "cell is not a number")
    ]


def test_broken_spreadsheets_are_refused(tmp_path: Path) -> None:
    whole = write(tmp_path, LABELLED).read_bytes()
    path = tmp_path / "broken.xlsx"
    for data in (b"", b"gene\t1\n", whole[:200], whole[:-400]):
        path.write_bytes(data)
        with pytest.raises(FormatError, match=r"broken\.xlsx"):
            read_sga_matrix(path)
    with pytest.raises(FormatError, match="no such file"):
        read_sga_matrix(tmp_path / "absent.xlsx")


def test_a_spreadsheet_bomb_is_refused(tmp_path: Path) -> None:
    """Protects memory from an archive that unpacks to hundreds of times its size."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 << 20))
    with pytest.raises(FormatError, match="when decompressed; refused"):
        read_sga_matrix(path)


@pytest.mark.public
def test_public_matrix_has_the_documented_cells(public_files: Path) -> None:
    """Protects the counts, range and orientation of the one measured ε matrix; its lists must agree with it."""
    folder = public_files / "yeast/digenic"
    lists = [folder / f"costanzo2016_metabolic_{side}.csv" for side in ("rows", "cols")]
    result = read_sga_matrix(folder / "costanzo2016_metabolic_eps_matrix.xlsx", *lists)
    values = result.table["value"].to_numpy()
    assert (len(values), not_measured(result.table), result.rejects.num_rows) == (478_493, 49_309, 0)
    assert (values.min(), values.max()) == (-1.016, 0.54)
    assert values.mean() == pytest.approx(-0.0038, abs=5e-5)
    assert values.std() == pytest.approx(0.0437, abs=5e-5)
    genes = [result.table[name].combine_chunks() for name in ("gene_a", "gene_b")]
    low, high = pc.min_element_wise(*genes), pc.max_element_wise(*genes)
    pairs = np.unique(pc.binary_join_element_wise(low, high, "|").to_numpy(zero_copy_only=False).astype("U20"))
    assert len(pairs) == 344_165
