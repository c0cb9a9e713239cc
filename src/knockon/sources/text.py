"""Text tables into Arrow: block by block, vectorised, and with the line number of every row.

A file is read in blocks of some megabytes that end at a line break, so memory stays bounded whatever the file's size.
Each block is checked (UTF-8, no NUL, known line ends) before Arrow's CSV parser sees it, and rows with the wrong
number of columns come back as rejects with their line.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.blocks import BLOCK_BYTES, Block, line_breaks, read_blocks
from knockon.sources.reading import ReadResult, no_rejects, rejects_table

MISSING_WORDS = ("", "NaN", "nan", "NAN", "NA", "N/A", "#N/A", "null", "NULL", "None")
"""What published tables write where a number is missing."""

_Convert = Callable[[pa.Array], tuple[pa.Array, pa.Array]]
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]{1,18}$"


def read_delimited(
    path: Path,
    column_names: Sequence[str] | None,
    delimiter: str = "\t",
    header: bool = True,
    *,
    expected_header: Sequence[str] | None = None,
    comment: str | None = None,
    quoted: bool = False,
    keep: Sequence[str] | None = None,
    dictionary: Sequence[str] = (),
) -> ReadResult:
    """Read a whole delimited text file; the arguments are those of `stream_delimited`, which see."""
    blocks = list(
        stream_delimited(
            path,
            column_names,
            delimiter,
            header,
            expected_header=expected_header,
            comment=comment,
            quoted=quoted,
            keep=keep,
            dictionary=dictionary,
        )
    )
    table = pa.concat_tables([block.table for block in blocks]).unify_dictionaries()
    return ReadResult(table, pa.concat_tables([block.rejects for block in blocks]))


def stream_delimited(
    path: Path,
    column_names: Sequence[str] | None,
    delimiter: str = "\t",
    header: bool = True,
    *,
    expected_header: Sequence[str] | None = None,
    comment: str | None = None,
    quoted: bool = False,
    keep: Sequence[str] | None = None,
    dictionary: Sequence[str] = (),
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[ReadResult]:
    """Yield the rows of a delimited text file block by block; at least one result, which may have no rows.

    Each table has the column `line` (int64, 1-based line of the file) and one string column per name. Blank lines are
    skipped; rows of another number of columns are rejected. CRLF, a UTF-8 byte-order mark and gzip are understood.

    Args:
        path: the file.
        column_names: names of the columns in order; None takes them from the header.
        delimiter: one character between the columns.
        header: whether the first line that is neither blank nor a comment holds the column names.
        expected_header: what the header must say (compared without regard to case and outer blanks).
        comment: lines that start with this text are skipped.
        quoted: whether values may stand in double quotes (they may not run over several lines).
        keep: the columns to return; all by default.
        dictionary: columns to return dictionary-encoded (few distinct values: faster and smaller).
        block_bytes: size of a block.

    Raises:
        FormatError: empty, truncated, not UTF-8, NUL bytes, another header, or no row of the right width at all.
    """
    names = list(column_names) if column_names is not None else None
    has_header = header
    rows = refused = 0
    first_refused = ""
    for block in _without_comments(read_blocks(path, block_bytes), comment):
        if header:
            found, block = _take_header(path, block, delimiter, quoted)
            if found is None:
                continue
            header = False
            names = _check_header(path, found, names, expected_header)
        if names is None:
            raise FormatError(f"{path}: no header to take the column names from")
        result = _parse_block(path, block, names, delimiter, quoted, keep, dictionary)
        if not refused and result.rejects.num_rows:
            first_refused = f"line {result.rejects['line'][0]}: {result.rejects['reason'][0]}"
        rows, refused = rows + result.table.num_rows, refused + result.rejects.num_rows
        yield result
    if header:
        raise FormatError(f"{path}: holds no header and no rows")
    if not (has_header or rows or refused):
        raise FormatError(f"{path}: holds no rows")
    if refused and not rows:
        raise FormatError(
            f"{path}: no row has the expected {len(names or [])} columns; is it another format? {first_refused}"
        )


def read_lines(path: Path) -> pa.Table:
    """Read all lines, blank ones included: `line` int64 (1-based), `text` string without the line break."""
    tables = []
    for block in read_blocks(path):
        text = pa.array(block.data.decode().removesuffix("\n").split("\n"), type=pa.string())
        lines = np.arange(block.first_line, block.first_line + len(text), dtype=np.int64)
        tables.append(pa.table({"line": lines, "text": text}))
    return pa.concat_tables(tables)


def to_float(column: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Turn text into numbers, strictly.

    Returns float64 values (null where missing or bad) and a boolean mask of the bad ones. Missing: empty, NaN, NA and
    the other MISSING_WORDS. Bad: anything else that is no finite decimal number (inf, 1e999, −1 with a typographic
    minus, words). Whether a missing value is refused is the caller's choice.
    """
    return _by_chunk(column, _chunk_to_float, pa.float64())


