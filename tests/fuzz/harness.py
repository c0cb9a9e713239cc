"""Reads a broken file and judges the answer: sound rows and counted rejects, or one FormatError; nothing else.

What makes a row wrong in silence is a value that the file does not hold. So for every column whose values all stand in
the sound file as they are, the values read from a broken file must stand in that file, numbers as plain ASCII numbers.
"""

import gzip
import math
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.catalogue import FORMATS
from knockon.sources.reading import REJECT_SCHEMA, ReadResult
from tests.fuzz.corpus import Seed

LONGEST_SECONDS = 5.0
_WORD = re.compile(r"[\t\n\r ,;|\"]+")
_COLLECTION = re.compile(r"ts[qa](?=\d)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


@dataclass
class Tally:
    """What came of the broken files of one format."""

    format: str
    inputs: int = 0
    read: int = 0
    with_rejects: int = 0
    refused: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """A reader under test: its sound file, and the columns whose values stand in the file as they are."""

    seed: Seed
    path: Path
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    def read(self, data: bytes) -> ReadResult:
        """Read `data` as a file. Raises what the reader raises."""
        self.path.write_bytes(data)
        return FORMATS[self.seed.format].read(self.path, **self.seed.arguments)


def make_reader(seed: Seed, folder: Path) -> Reader:
    """Find the columns to be held by reading the sound file."""
    path = folder / f"{seed.format}{seed.suffix}"
    result = Reader(seed, path, (), ()).read(seed.data)
    assert result.table.num_rows, f"{seed.format}: the sound file gives no rows"
    if seed.binary:
        return Reader(seed, path, (), ())
    # A column without a value in the sound file says nothing of where its values come from.
    told = [name for name in _floats(result.table) + _texts(result.table) if any(_values(result.table, name))]
    numbers = tuple(name for name in _floats(result.table) if _numbers_outside(result.table, name, seed.data) is None)
    words = tuple(name for name in _texts(result.table) if _words_outside(result.table, name, seed.data) is None)
    numbers, words = (tuple(name for name in names if name in told) for names in (numbers, words))
    return Reader(seed, path, numbers, words)


def judge(reader: Reader, data: bytes) -> tuple[str | None, str]:
    """Read a broken file. Returns what is wrong with the answer, or None; and `read`, `rejects` or `refused`."""
    try:
        result = reader.read(data)
    except FormatError as error:
        text = str(error)
        return (None if reader.path.name in text and "\n" not in text else f"unclear message: {text[:200]}"), "refused"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}", "refused"
    return _wrong(reader, result, data), "rejects" if result.rejects.num_rows else "read"


def timed(reader: Reader, data: bytes, tally: Tally) -> str | None:
    """As `judge`, into a tally, with the processor time that it took, which a busy machine does not lengthen."""
    begin = time.process_time()
    wrong, outcome = judge(reader, data)
    seconds = time.process_time() - begin
    tally.inputs += 1
    tally.slowest = max(tally.slowest, seconds)
    tally.read += outcome != "refused"
    tally.with_rejects += outcome == "rejects"
    tally.refused += outcome == "refused"
    if wrong is None and seconds > LONGEST_SECONDS:
        wrong = f"took {seconds:.1f} s"
    if wrong is not None:
        tally.failures.append(wrong)
    return wrong


def _wrong(reader: Reader, result: ReadResult, data: bytes) -> str | None:
    schema = FORMATS[reader.seed.format].schema
    if not result.table.schema.equals(schema) or not result.rejects.schema.equals(REJECT_SCHEMA):
        return "another schema than the declared one"
    try:
        result.table.validate(full=True)
    except pa.ArrowInvalid as error:
        return f"a broken table: {error}"
    for name in _floats(result.table):
        if not all(math.isfinite(value) for value in _values(result.table, name)):
            return f"{name}: a value that is not finite"
    held = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    for name in reader.numbers:
        if (value := _numbers_outside(result.table, name, held)) is not None:
            return f"{name}: {value!r} is no number of the file"
    for name in reader.words:
        if (value := _words_outside(result.table, name, held)) is not None:
            return f"{name}: {value!r} does not stand in the file"
    return None


def _floats(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if pa.types.is_floating(field.type)]


def _texts(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if pa.types.is_string(field.type)]


def _values(table: pa.Table, name: str) -> list[Any]:
    return [value for value in pc.unique(table[name]).to_pylist() if value is not None]


def _numbers_outside(table: pa.Table, name: str, data: bytes) -> float | None:
    """A number of the column that no word of the file says."""
    words = _WORD.split(data.decode(errors="replace"))
    known = {float(word) for word in words if _NUMBER.fullmatch(word)}
    return next((value for value in _values(table, name) if value not in known), None)


def _words_outside(table: pa.Table, name: str, data: bytes) -> str | None:
    """A text of the column that does not stand in the file, in any case of its letters.

    Two ways of writing are told apart from another text: GFF's %20 and its like, and the collections of
    temperature-sensitive strains (tsq27 and tsa27 are allele ts27).
    """
    plain = data.decode(errors="replace").replace("\r\n", "\n").casefold()
    text = "\n".join([plain, unquote(plain), _COLLECTION.sub("ts", plain)])
    found = pc.unique(table[name].cast(pa.string())).to_pylist()
    return next((value for value in found if value and value.casefold() not in text), None)
