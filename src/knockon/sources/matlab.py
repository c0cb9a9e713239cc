"""The columns of a MATLAB `table` out of a MAT-file (version 5 to 7), decoded without running anything.

MATLAB stores a table as an object in a hidden workspace, which scipy hands over undecoded, and scipy's parser (1.17)
brings the whole process down on some broken files; hence this small reader, which checks every length. It follows
MathWorks' "MAT-File Format" for the elements; the workspace is undocumented: see `_table_cells` for what is used of it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from knockon.errors import FormatError

_HEADER_BYTES = 128
_MAGIC = b"\x00\x01IM"  # version 1, little-endian: all that MATLAB has written since Intel processors
_LARGEST_FILE = 256 << 20
_LARGEST_DECOMPRESSED = 1 << 30
_DEEPEST = 16

_INT8, _MATRIX, _COMPRESSED = 1, 14, 15
_STORED = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8"}
_ENCODINGS = {2: "latin-1", 4: "utf-16-le", 16: "utf-8", 17: "utf-16-le", 18: "utf-32-le"}
_CELL, _STRUCT, _CHAR, _OPAQUE = 1, 2, 4, 17
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}


@dataclass(frozen=True)
class Cells:
    """A cell array: its shape and its values, column by column. A value is Cells, str, an array, a dict, or None."""

    shape: tuple[int, ...]
    values: list[Any]

    def texts(self) -> list[str] | None:
        """The values if all are text; an empty cell (which MATLAB saves as 0 × 0 numbers) is the empty text."""
        texts = ["" if isinstance(value, np.ndarray) and not value.size else value for value in self.values]
        return texts if all(isinstance(text, str) for text in texts) else None


class _Broken(Exception):
    """The bytes are no MAT-file, or end too soon."""


def read_table_columns(path: Path) -> dict[str, NDArray[np.float64] | list[str]]:
    """Read the columns of the table in a MAT-file, by name, those of float64 numbers and those of text.

    Columns of other kinds, such as categorical, are passed over. All that are returned have one length.
    Raises FormatError for a file that is no MAT-file of version 5 to 7, is broken, or holds no such table.
    """
    data = _bytes_of(path)
    try:
        names, columns = _table_cells(data)
    except (_Broken, struct.error, zlib.error, IndexError, ValueError, OverflowError) as error:
        raise FormatError(f"{path}: is no readable MATLAB table ({str(error)[:150]})") from error
    found: dict[str, NDArray[np.float64] | list[str]] = {}
    for name, column in zip(names, columns, strict=True):
        if isinstance(column, np.ndarray) and column.dtype == np.float64:
            found[name] = column.ravel()
        elif isinstance(column, Cells) and (texts := column.texts()) is not None:
            found[name] = texts
    if len({len(column) for column in found.values()}) != 1 or len(set(names)) != len(names):
        raise FormatError(f"{path}: the MATLAB table has no columns of text or numbers, or unlike ones")
    return found


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise FormatError(f"{path}: is larger than {_LARGEST_FILE >> 20} MB; export the table as text instead")
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path}: can't be read ({error.strerror})") from error
    if len(data) < _HEADER_BYTES or data[124:_HEADER_BYTES] != _MAGIC:
        raise FormatError(f"{path}: is no MATLAB file of version 5 to 7; save it with -v7, not -v7.3")
    return data


def _table_cells(data: bytes) -> tuple[list[str], list[Any]]:
    """Names and columns of the table.

    The hidden workspace is the element without a name. Its bytes are elements again, the first of them a structure
    whose one field MCOS is an object over a cell array with the properties of all objects. For a table one cell is a
    row of its columns, and one, as long, a row of their names (so in the file of Sameith et al., saved in 2020).
    """
    hidden = next((value for name, value in _matrices(data[_HEADER_BYTES:]) if name == "" and _is_bytes(value)), None)
    if hidden is None:
        raise _Broken("it holds no object, so no table")
    workspace = next((value for _, value in _matrices(hidden.tobytes()[8:])), None)
    properties = workspace.get("MCOS") if isinstance(workspace, dict) else None
    if not isinstance(properties, Cells):
        raise _Broken("its workspace has an unknown layout; save the table again, with -v7")
    rows = [
        cell for cell in properties.values if isinstance(cell, Cells) and cell.shape[0] == 1 and len(cell.values) > 1
    ]
    for names in rows:
        texts = names.texts()
        columns = next((row for row in rows if row is not names and len(row.values) == len(names.values)), None)
        if texts is not None and all(texts) and columns is not None:
            return texts, columns.values
    raise _Broken("its objects are no table with named columns")


def _is_bytes(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.uint8


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements that lie one after the other in `data`: type and content."""
    place = 0
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, place)
        if kind >> 16:  # a small element: type and size share four bytes, the content is the next four
            kind, size, begin, step = kind & 0xFFFF, kind >> 16, place + 4, 8
        else:
            # Compressed elements alone are not filled up to eight bytes.
            begin, step = place + 8, 8 + (size if kind == _COMPRESSED else size + -size % 8)
        if begin + size > len(data) or (step == 8 and size > 4):
            raise _Broken("it ends in the middle; fetch it again")
        yield kind, data[begin : begin + size]
        place += step