def to_int(column: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Turn text into int64, strictly; null where missing or bad, and a boolean mask of the bad ones (as to_float)."""
    return _by_chunk(column, _chunk_to_int, pa.int64())


def _by_chunk(column: pa.Array | pa.ChunkedArray, convert: _Convert, kind: pa.DataType) -> tuple[pa.Array, pa.Array]:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    if not chunks:
        return pa.array([], type=kind), pa.array([], type=pa.bool_())
    parts = [convert(chunk) for chunk in chunks]
    return pa.concat_arrays([values for values, _ in parts]), pa.concat_arrays([bad for _, bad in parts])


def _chunk_to_float(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    try:
        numbers = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        return _parse_numbers(text, _NUMBER, pa.float64())
    # Only "inf" and overflows are infinite here, and only the word NaN is NaN.
    bad = pc.fill_null(pc.is_inf(numbers), False)
    missing = pc.or_(bad, pc.fill_null(pc.is_nan(numbers), True))
    return pc.if_else(missing, pa.scalar(None, pa.float64()), numbers), bad


def _chunk_to_int(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    return _parse_numbers(text, _INTEGER, pa.int64())


def _parse_numbers(text: pa.Array, pattern: str, kind: pa.DataType) -> tuple[pa.Array, pa.Array]:
    trimmed = pc.ascii_trim_whitespace(text)
    matches = pc.fill_null(pc.match_substring_regex(trimmed, pattern), False)
    missing = pc.or_(pc.is_null(trimmed), pc.is_in(trimmed, value_set=pa.array(MISSING_WORDS)))
    numbers = pc.cast(pc.if_else(matches, trimmed, pa.scalar(None, pa.string())), kind)
    bad = pc.invert(pc.or_(matches, missing))
    if pa.types.is_floating(kind):
        overflow = pc.fill_null(pc.is_inf(numbers), False)
        bad = pc.or_(bad, overflow)
        numbers = pc.if_else(overflow, pa.scalar(None, kind), numbers)
    return numbers, bad


def _without_comments(blocks: Iterator[Block], comment: str | None) -> Iterator[Block]:
    """Blank the comment lines, so that the line numbers of the others stay."""
    if comment is None:
        yield from blocks
        return
    pattern = re.compile(rb"(?m)^" + re.escape(comment.encode()) + rb".*$")
    for block in blocks:
        yield Block(pattern.sub(b"", block.data), block.first_line)


def _take_header(path: Path, block: Block, delimiter: str, quoted: bool) -> tuple[list[str] | None, Block]:
    """Split the first non-blank line off a block; None if the block has none."""
    blank = re.match(rb"[ \t\n]*\n(?=[^\n])|", block.data)
    start = blank.end() if blank else 0
    if not block.data[start:].strip():
        return None, block
    end = block.data.find(b"\n", start)
    end = len(block.data) if end < 0 else end + 1
    line = block.first_line + block.data.count(b"\n", 0, start)
    text = block.data[start:end].decode().rstrip("\n")
    # A quoted name may hold the delimiter.
    fields = next(csv.reader([text], delimiter=delimiter)) if quoted else text.split(delimiter)
    names = [name.strip() for name in fields]
    return names, Block(block.data[end:], line + 1)


def _check_header(path: Path, found: list[str], names: list[str] | None, expected: Sequence[str] | None) -> list[str]:
    if names is not None and len(found) != len(names):
        raise FormatError(
            f"{path}: the header has {len(found)} columns, the format {len(names)}; is it another format?"
        )
    for position, (have, want) in enumerate(zip(found, expected or [], strict=False), start=1):
        if have.casefold() != want.strip().casefold():
            raise FormatError(f"{path}: column {position} of the header is {have[:80]!r}, the format says {want!r}")
    if names is None and len(set(found)) != len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise FormatError(f"{path}: the header names the column {twice[:80]!r} twice")
    return names if names is not None else found


def _parse_block(
    path: Path,
    block: Block,
    names: list[str],
    delimiter: str,
    quoted: bool,
    keep: Sequence[str] | None,
    dictionary: Sequence[str],
) -> ReadResult:
    kept = list(keep) if keep is not None else names
    types = {name: pa.dictionary(pa.int32(), pa.string()) if name in dictionary else pa.string() for name in kept}
    if not block.data.strip(b"\n"):
        fields = [pa.field("line", pa.int64()), *(pa.field(name, kind) for name, kind in types.items())]
        return ReadResult(pa.schema(fields).empty_table())
    refused: list[tuple[int, int, str]] = []

    def refuse(row: pyarrow.csv.InvalidRow) -> str:
        refused.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block.data),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(block.data) + 1),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            pyarrow.csv.ConvertOptions(column_types=types, include_columns=kept, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise FormatError(f"{path}: can't be parsed near line {block.first_line}: {str(error)[:200]}") from error
    breaks = line_breaks(block.data)
    if table.num_rows + len(refused) != len(breaks):
        raise FormatError(f"{path}: line {_open_quote(block)}: a quotation mark is not closed on its line")
    return _with_lines(path, block, table, refused, breaks, len(names))


def _with_lines(
    path: Path,
    block: Block,
    table: pa.Table,
    refused: list[tuple[int, int, str]],
    breaks: NDArray[np.int64],
    width: int,
) -> ReadResult:
    """Add the line numbers, drop blank lines, and turn the parser's refusals into rejects."""
    accepted = np.ones(len(breaks), dtype=bool)
    accepted[[number - 1 for number, _, _ in refused]] = False
    filled = (np.diff(breaks, prepend=-1) > 1)[accepted]
    lines = pa.array(np.flatnonzero(accepted) + block.first_line)
    table = table.add_column(0, "line", lines)
    if not filled.all():
        table = table.filter(pa.array(filled))
    rejects = [no_rejects()]
    solid = [entry for entry in refused if entry[2].strip()]
    for columns in sorted({found for _, found, _ in solid}):
        chosen = [(number + block.first_line - 1, text) for number, found, text in solid if found == columns]
        numbers = pa.array([number for number, _ in chosen], type=pa.int64())
        values = pa.array([text for _, text in chosen], type=pa.string())
        rejects.append(rejects_table(path, numbers, values, f"{columns} columns instead of {width}"))
    return ReadResult(table, pa.concat_tables(rejects))


def _open_quote(block: Block) -> int:
    """Find the first line with an odd number of double quotes."""
    lines = block.data.split(b"\n")
    return block.first_line + next((i for i, line in enumerate(lines) if line.count(b'"') % 2), 0)
