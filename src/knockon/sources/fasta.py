"""FASTA: genomes, proteomes and upstream regions. All records of a file are cut out of its bytes in one pass."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.blocks import read_blocks
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.tables import Refusals, column, repeated

FASTA_SCHEMA = pa.schema(
    [
        column("name", pa.string(), "first word of the header"),
        column("description", pa.string(), "rest of the header"),
        column("sequence", pa.large_string(), "residues, IUPAC one-letter codes, upper case"),
    ]
)

_NEWLINE, _GREATER = ord("\n"), ord(">")


def _byte_set(characters: str) -> NDArray[np.bool_]:
    """A table of 256 answers to: is this byte one of `characters`?"""
    table = np.zeros(256, dtype=np.bool_)
    table[np.frombuffer(characters.encode("ascii"), dtype=np.uint8)] = True
    return table


_RESIDUES = _byte_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-")
_BLANKS = _byte_set(" \t\r\n")


@dataclass(frozen=True)
class _Records:
    """Where the records of a file lie. All arrays have shape (records,)."""

    lines: NDArray[np.int64]  # 1-based line of each header
    starts: NDArray[np.int64]  # byte of each '>'
    ends: NDArray[np.int64]  # byte after each header line


def read_fasta(path: Path) -> ReadResult:
    """Read a FASTA file, plain or gzip, into FASTA_SCHEMA; residues are upper-cased.

    Rejected: records without a sequence, with a character that is no residue, or with a name that came before.
    Raises FormatError for a file that is empty, truncated, not UTF-8, or that does not begin with '>'.
    """
    return _read(path, lambda names, descriptions: names)


def _read(path: Path, naming: Callable[[pa.Array, pa.Array], pa.Array], unnamed: str = "no name") -> ReadResult:
    """Read a FASTA file. naming: from the first word and the rest of each header to its name, null for none.

    unnamed: the reason why a record without a name is refused.
    """
    data = np.frombuffer(b"".join(block.data for block in read_blocks(path)), dtype=np.uint8)
    records = _locate(path, data)
    words, descriptions = _headers(path, data, records)
    found = naming(words, descriptions)
    names = pc.coalesce(found, words)
    keep = ~_BLANKS[data]
    keep[_inside_headers(data, records)] = False
    lengths = np.add.reduceat(keep, records.starts, dtype=np.int64)
    strange = np.add.reduceat(keep & ~_RESIDUES[data], records.starts, dtype=np.int64) > 0
    sequences = _sequences(data[keep], lengths)
    table = pa.Table.from_arrays([names, descriptions, sequences], schema=FASTA_SCHEMA)
    refusals = Refusals(path, pa.array(records.lines))
    refusals.refuse(pc.is_null(found), words, unnamed)
    refusals.refuse(lengths == 0, names, "no sequence")
    refusals.refuse(strange, names, "a character that is no residue")
    refusals.refuse(repeated(names), names, "a name that came before")
    return refusals.finish(table, no_rejects())


def read_fasta_genome(path: Path) -> ReadResult:
    """Read a genome of S. cerevisiae into FASTA_SCHEMA, its sequences named as Ensembl does: I to XVI and Mito.

    Names are found as Ensembl R64-1-1 (I, Mito), SGD and UCSC (chrI, chrmt) write them, or in the rest of the header as
    in SGD's S288C_reference_sequence ([chromosome=I], [location=mitochondrion]) and NCBI RefSeq (chromosome I, …).
    Rejects and raises as `read_fasta`; rejected too: a name that is no chromosome's, and a chromosome that came before.
    """
    return _read(path, _chromosomes, UNKNOWN_CHROMOSOME)


def _chromosomes(words: pa.Array, descriptions: pa.Array) -> pa.Array:
    """The chromosome that each header names, null where it names none."""
    told = pc.struct_field(pc.extract_regex(descriptions, _CHROMOSOME_TOLD), "name")
    mitochondrial = pc.match_substring_regex(descriptions, r"\bmitochondri(on|al)\b")
    said = pc.if_else(mitochondrial, pa.scalar("Mito"), told)
    return pc.coalesce(known_chromosomes(words), known_chromosomes(pc.fill_null(said, "")))


def read_upstream(path: Path) -> ReadResult:
    """Read the sequences before the genes, whose records are named p + gene (pYAL001C), into FASTA_SCHEMA by gene.

    Rejects and raises as `read_fasta`; raises FormatError where a name does not begin with p.
    """
    result = read_fasta(path)
    names = result.table["name"].combine_chunks()
    genes = pc.struct_field(pc.extract_regex(names, r"^p(?P<gene>\S+)$"), "gene")
    if genes.null_count:
        strange = names.filter(pc.is_null(genes))[0].as_py()
        raise FormatError(f"{path}: the record {strange[:80]} is not named p + gene, such as pYAL001C")
    return ReadResult(result.table.set_column(0, FASTA_SCHEMA.field("name"), genes), result.rejects)


def normalise_chromosomes(names: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Write chromosome names as Ensembl does: chrIV → IV, 4 → IV, chrmt, chrM, Mito and 17 → Mito; others unchanged."""
    known = pa.array(list(_CHROMOSOMES), pa.string())
    plain = pc.replace_substring_regex(names, "^[cC]hr(omosome)?[ _]?", "")
    found = pc.take(pa.array(list(_CHROMOSOMES.values()), pa.string()), pc.index_in(plain, known))
    return pc.coalesce(found, plain)


