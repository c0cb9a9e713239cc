"""Matrices of expression in text: a table of either orientation, and Broad's GCT 1.2 and 1.3."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Matrix
from knockon.errors import FormatError
from knockon.sources.blocks import read_blocks
from knockon.sources.cellstate.expression import Expression, expression
from knockon.sources.cellstate.genes import GeneTable, kind_of
from knockon.sources.reading import ReadResult
from knockon.sources.text import read_delimited, to_float

Orientation = Literal["genes_in_rows", "samples_in_rows"]

_GCT_VERSIONS = ("#1.2", "#1.3")


def read_matrix(
    path: Path,
    delimiter: str | None = None,
    scale: str | None = None,
    orientation: Orientation | None = None,
    genes: GeneTable | None = None,
) -> Expression:
    """Read a table with a header, names in its first column and numbers in the others; holes are NaN.

    delimiter: tab, comma or semicolon, seen in the header where None. orientation: told by which names are genes where
    None: of `genes` where given, else by their form. Raises FormatError where a cell is no number, a row has another
    width, or nothing tells the orientation.
    """
    header = _lines(path, 1)[0]
    separator = delimiter or max("\t,;", key=header.count)
    columns = _quoted_names(header, separator)
    found = _whole(path, read_delimited(path, [f"c{place}" for place in range(len(columns))], separator, quoted=True))
    rows, values = found["c0"].to_pylist(), _numbers(path, found, [f"c{place}" for place in range(1, len(columns))])
    names = columns[1:]
    if (orientation or _orientation(path, rows, names, genes)) == "genes_in_rows":
        return expression(path, names, rows, values.T, scale)
    return expression(path, rows, names, values, scale)


def read_gct(path: Path, scale: str | None = None) -> Expression:
    """Read GCT 1.2 or 1.3. Annotations of samples (1.3) come along; those of genes are left out.

    Raises FormatError for another version, and where the sizes in line 2 are not those of the table.
    """
    version, sizes, header = _lines(path, 3)
    if version.strip() not in _GCT_VERSIONS:
        raise FormatError(f"{path}: line 1 is {version[:40]!r}; GCT begins with {' or '.join(_GCT_VERSIONS)}")
    numbers = sizes.split()
    if len(numbers) != (2 if version.strip() == "#1.2" else 4) or not all(each.isdigit() for each in numbers):
        raise FormatError(f"{path}: line 2 is {sizes[:60]!r}; it must hold the numbers of rows and columns")
    rows, width, row_fields, column_fields = [*map(int, numbers), 1, 0][:4]
    columns = header.split("\t")
    before = 1 + row_fields
    if len(columns) != before + width:
        raise FormatError(f"{path}: line 3 names {len(columns)} columns, line 2 says {before + width}")
    table = _below(path, len(columns))
    if table.num_rows != rows + column_fields:
        raise FormatError(f"{path}: {table.num_rows} lines below the header, line 2 says {rows + column_fields}")
    places = [f"c{place}" for place in range(before, len(columns))]
    about = table.slice(0, column_fields)
    annotations = {
        name: tuple(str(about[place][number].as_py()) for place in places)
        for number, name in enumerate(about["c0"].to_pylist())
    }
    body = table.slice(column_fields)
    values = _numbers(path, body, places)
    return expression(path, columns[before:], body["c0"].to_pylist(), values.T, scale, annotations)


def _lines(path: Path, count: int) -> list[str]:
    """The first lines of a file. Raises FormatError where it has fewer."""
    for block in read_blocks(path):
        lines = block.data.decode().split("\n")[:count]
        if len(lines) == count and lines[0]:
            return lines
        break
    raise FormatError(f"{path}: has fewer than {count} lines")


def _quoted_names(header: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]


def _below(path: Path, width: int) -> pa.Table:
    """The lines below the three of GCT's head."""
    result = read_delimited(path, [f"c{place}" for place in range(width)], header=False)
    rejects = [line for line in result.rejects["line"].to_pylist() if line > 2]
    if rejects:
        raise FormatError(f"{path}: line {rejects[0]} has another number of columns than the header's {width}")
    return result.table.filter(pc.greater(result.table["line"], 3))


def _whole(path: Path, result: ReadResult) -> pa.Table:
    """The rows. Raises FormatError where a row was refused: a matrix with rows left out is another matrix."""
    if result.rejects.num_rows:
        first = result.rejects.slice(0, 1).to_pylist()[0]
        raise FormatError(f"{path}: line {first['line']}: {first['reason']} ({result.rejects.num_rows} such lines)")
    return result.table


def _numbers(path: Path, table: pa.Table, columns: Sequence[str]) -> Matrix:
    """Columns as float32 (rows, columns), NaN where missing. Raises FormatError for a cell that is no number."""
    values = np.empty((table.num_rows, len(columns)), dtype=np.float32)
    for place, name in enumerate(columns):
        numbers, bad = to_float(table[name])
        wrong = np.flatnonzero(bad.to_numpy(zero_copy_only=False))
        if len(wrong):
            line, text = table["line"][int(wrong[0])].as_py(), table[name][int(wrong[0])].as_py()
            raise FormatError(f"{path}: line {line}, column {place + 2}: {text[:60]!r} is no number")
        values[:, place] = numbers.to_numpy(zero_copy_only=False)
    return values


def _orientation(path: Path, rows: Sequence[str], columns: Sequence[str], genes: GeneTable | None) -> Orientation:
    if genes is not None:
        by_row, by_column = (int((genes.resolve(names).place >= 0).sum()) for names in (rows, columns))
    else:
        by_row, by_column = (int(kind_of(names) != "symbol") for names in (rows, columns))
    if by_row == by_column:
        raise FormatError(
            f"{path}: nothing tells whether rows ({rows[0]!r} …) or columns ({columns[0]!r} …) are genes: state the "
            "orientation, genes_in_rows or samples_in_rows"
        )
    return "genes_in_rows" if by_row > by_column else "samples_in_rows"
