"""The cells of a plain table as text, block by block: the header is found by the columns that a person names."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError, nearest
from knockon.sources.blocks import BLOCK_BYTES, read_blocks
from knockon.sources.reading import ReadResult
from knockon.sources.spreadsheet import read_sheets
from knockon.sources.text import stream_delimited

SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
DELIMITERS = ("\t", ";", ",")
_SEARCHED_LINES = 50


@dataclass(frozen=True)
class Header:
    """The names of a table's columns, where they stand, and what parts them ("" in a spreadsheet).

    names: as written; a column without a name is "column 3". line: 1-based.
    """

    names: tuple[str, ...]
    line: int
    delimiter: str

    def place(self, name: str) -> int:
        """Where a column stands that is there once."""
        return self.names.index(name)


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is read as a spreadsheet, by its suffix."""
    return path.suffix.lower() in SPREADSHEETS


def column_name(place: int) -> str:
    """Name of a column in the tables of this module: "c0" for the first."""
    return f"c{place}"


def read_cells(
    path: Path, needed: Sequence[str], sheet: str | None = None, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[Header, ReadResult]]:
    """Yield the rows below the header: `line` (int64) and the columns c0, c1, … as text, in blocks.

    The header is the first of 50 lines that has all the `needed` names; lines above it (titles) are left out. Rows of
    another number of columns are rejected. Raises FormatError where there is no such line, and as `stream_delimited`.
    """
    if is_spreadsheet(path):
        yield _sheet_cells(path, needed, sheet)
        return
    if sheet is not None:
        raise FormatError(f"{path}: sheet is for a spreadsheet; this is a text file")
    header = find_header(path, text_headers(path), needed)
    columns = [column_name(place) for place in range(len(header.names))]
    # Blocks that end within the title or the header would be refused as tables of another width.
    for block in stream_delimited(path, columns, header.delimiter, header=False, quoted=True, block_bytes=block_bytes):
        table = block.table.filter(pc.greater(block.table["line"], header.line))
        yield header, ReadResult(table, block.rejects.filter(pc.greater(block.rejects["line"], header.line)))


def text_headers(path: Path) -> list[Header]:
    """The first lines of a text file, split in each way, as headers that they may be."""
    first = next(read_blocks(path)).data.decode().split("\n")
    lines = [(number, text) for number, text in enumerate(first[: 2 * _SEARCHED_LINES], 1) if text.strip()]
    found = []
    for place, (number, text) in enumerate(lines[:_SEARCHED_LINES]):
        for delimiter in DELIMITERS:
            names = _fields(text, delimiter)
            below = _fields(lines[place + 1][1], delimiter) if place + 1 < len(lines) else names
            # R's write.table leaves the name of the first column out; a blank last cell is but a mark too many.
            unnamed = len(below) == len(names) + 1 and bool(below[-1].strip())
            found.append(_header([""] * unnamed + names, number, delimiter))
    return found


def _fields(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter), [])


def _header(names: Sequence[str], line: int, delimiter: str) -> Header:
    stripped = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
    return Header(tuple(stripped), line, delimiter)


def find_header(path: Path, candidates: Sequence[Header], needed: Sequence[str]) -> Header:
    """The first of these headers that has all the needed names, each once. Raises FormatError where there is none."""
    for header in candidates:
        if set(needed) <= set(header.names):
            if twice := [name for name in needed if header.names.count(name) > 1]:
                raise FormatError(f"{path}: line {header.line}: the header names the column {twice[0]!r} twice")
            return header
    if not candidates:
        raise FormatError(f"{path}: holds no header and no rows")
    best = max(candidates, key=lambda header: (len(set(needed) & set(header.names)), len(header.names), -header.line))
    absent = [name for name in needed if name not in best.names]
    raise FormatError(
        f"{path}: has no column {absent[0]!r}{nearest(absent[0], best.names)}. Line {best.line} was taken for its "
        f"header; its columns are {', '.join(best.names[:20])}"
    )


def _sheet_cells(path: Path, needed: Sequence[str], sheet: str | None) -> tuple[Header, ReadResult]:
    rows = sheet_rows(path, sheet)[1]
    header = find_header(path, sheet_headers(rows), needed)
    below = rows[header.line :]
    columns = {column_name(place): pa.array(cells, pa.string()) for place, cells in enumerate(zip(*below, strict=True))}
    lines = np.arange(header.line + 1, header.line + 1 + len(below), dtype=np.int64)
    empty = {column_name(place): pa.array([], pa.string()) for place in range(len(header.names))}
    table = pa.table({"line": lines, **(columns or empty)})
    filled = np.array([any(cell.strip() for cell in row) for row in below], dtype=bool)
    return header, ReadResult(table.filter(pa.array(filled)))


def sheet_headers(rows: Sequence[Sequence[str]]) -> list[Header]:
    """The first rows of a sheet as headers that they may be."""
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    return [_header(row, number, "") for number, row in islice(numbered, _SEARCHED_LINES)]


def sheet_rows(path: Path, sheet: str | None) -> tuple[str, list[list[str]]]:
    """Name and cells of one sheet as text; of the only one that is not empty where none is named.

    Raises FormatError where there is no such sheet, or several and none is named.
    """
    filled = {name: rows for name, rows in read_sheets(path).items() if rows}
    if not filled:
        raise FormatError(f"{path}: every sheet is empty")
    if sheet is None and len(filled) > 1:
        raise FormatError(
            f"{path}: has {len(filled)} sheets, {', '.join(filled)}: say which, `sheet: {next(iter(filled))}`"
        )
    name = sheet if sheet is not None else next(iter(filled))
    if name not in filled:
        raise FormatError(f"{path}: has no sheet {name!r} that holds anything{nearest(name, filled)}")
    return name, [[_text(cell) for cell in row] for row in filled[name]]


def _text(cell: object) -> str:
    """A cell as a person reads it: a whole number without its point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