def known_chromosomes(names: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """As `normalise_chromosomes`, null where the result is no chromosome of S. cerevisiae."""
    written = normalise_chromosomes(names)
    known = pc.is_in(written, pa.array([*_ROMAN, "Mito", *_PLASMIDS], pa.string()))
    return pc.if_else(known, written, pa.scalar(None, pa.string()))


UNKNOWN_CHROMOSOME = "not a chromosome name that knockon knows (I to XVI, Mito, chrI, chrmt, …)"
_CHROMOSOME_TOLD = r"(?:\[chromosome=|\bchromosome )(?P<name>[IVX]+)\b"
_PLASMIDS = ("2-micron",)

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_MITO = ("M", "MT", "mt", "MITO", "mito")
_CHROMOSOMES = {str(number): name for number, name in enumerate((*_ROMAN, "Mito"), start=1)} | dict.fromkeys(
    _MITO, "Mito"
)


def _locate(path: Path, data: NDArray[np.uint8]) -> _Records:
    if not len(data) or data[0] != _GREATER:
        raise FormatError(f"{path}, line 1: a FASTA file begins with '>'")
    line_ends = np.flatnonzero(data == _NEWLINE)
    line_starts = np.concatenate([[0], line_ends + 1])
    line_starts = line_starts[line_starts < len(data)]
    line_ends = np.append(line_ends, len(data))[: len(line_starts)]
    is_header = data[line_starts] == _GREATER
    return _Records(np.flatnonzero(is_header) + 1, line_starts[is_header], line_ends[is_header])


def _headers(path: Path, data: NDArray[np.uint8], records: _Records) -> tuple[pa.Array, pa.Array]:
    """The first word and the rest of each header line."""
    offsets = np.concatenate([[0], np.cumsum(records.ends - records.starts)]).astype(np.int64)
    text = data[_inside_headers(data, records)]
    lines = pa.LargeStringArray.from_buffers(len(records.lines), pa.py_buffer(offsets), pa.py_buffer(text))
    parts = pc.extract_regex(lines, r"^>[ \t]*(?P<name>\S*)\s*(?P<description>.*?)\s*$")
    names = pc.struct_field(parts, "name").cast(pa.string())
    unnamed = pc.index(names, "").as_py()
    if unnamed >= 0:
        raise FormatError(f"{path}, line {records.lines[unnamed]}: a FASTA header without a name")
    return names, pc.struct_field(parts, "description").cast(pa.string())


def _inside_headers(data: NDArray[np.uint8], records: _Records) -> NDArray[np.bool_]:
    """True for each byte of a header line, by a running sum of +1 at each start and -1 at each end."""
    steps = np.zeros(len(data) + 1, dtype=np.int8)
    steps[records.starts] = 1
    steps[records.ends] -= 1
    return np.cumsum(steps, dtype=np.int8)[:-1].astype(np.bool_)


def _sequences(residues: NDArray[np.uint8], lengths: NDArray[np.int64]) -> pa.LargeStringArray:
    """Cut one run of residues into strings of the given lengths, without a copy a record."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    lower = (residues >= ord("a")) & (residues <= ord("z"))
    upper = np.where(lower, residues - 32, residues)
    return pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(upper))