def _matrices(data: bytes) -> Iterator[tuple[str | None, Any]]:
    """Name and value of each matrix; an object has no name of its own."""
    for kind, content in _elements(data):
        if kind == _COMPRESSED:
            yield from _matrices(_decompressed(content))
        elif kind == _MATRIX:
            yield _matrix(content, 0)


def _decompressed(content: bytes) -> bytes:
    stream = zlib.decompressobj()
    data = stream.decompress(content, _LARGEST_DECOMPRESSED)
    if not stream.eof:
        raise _Broken("a compressed part ends too soon or grows beyond all measure")
    return data


def _matrix(content: bytes, depth: int) -> tuple[str | None, Any]:
    if depth > _DEEPEST:
        raise _Broken("its cells are nested too deeply")
    parts = _elements(content)
    matrix_class = _next(parts)[1][0]
    if matrix_class == _OPAQUE:
        return None, _opaque(parts, depth)
    shape = tuple(np.frombuffer(_next(parts)[1], dtype="<i4").tolist())
    name = _next(parts)[1].decode("ascii")
    if len(shape) < 2 or min(shape) < 0:
        raise _Broken("a matrix has no shape")
    if matrix_class == _CELL:
        return name, Cells(shape, [_value(parts, depth) for _ in range(_count(shape, content))])
    if matrix_class == _STRUCT:
        return name, _structure(parts, shape, depth)
    if matrix_class == _CHAR:
        return name, _text(parts, shape)
    return name, _numbers(parts, shape, matrix_class) if matrix_class in _CLASSES else None


def _next(parts: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    kind, content = next(parts, (0, b""))
    if not kind:
        _too_short()
    return kind, content


def _too_short() -> NoReturn:
    raise _Broken("a part of it is missing")


def _count(shape: tuple[int, ...], content: bytes) -> int:
    """How many elements must follow; more than there is room for can't be right."""
    count = prod(shape)
    if count * 8 > len(content):
        _too_short()
    return count


def _value(parts: Iterator[tuple[int, bytes]], depth: int) -> Any:
    """The value of the next matrix element; an element without content is an empty matrix."""
    kind, content = _next(parts)
    if kind != _MATRIX:
        raise _Broken("a cell holds no matrix")
    return _matrix(content, depth + 1)[1] if content else np.zeros(0)


def _opaque(parts: Iterator[tuple[int, bytes]], depth: int) -> Any:
    """What lies behind an object: after its names (of variable, system and class) comes one matrix."""
    for kind, content in parts:
        if kind == _MATRIX:
            return _matrix(content, depth + 1)[1]
        if kind != _INT8:
            break
    return None


def _structure(parts: Iterator[tuple[int, bytes]], shape: tuple[int, ...], depth: int) -> dict[str, Any] | None:
    """A structure of one element as a dictionary; arrays of structures are passed over."""
    width = int.from_bytes(_next(parts)[1], "little")
    packed = _next(parts)[1]
    if prod(shape) != 1 or not width:
        return None
    names = [packed[at : at + width].split(b"\0")[0].decode("ascii") for at in range(0, len(packed), width)]
    return {name: _value(parts, depth) for name in names}


def _text(parts: Iterator[tuple[int, bytes]], shape: tuple[int, ...]) -> str | None:
    """One line of text; matrices of several lines are passed over."""
    if prod(shape) == 0:
        return ""
    kind, content = _next(parts)
    if kind not in _ENCODINGS:
        raise _Broken("text in an unknown encoding")
    return content.decode(_ENCODINGS[kind]) if shape[0] == 1 else None


def _numbers(parts: Iterator[tuple[int, bytes]], shape: tuple[int, ...], matrix_class: int) -> NDArray[Any]:
    """Numbers in the type of their class, however they are stored."""
    kind, content = _next(parts) if prod(shape) else (1, b"")
    if kind not in _STORED:
        raise _Broken("numbers of an unknown type")
    stored = np.frombuffer(content, dtype=_STORED[kind])
    if stored.size != prod(shape):
        raise _Broken("a matrix has not as many numbers as its shape says")
    return stored.astype(_CLASSES[matrix_class]).reshape(shape, order="F")
