"""One record out of a mapped shard, straight from its buffers: Arrow's own way to one row costs ten times as much."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

_FORMATS: dict[pa.DataType, Any] = {pa.uint64(): "Q", pa.float64(): "d", pa.int32(): "i"}
"""Codes of memoryview.cast, which gives plain Python numbers."""

ReadCell = Callable[[int], Any]


class RowReader:
    """Reads single rows of one packed record batch (packing.py) as dictionaries, without copying columns."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        # The buffers belong to the batch: it must live as long as the views of them.
        self._batch = batch
        self._cells = {name: _cell(batch.column(name)) for name in batch.schema.names}

    def __getitem__(self, row: int) -> dict[str, Any]:
        """The record at a row from 0 to the batch's length − 1; missing values are None."""
        return {name: cell(row) for name, cell in self._cells.items()}


def _cell(array: pa.Array) -> ReadCell:
    """A function from row to plain Python value. The array must be whole: not a slice of another."""
    if pa.types.is_list(array.type):
        return _list_cell(array)
    if pa.types.is_dictionary(array.type):
        return _text_cell(array)
    if pa.types.is_boolean(array.type):
        return _bit_cell(array.buffers()[1])
    return _number_cell(array)


def _number_cell(array: pa.Array) -> ReadCell:
    numbers = memoryview(array.buffers()[1] or b"").cast(_FORMATS[array.type])
    if not array.null_count:
        return numbers.__getitem__
    valid = _bit_cell(array.buffers()[0])
    return lambda row: numbers[row] if valid(row) else None


def _bit_cell(buffer: pa.Buffer | None) -> ReadCell:
    """Arrow keeps booleans and validity as bits, the lowest first."""
    octets = memoryview(buffer or b"")
    return lambda row: bool(octets[row >> 3] >> (row & 7) & 1)


def _text_cell(array: pa.DictionaryArray) -> ReadCell:
    codes, words = _number_cell(array.indices), array.dictionary.to_pylist()
    if not array.null_count:
        return lambda row: words[codes(row)]
    return lambda row: None if (code := codes(row)) is None else words[code]


def _list_cell(array: pa.ListArray) -> ReadCell:
    bounds = _number_cell(array.offsets)
    structs = array.values
    parts = {field.name: _cell(structs.field(place)) for place, field in enumerate(structs.type)}

    def read(row: int) -> list[dict[str, Any]]:
        members = range(bounds(row), bounds(row + 1))
        return [{name: part(member) for name, part in parts.items()} for member in members]

    return read
