"""The bytes of a text file, plain or gzip, in blocks of whole lines that are known to be clean UTF-8."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from knockon.errors import FormatError

BLOCK_BYTES = 16 << 20
"""Large enough that the cost per block vanishes, small enough that dozens of columns of it fit in memory."""

_LONGEST_LINE = 64 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP_MAGIC = b"\x1f\x8b"
# Text shrinks by 3 to 30 times; a file that grows by more than this is a decompression bomb.
_LARGEST_RATIO = 200
_RATIO_CHECKED_FROM = 256 << 20


@dataclass(frozen=True)
class Block:
    """Some whole lines: UTF-8 bytes with "\\n" line ends (the last line of a file may lack it)."""

    data: bytes
    first_line: int


def line_breaks(data: bytes) -> NDArray[np.int64]:
    """Positions of the line ends, one per line; a last line without one ends at the end of the data."""
    breaks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    return breaks if data.endswith(b"\n") or not data else np.append(breaks, len(data))


def read_blocks(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the file's lines in blocks of about `block_bytes`; gzip is recognised by its first bytes or the suffix.

    A byte-order mark is dropped and CRLF becomes LF.

    Raises FormatError for a file that is missing, empty, truncated or corrupt gzip, not UTF-8, holds NUL bytes or lone
    carriage returns, has a line of more than 64 MB, or grows absurdly when decompressed.
    """
    line = 1
    for data in _whole_lines(path, block_bytes):
        if line == 1:
            data = data.removeprefix(_BYTE_ORDER_MARK)
        data = _checked(path, data, line)
        yield Block(data, line)
        line += data.count(b"\n")


def _whole_lines(path: Path, block_bytes: int) -> Iterator[bytes]:
    rest = b""
    empty = True
    for piece in _pieces(path, block_bytes):
        empty = False
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        else:
            rest += piece
        if len(rest) > _LONGEST_LINE:
            raise FormatError(f"{path}: a line is longer than {_LONGEST_LINE >> 20} MB; is it a text file?")
    if empty:
        raise FormatError(f"{path}: is empty")
    if rest:
        yield rest


def _pieces(path: Path, block_bytes: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == _GZIP_MAGIC or path.suffix == ".gz"
            raw.seek(0)
            if not compressed:
                while piece := raw.read(block_bytes):
                    yield piece
                return
            yield from _decompressed(path, raw, block_bytes)
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise FormatError(f"{path}: is a folder, not a file") from error
    except PermissionError as error:
        raise FormatError(f"{path}: may not be read (permissions)") from error


def _decompressed(path: Path, raw: IO[bytes], block_bytes: int) -> Iterator[bytes]:
    size = path.stat().st_size
    total = 0
    if not size:
        return
    try:
        with gzip.GzipFile(fileobj=raw) as stream:
            while piece := stream.read(block_bytes):
                total += len(piece)
                if total > _RATIO_CHECKED_FROM and total > _LARGEST_RATIO * size:
                    raise FormatError(f"{path}: grows more than {_LARGEST_RATIO} times when decompressed; refused")
                yield piece
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FormatError(f"{path}: gzip is truncated or corrupt ({error}); fetch the file again") from error


def _checked(path: Path, data: bytes, first_line: int) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(f"{path}: is UTF-16; save it as UTF-8")
    if (nul := data.find(b"\0")) >= 0:
        raise FormatError(f"{path}: line {first_line + data.count(10, 0, nul)}: a NUL byte; is it a text file?")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        data = data[:-1] if data.endswith(b"\r") else data
        if (lone := data.find(b"\r")) >= 0:
            line = first_line + data.count(10, 0, lone)
            raise FormatError(f"{path}: line {line}: a lone carriage return; save the file with Unix line ends")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = first_line + data.count(10, 0, error.start)
        raise FormatError(
            f"{path}: line {line}: not UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8"
        ) from error
    return data
