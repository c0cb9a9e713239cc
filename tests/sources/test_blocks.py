"""Blocks of whole lines: whatever a file's bytes are, they come out as clean lines or as one error with its place."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources import blocks
from knockon.sources.blocks import line_breaks, read_blocks


def write(folder: Path, data: bytes, name: str = "file.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize("data", [b"a\nbb\n\nccc\n", b"a\nbb\n\nccc", b"\n\n", "ε\nτ×\n".encode()])
def test_blocks_join_to_the_file_at_any_size(tmp_path: Path, data: bytes, block_bytes: int) -> None:
    """Protects against lines lost, doubled or cut at the border of a block."""
    found = list(read_blocks(write(tmp_path, data), block_bytes))
    assert b"".join(block.data for block in found) == data
    lines = 1
    for block in found:
        assert block.first_line == lines
        lines += block.data.count(b"\n")


def test_crlf_and_byte_order_mark_are_understood(tmp_path: Path) -> None:
    """Protects files saved on Windows."""
    path = write(tmp_path, b"\xef\xbb\xbfa\tb\r\nc\td\r\n")
    for size in (1, 4, 5, 100):
        assert b"".join(block.data for block in read_blocks(path, size)) == b"a\tb\nc\td\n"


def test_gzip_is_recognised_by_its_bytes_too(tmp_path: Path) -> None:
    """Protects against reading compressed bytes as text when the suffix is missing."""
    path = write(tmp_path, gzip.compress(b"a\nb\n", mtime=0), "file.txt")
    assert next(read_blocks(path)).data == b"a\nb\n"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "file.txt", "is empty"),
        (b"", "file.gz", "is empty"),
        (gzip.compress(b"", mtime=0), "file.gz", "is empty"),
        (gzip.compress(b"abc\n" * 1000, mtime=0)[:40], "file.gz", "truncated or corrupt"),
        (b"no gzip at all", "file.gz", "truncated or corrupt"),
        (b"a\nb\0c\n", "file.txt", "line 2: a NUL byte"),
        (b"a\nb\n\xe9\n", "file.txt", "line 3: not UTF-8"),
        (b"a\rb\rc", "file.txt", "line 1: a lone carriage return"),
        ("a\tb\n".encode("utf-16"), "file.txt", "UTF-16"),
    ],
)
def test_broken_files_are_refused_with_their_place(tmp_path: Path, data: bytes, name: str, message: str) -> None:
    """Protects against tracebacks, and against half a file taken for a whole one."""
    with pytest.raises(FormatError, match=message) as error:
        list(read_blocks(write(tmp_path, data, name)))
    assert name in str(error.value)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no such file"):
        list(read_blocks(tmp_path / "absent.txt"))
    with pytest.raises(FormatError, match="is a folder"):
        list(read_blocks(tmp_path))


def test_error_line_counts_across_blocks(tmp_path: Path) -> None:
    """Protects the line number of errors behind the first block."""
    path = write(tmp_path, b"good line\n" * 50 + b"bad \xff\n")
    with pytest.raises(FormatError, match="line 51: not UTF-8"):
        list(read_blocks(path, 64))


def test_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects memory and disk from a small file that unpacks without end."""
    monkeypatch.setattr(blocks, "_RATIO_CHECKED_FROM", 1 << 20)
    path = write(tmp_path, gzip.compress(b"\n" * (8 << 20), mtime=0), "bomb.gz")
    with pytest.raises(FormatError, match="when decompressed"):
        list(read_blocks(path))


def test_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects memory from a binary file without line breaks."""
    monkeypatch.setattr(blocks, "_LONGEST_LINE", 1000)
    with pytest.raises(FormatError, match="longer than"):
        list(read_blocks(write(tmp_path, b"x" * 5000), 100))


def test_line_breaks_end_every_line() -> None:
    assert line_breaks(b"ab\n\nc").tolist() == [2, 3, 5]
    assert line_breaks(b"ab\n").tolist() == [2]
    assert line_breaks(b"").dtype == np.int64
