"""A plain table as one row a cell of numbers, whether it was long or wide."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.tables import repeated, solid
from knockon.sources.yeast.table.cells import Header, column_name
from knockon.sources.yeast.table.layout import Layout
from knockon.sources.yeast.table.numbers import parse, refuse_other_marks
from knockon.sources.yeast.table.strains import Strains, joined, strains_of

_CELSIUS = r"^(?P<celsius>[+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?:°?\s*C)?$"


@dataclass(frozen=True)
class Melted:
    """The cells of numbers of one block, blank ones of a wide table left out.

    rows: of each cell its row in the block, int64 (cells,). columns: its place among the columns of numbers.
    texts: as written. values: float64, null where blank or bad. bad: neither blank nor a number.
    blank: how many cells of a wide table were.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    texts: pa.Array
    values: pa.Array
    bad: pa.Array
    blank: int


def number_columns(path: Path, layout: Layout, header: Header) -> list[str]:
    """The columns of numbers, by name. Raises FormatError where a wide table has none."""
    if layout.value is not None:
        return [layout.value]
    listed = list(layout.values) or [name for name in header.names if name not in layout.named()]
    if not listed:
        raise FormatError(f"{path}: has no columns of numbers beside those that are named")
    return listed


def melt(path: Path, layout: Layout, header: Header, table: pa.Table) -> Melted:
    """One row a cell. Raises FormatError for columns of words, and for numbers with other decimal marks."""
    places = _number_places(path, layout, header)
    parsed = [_parsed(path, layout, header.names[place], solid(table[column_name(place)])) for place in places]
    width, rows = len(places), len(table)
    order = pa.array(np.arange(width * rows).reshape(width, rows).T.ravel())
    texts, values, bad = (pa.concat_arrays(list(parts)).take(order) for parts in zip(*parsed, strict=True))
    row, column = np.repeat(np.arange(rows), width), np.tile(np.arange(width), rows)
    if layout.headers is None:
        return Melted(row, column, texts, values, bad, 0)
    kept = pc.or_(pc.is_valid(values), bad)
    which = kept.to_numpy(zero_copy_only=False)
    return Melted(
        row[which], column[which], texts.filter(kept), values.filter(kept), bad.filter(kept), int((~which).sum())
    )


def _number_places(path: Path, layout: Layout, header: Header) -> list[int]:
    names = number_columns(path, layout, header)
    if layout.headers is None or layout.values:
        return [header.place(name) for name in names]
    named = set(layout.named())
    return [place for place, name in enumerate(header.names) if name not in named]


def _parsed(path: Path, layout: Layout, name: str, column: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Text, numbers and bad cells of one column."""
    values, bad = parse(column, layout.decimal, layout.thousands)
    if pc.any(bad).as_py():
        refuse_other_marks(f"{path}: column {name!r}", column, bad, layout.decimal)
        if bad.true_count > 1 and values.null_count == len(values):
            advice = "name the right one" if layout.headers is None else f"if it is a label, write `ignore: [{name}]`"
            raise FormatError(
                f"{path}: the column {name!r} holds words and no number, such as {column.filter(bad)[0].as_py()!r}: "
                f"{advice}"
            )
    return column, values, bad


def header_strains(layout: Layout, names: list[str]) -> Strains:
    """The strains that the headers of a wide table name."""
    return strains_of([pa.array(names, pa.string())], separator=layout.separator)


def cell_strains(layout: Layout, header: Header, names: list[str], table: pa.Table, melted: Melted) -> Strains:
    """The strain of each cell, from its row and, where headers name genes, from its column."""

    def columns(listed: tuple[str, ...]) -> list[pa.Array]:
        return [solid(table[column_name(header.place(name))]) for name in listed]

    if not layout.genes:
        return header_strains(layout, names).take(pa.array(melted.columns))
    of_rows = strains_of(columns(tuple(layout.genes)), columns(tuple(layout.alleles)), layout.separator)
    of_rows = of_rows.take(pa.array(melted.rows))
    if layout.headers != "gene":
        return of_rows
    return joined(of_rows, header_strains(layout, names).take(pa.array(melted.columns)))


def celsius(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Temperatures such as 30, 30C or 37.5 °C: float64, null where blank, and a mask of the bad ones."""
    trimmed = pc.utf8_trim_whitespace(texts)
    found = pc.struct_field(pc.extract_regex(trimmed, _CELSIUS), "celsius")
    blank = pc.equal(trimmed, "")
    return pc.cast(pc.replace_substring(found, ",", "."), pa.float64()), pc.and_(pc.is_null(found), pc.invert(blank))


def mirrored(rows: pa.Array, columns: list[str], melted: Melted) -> NDArray[np.bool_]:
    """True for a cell of a square matrix that repeats, with the same value, the one across the diagonal above it.

    rows: names of all rows, no two alike if the matrix is square; columns: names of its columns.
    """
    found = pc.index_in(rows, value_set=pa.array(columns, pa.string()))
    alike = len(rows) == len(columns) and not found.null_count and len(pc.unique(rows)) == len(rows)
    if not alike:
        return np.zeros(len(melted.rows), dtype=bool)
    place = found.to_numpy()[melted.rows]
    low, high = np.minimum(place, melted.columns), np.maximum(place, melted.columns)
    lower = place > melted.columns
    order = np.argsort(lower, kind="stable")
    again = repeated(pa.array(low[order]), pa.array(high[order]), melted.values.take(pa.array(order)))
    result = np.zeros(len(order), dtype=bool)
    result[order] = again
    return result & lower
