"""From coding DNA to proteins: the standard genetic code, and that of yeast mitochondria (NCBI tables 1 and 3)."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Mask, Rows
from knockon.represent.gene_vectors import BASES, CODONS

STOP, UNKNOWN_RESIDUE = "*", "X"

# By codon, in the order of CODONS (AAA, AAC, AAG, AAT, ACA, … TTT).
_STANDARD = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"
_MITOCHONDRIAL = dict(zip(("ATA", "CTA", "CTC", "CTG", "CTT", "TGA"), "MTTTTW", strict=True))
MITOCHONDRION = "Mito"
"""Name of the chromosome whose genes are read by table 3."""

# By codon, then X for one with a base that is not known: uint8 (2, 65), standard and mitochondrial.
_RESIDUES = np.array(
    [
        [ord(letter) for letter in f"{_STANDARD}{UNKNOWN_RESIDUE}"],
        [ord(_MITOCHONDRIAL.get(codon, letter)) for codon, letter in zip(CODONS, _STANDARD, strict=True)]
        + [ord(UNKNOWN_RESIDUE)],
    ],
    dtype=np.uint8,
)


def residue_of(codon: str) -> str:
    """The residue of a codon by the standard code, `*` for a stop."""
    return _STANDARD[CODONS.index(codon)]


def translate(coding: pa.Array | pa.ChunkedArray, mitochondrial: Mask) -> pa.Array:
    """Proteins of coding sequences, 5'→3', missing where there is none; the last stop is left out, an inner one is `*`.

    mitochondrial: by sequence, whether the mitochondrial code holds. A codon with a base that is not known gives X, and
    an incomplete last codon nothing.
    """
    column = _one_chunk(coding)
    known = np.asarray(column.is_valid())
    texts = column.fill_null("").to_pylist()
    lengths = np.array([len(text) // 3 for text in texts], dtype=np.int64)
    numbers = _codon_numbers("".join(text[: 3 * length] for text, length in zip(texts, lengths, strict=True)))
    residues = _RESIDUES[np.repeat(mitochondrial.astype(np.int64), lengths), numbers]
    proteins = _cut(residues, lengths)
    return pc.if_else(pa.array(known), pc.replace_substring_regex(proteins, r"\*$", ""), pa.scalar(None, pa.string()))


def sense_codons(coding: pa.Array | pa.ChunkedArray, mitochondrial: Mask) -> pa.Array:
    """Coding sequences without their last codon where that is a stop, and in whole codons; missing where there is none.

    mitochondrial: as in `translate`.
    """
    column = _one_chunk(coding)
    stops = pc.match_substring_regex(column, r"(TAA|TAG)$")
    opal = pc.and_(pc.match_substring_regex(column, r"TGA$"), pa.array(~mitochondrial))
    codons = pc.subtract(pc.divide(pc.utf8_length(column), 3), pc.or_(stops, opal).cast(pa.int32()))
    lengths = 3 * codons.fill_null(0).to_numpy(zero_copy_only=False)
    kept = [text[:length] for text, length in zip(column.fill_null("").to_pylist(), lengths, strict=True)]
    return pc.if_else(column.is_valid(), pa.array(kept, pa.string()), pa.scalar(None, pa.string()))


def _one_chunk(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return pc.utf8_upper(found.cast(pa.string()))


def _codon_numbers(bases: str) -> Rows:
    """Number of each codon in CODONS, 64 where a base is not known; int64 (bases / 3,)."""
    place = np.full(256, 4, dtype=np.int64)
    place[np.frombuffer(BASES.encode(), dtype=np.uint8)] = np.arange(4)
    found = place[np.frombuffer(bases.encode("latin-1", "replace"), dtype=np.uint8)].reshape(-1, 3)
    return np.where((found < 4).all(axis=1), found @ np.array([16, 4, 1]), len(CODONS))


def _cut(letters: NDArray[np.uint8], lengths: Rows) -> pa.Array:
    """One run of letters as texts of these lengths."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    buffers = pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))
    return pa.LargeStringArray.from_buffers(len(lengths), *buffers).cast(pa.string())
