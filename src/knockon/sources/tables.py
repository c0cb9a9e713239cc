"""What the readers of genes, ontologies, networks and profiles share: columns with units, and the refusal of rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, in_order, rejects_table
from knockon.sources.text import read_delimited, read_lines

Column: TypeAlias = pa.Array | pa.ChunkedArray
Mask: TypeAlias = pa.Array | pa.ChunkedArray | NDArray[np.bool_]

GO_TERM = r"^GO:[0-9]{7}$"
"""How a Gene Ontology identifier is written."""


def column(name: str, kind: pa.DataType, unit: str, *, nullable: bool = False) -> pa.Field:
    """Declare a column with what it means in its metadata."""
    return pa.field(name, kind, nullable=nullable, metadata={"unit": unit})


def solid(values: Column) -> pa.Array:
    """One contiguous array out of a column, decoded if it was a dictionary."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def trimmed(table: pa.Table, name: str) -> pa.Array:
    """A text column without blanks around its values."""
    return pc.utf8_trim_whitespace(solid(table[name]))


def filled(values: Column) -> pa.Array:
    """Text with the empty string turned into a missing value."""
    array = solid(values)
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, array.type), array)


def split(values: Column, separator: str) -> pa.Array:
    """Split text into lists, without blanks around the parts and without empty parts; missing gives an empty list."""
    parts = pc.split_pattern(pc.fill_null(solid(values), ""), separator)
    parents = pc.list_parent_indices(parts).to_numpy()
    words = pc.utf8_trim_whitespace(pc.list_flatten(parts))
    kept = pc.not_equal(words, "")
    counts = np.bincount(parents[kept.to_numpy(zero_copy_only=False)], minlength=len(parts))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), words.filter(kept))


def read_named(path: Path, delimiter: str = "\t", *, quoted: bool = False) -> ReadResult:
    """Read a table whose header names its columns: `line` (int64, 1-based) and one string column a name.

    Raises FormatError as `text.read_delimited`, and where a column has no name or the name line, which is taken.
    """
    result = read_delimited(path, None, delimiter, quoted=quoted)
    for place, name in enumerate(result.table.column_names[1:], start=1):
        if name in ("", "line"):
            raise FormatError(f"{path}: column {place} of the header is {name!r}, which names nothing")
    return result


def ragged(path: Path, names: Sequence[str], shortest: int) -> ReadResult:
    """Read tab-separated lines that may leave out columns from the right; missing columns become empty text.

    Returns `line` (int64, 1-based) and one string column a name. Blank lines are skipped; lines with fewer than
    `shortest` or more than len(names) columns are rejected. Raises FormatError as `text.read_lines` does.
    """
    lines = read_lines(path)
    return ragged_lines(path, lines, names, shortest)


def ragged_lines(path: Path, lines: pa.Table, names: Sequence[str], shortest: int) -> ReadResult:
    """As `ragged`, for lines that were read before: `line` int64 and `text` string."""
    lines = lines.filter(pc.not_equal(pc.utf8_trim_whitespace(lines["text"]), ""))
    text = solid(lines["text"])
    widths = pc.add(pc.count_substring(text, "\t"), 1)
    fits = pc.and_(pc.greater_equal(widths, shortest), pc.less_equal(widths, len(names)))
    odd = pc.invert(fits)
    expected = f"{len(names)}" if shortest == len(names) else f"{shortest} to {len(names)}"
    rejects = rejects_table(path, solid(lines["line"]).filter(odd), text.filter(odd), f"not {expected} columns")
    parts = pc.split_pattern(pc.binary_join_element_wise(text.filter(fits), "\t" * len(names), ""), "\t")
    columns = {name: pc.list_element(parts, place) for place, name in enumerate(names)}
    return ReadResult(pa.table({"line": solid(lines["line"]).filter(fits), **columns}), rejects)


def mask(values: Mask) -> NDArray[np.bool_]:
    """A boolean column as numpy; a missing answer counts as no."""
    if isinstance(values, np.ndarray):
        return values
    return pc.fill_null(solid(values), False).to_numpy(zero_copy_only=False)


def repeated(*columns: Column) -> NDArray[np.bool_]:
    """True for each row whose values all stood together in an earlier row."""
    rows = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        codes = solid(values).dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
        # Numbering the distinct rows anew at each column keeps the numbers small.
        rows = np.unique(rows * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
    seen = np.ones(len(rows), dtype=np.bool_)
    seen[np.unique(rows, return_index=True)[1]] = False
    return seen


class Refusals:
    """The rows of one file that a reader refuses. A row is refused once, for its first reason."""

    def __init__(self, path: Path, lines: Column) -> None:
        """Start with no refusals. `lines` int64, the 1-based line of every row."""
        self._path = path
        self._lines = solid(lines)
        self._good = np.ones(len(self._lines), dtype=np.bool_)
        self._rejects: list[pa.Table] = []

    def refuse(self, bad: Mask, values: Column, reason: str) -> None:
        """Refuse the rows where `bad` is true; `values` (text) is what the person looks for in the file."""
        chosen = mask(bad) & self._good
        if chosen.any():
            which = pa.array(chosen)
            texts = pc.fill_null(solid(values).filter(which), "")
            self._rejects.append(rejects_table(self._path, self._lines.filter(which), texts, reason))
            self._good &= ~chosen

    def drop(self, rows: Mask) -> None:
        """Leave rows out without a reject: what they say was taken already."""
        self._good &= ~mask(rows)

    def refuse_empty(self, table: pa.Table, *names: str) -> None:
        """Refuse the rows that lack a value which they must have."""
        for name in names:
            values = trimmed(table, name)
            self.refuse(pc.equal(values, ""), values, f"no {name.replace('_', ' ')}")

    @property
    def good(self) -> pa.Array:
        """True for the rows that stand so far."""
        return pa.array(self._good)

    def rejects(self, earlier: pa.Table) -> pa.Table:
        """All rejects in the order of their lines, with the parser's own (`earlier`)."""
        rejects = pa.concat_tables([earlier, *self._rejects])
        return in_order(rejects)

    def finish(self, table: pa.Table, earlier: pa.Table) -> ReadResult:
        """The rows of `table` that stand, and all rejects."""
        return ReadResult(table.filter(self.good), self.rejects(earlier))
