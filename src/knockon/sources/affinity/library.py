"""Libraries of molecules to screen, streamed: SMILES files (.smi) and tables with a column `smiles`, plain or gzip."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers
from knockon.errors import FormatError
from knockon.sources.blocks import line_breaks, read_blocks
from knockon.sources.reading import no_rejects
from knockon.sources.text import stream_delimited
from knockon.sources.texts import Texts, column_texts, words_of_lines

LINES = (".smi", ".smiles", ".ism", ".txt")
TABLES = {".csv": ",", ".tsv": "\t"}
IDS = ("id", "name", "zinc_id", "mol_id", "molecule_id", "chembl_id")
"""Columns of a table that hold the molecules' ids; the first that there is."""

_HEADERS = {"smiles", "canonical_smiles", "isomeric_smiles"}
BLOCK_BYTES = 8 << 20


@dataclass(frozen=True)
class LibraryBlock:
    """Some molecules of a library in its order.

    lines: 1-based, int64 (molecules,). ids: as the file has them, empty where it has none. rejects: rows that could not
    be parted into columns.
    """

    lines: Integers
    smiles: Texts
    ids: Texts
    rejects: pa.Table

    def __len__(self) -> int:
        return len(self.lines)


def stream_library(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[LibraryBlock]:
    """Yield a library block by block.

    A SMILES file has a molecule a line: SMILES, then its id, then anything; a first line that says `smiles` is a
    header. A table (.csv, .tsv) has a column smiles, in any case, and one of IDS if wanted. Blank lines are skipped.
    Raises FormatError where the file is missing, empty, damaged, of another kind, or has no such column.
    """
    kind = suffix_of(path)
    yield from _lines(path, block_bytes) if kind in LINES else _table(path, TABLES[kind], block_bytes)


def suffix_of(path: Path) -> str:
    """The suffix that says the kind of a library. Raises FormatError for another."""
    kind = (Path(path.stem).suffix if path.suffix == ".gz" else path.suffix).lower()
    if kind not in (*LINES, *TABLES):
        raise FormatError(
            f"{path}: a library of molecules is a SMILES file ({', '.join(LINES)}) or a table with a column smiles "
            f"({', '.join(TABLES)}), plain or .gz"
        )
    return kind


def _lines(path: Path, block_bytes: int) -> Iterator[LibraryBlock]:
    first = True
    for block in read_blocks(path, block_bytes):
        breaks = line_breaks(block.data)
        smiles, ids = words_of_lines(block.data, breaks)
        kept = np.flatnonzero(smiles.lengths > 0)
        if first and len(kept):
            first = False
            kept = kept[smiles.take(kept[:1]).list()[0].lower() in _HEADERS :]
        yield LibraryBlock(block.first_line + kept, smiles.take(kept), ids.take(kept), no_rejects())


def _table(path: Path, delimiter: str, block_bytes: int) -> Iterator[LibraryBlock]:
    for result in stream_delimited(path, None, delimiter, quoted=True, block_bytes=block_bytes):
        table = result.table
        by_name = {name.lower(): name for name in table.column_names[1:]}
        wanted = next((by_name[name] for name in ("smiles", *_HEADERS) if name in by_name), None)
        if wanted is None:
            raise FormatError(f"{path}: the header names no column smiles; it has {', '.join(by_name)[:200]}")
        smiles = column_texts(pc.utf8_trim_whitespace(table[wanted]))
        named = next((by_name[name] for name in IDS if name in by_name), None)
        ids = pc.utf8_trim_whitespace(table[named]) if named else pa.repeat("", table.num_rows)
        yield LibraryBlock(np.asarray(table["line"]), smiles, column_texts(ids), result.rejects)
