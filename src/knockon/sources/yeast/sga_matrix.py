"""A genetic interaction matrix as a spreadsheet of numbers, with the genes of its rows and columns in two lists."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.text import read_lines
from knockon.sources.yeast.measurements import RowChecks, with_not_measured
from knockon.sources.yeast.sga_names import Perturbations

_LARGEST_SHEET = 1 << 30
_LARGEST_RATIO = 200


def read_sga_matrix(
    path: Path, rows: Path | None = None, columns: Path | None = None, missing: float = -1000.0, kind: str = "deletion"
) -> ReadResult:
    """Read a matrix of ε (spreadsheet; rows are queries, columns arrays) into MEASUREMENT_SCHEMA as `interaction`.

    The sheet's own first row and column name the genes where its corner is blank; the lists beside it then only confirm
    them. A sheet of bare numbers takes its names from the lists, in their order. Cells that hold `missing` and blank
    cells are not measured: they give no row and are counted (`measurements.not_measured`). `line` is the sheet's row.

    Args:
        path: the spreadsheet; its first sheet is read.
        rows: text file with the genes of the rows, one a line.
        columns: text file with the genes of the columns, one a line.
        missing: the number that stands for "not measured".
        kind: what was done to the genes; the clustered SGA_NxN matrix of Costanzo et al. 2016 holds deletions.

    Raises:
        FormatError: no spreadsheet, or its names or size are not those of the lists.
    """
    cells = np.array(_sheet(path), dtype=object)
    if cells.ndim != 2 or not cells.size:
        raise FormatError(f"{path}: the first sheet is empty")
    labelled = _is_blank(cells[0, 0])
    queries = _names(path, rows, cells[1:, 0] if labelled else None, "rows", len(cells))
    arrays = _names(path, columns, cells[0, 1:] if labelled else None, "columns", cells.shape[1])
    return _measured_cells(path, cells[1:, 1:] if labelled else cells, (queries, arrays), labelled, missing, kind)


def _measured_cells(
    path: Path, cells: NDArray[Any], names: tuple[pa.Array, pa.Array], labelled: bool, missing: float, kind: str
) -> ReadResult:
    values, texts = _numbers(cells)
    wrong = np.isnan(values) & (texts != "")
    row, position = np.nonzero((np.isfinite(values) & (values != missing)) | wrong)
    lines = pa.array(row.astype(np.int64) + (2 if labelled else 1))
    checks = RowChecks(path, lines)
    query, array = (side.take(pa.array(index)) for side, index in zip(names, (row, position), strict=True))
    if wrong.any():
        shown = pc.binary_join_element_wise(query, array, pa.array(texts[row, position].astype(str)), " ")
        checks.refuse(wrong[row, position], shown, "cell is not a number")
    kinds, alleles = pa.repeat(kind, len(lines)), pa.repeat("", len(lines))
    shared = {
        **Perturbations(query, query, kinds, alleles).columns("a"),
        **Perturbations(array, array, kinds, alleles).columns("b"),
    }
    table = checks.phenotype("interaction", {**shared, "value": pa.array(values[row, position], from_pandas=True)})
    result = checks.result([table], no_rejects())
    return ReadResult(with_not_measured(result.table, values.size - len(lines)), result.rejects)


def _names(path: Path, listed: Path | None, labels: NDArray[Any] | None, side: str, count: int) -> pa.Array:
    """The genes of one side: the sheet's labels, which the list must agree with, or the list."""
    names = None if listed is None else _read_names(listed)
    if labels is None:
        if names is None:
            raise FormatError(f"{path}: the sheet names no genes: give the list of its {side}")
        if len(names) != count:
            raise FormatError(f"{path}: the sheet has {count} {side}, {listed} names {len(names)}")
        return names
    own = pa.array([str(label).strip() for label in labels], type=pa.string())
    if "" in own.to_pylist():
        raise FormatError(f"{path}: the {side} hold a blank gene name")
    if names is not None and (differing := set(own.to_pylist()) ^ set(names.to_pylist())):
        raise FormatError(f"{path}: its {side} and {listed} differ, for example in {min(differing)}")
    return own


def _read_names(path: Path) -> pa.Array:
    names = pc.utf8_trim_whitespace(read_lines(path)["text"]).combine_chunks()
    return names.filter(pc.not_equal(names, ""))


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _numbers(cells: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Numbers (NaN where a cell holds none) and the text of the cells that hold something else, in the cells' shape."""
    is_number = np.frompyfunc(lambda cell: isinstance(cell, (int, float)) and not isinstance(cell, bool), 1, 1)
    numbers = is_number(cells).astype(bool)
    values = np.full(cells.shape, np.nan)
    values[numbers] = cells[numbers].astype(np.float64)
    return values, np.where(numbers, "", cells)


def _sheet(path: Path) -> list[list[Any]]:
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > min(_LARGEST_SHEET, max(_LARGEST_RATIO * path.stat().st_size, 1 << 26)):
            raise FormatError(f"{path}: grows to {unpacked >> 20} MB when decompressed; refused")
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, python_calamine.WorksheetNotFound, zipfile.BadZipFile) as error:
        raise FormatError(f"{path}: can't be read as a spreadsheet ({error}); truncated, or not xlsx?") from error
