"""Gene symbols that a spreadsheet took for dates or numbers: OCT1 became 1-Oct, or 41548, the day's number.

A date tells its month and its day, which is the symbol again; whether there is such a gene is asked of a gene table.
Any other number tells nothing: what the cell once held is lost.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.tables import Column, solid

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMES = f"({'|'.join(_MONTHS)})[A-Z]*"
_DAY_MONTH = re.compile(rf"0?([0-9]{{1,2}})[-/. ]{_NAMES}([-/. ,]+[0-9]{{2,4}})?")
_MONTH_DAY = re.compile(rf"{_NAMES}[-/. ]0?([0-9]{{1,2}})")
_ISO = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})([T ][0-9:.]*)?")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")

# Day 0 of the spreadsheets, and the years in which somebody may have opened the table.
_DAY_0 = date(1899, 12, 30)
_YEARS = range(1985, 2061)

NUMBER = "a number instead of a gene: a spreadsheet's, or an empty place; what stood there is lost"


@dataclass(frozen=True)
class Restored:
    """names: string, with dates turned back into symbols. dates, numbers: bool, what the cell was taken for."""

    names: pa.Array
    dates: pa.Array
    numbers: pa.Array


def restore(names: Column) -> Restored:
    """Turn dates in a column of gene names back into symbols (OCT1), and mark other numbers. Each (rows,)."""
    # One look at each distinct name; a table of measurements repeats few.
    encoded = solid(names).cast(pa.string()).dictionary_encode()
    found = [symbol_of(text) for text in encoded.dictionary.to_pylist()]
    texts = pa.array([text if symbol is None else symbol for text, symbol in _pairs(encoded, found)], pa.string())
    dates = pa.array([symbol is not None for symbol in found], pa.bool_())
    numbers = pa.array([symbol is None and is_number(text) for text, symbol in _pairs(encoded, found)], pa.bool_())
    columns = [each.take(encoded.indices) for each in (texts, dates, numbers)]
    return Restored(columns[0], *(pc.fill_null(each, False) for each in columns[1:]))


def _pairs(encoded: pa.DictionaryArray, found: list[str | None]) -> list[tuple[str, str | None]]:
    return list(zip(encoded.dictionary.to_pylist(), found, strict=True))


def is_number(text: str) -> bool:
    """Whether a cell is a number and no name."""
    return _NUMBER.fullmatch(text.strip()) is not None


def symbol_of(text: str) -> str | None:
    """The symbol that a date was: "1-Oct", "2013-10-01" and "41548" are OCT1; None for what is no date."""
    plain = text.strip().upper()
    if found := _DAY_MONTH.fullmatch(plain):
        return f"{found[2]}{int(found[1])}"
    if found := _MONTH_DAY.fullmatch(plain):
        return f"{found[1]}{int(found[2])}"
    if found := _ISO.fullmatch(plain):
        return f"{_MONTHS[int(found[1]) - 1]}{int(found[2])}" if 1 <= int(found[1]) <= 12 else None
    if plain.isdecimal() and len(plain) == 5:
        day = _DAY_0 + timedelta(days=int(plain))
        return f"{_MONTHS[day.month - 1]}{day.day}" if day.year in _YEARS else None
    return None
