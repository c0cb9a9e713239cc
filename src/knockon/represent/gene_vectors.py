"""Gene vectors that need no trained model: identity, codon usage, place in the genome, and the random control."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.hashing import hash_column, mix, text_hash, unit_interval
from knockon.represent.representation import Representation

BASES = "ACGT"
CODONS = tuple(first + second + third for first in BASES for second in BASES for third in BASES)
"""The columns of `codon_frequency`, in order."""

# The number of a base, by its byte; 4 for anything else (N and the other ambiguity codes).
_BASE_NUMBER = np.full(256, 4, dtype=np.uint8)
for _number, _letters in enumerate(("Aa", "Cc", "Gg", "TtUu")):
    _BASE_NUMBER[[ord(letter) for letter in _letters]] = _number

_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI"]


def one_hot(genes: tuple[str, ...]) -> Representation:
    """Each gene its own dimension: the sparse identity, float32, shape (genes, genes)."""
    return Representation("one_hot", genes, sp.identity(len(genes), dtype=np.float32, format="csr"))


def codon_frequency(genes: tuple[str, ...], sequences: pa.Array | pa.ChunkedArray) -> Representation:
    """Share of each of the 64 codons in a gene's coding sequence; float32, shape (genes, 64), rows sum to 1.

    sequences: coding sequence 5′→3′ by gene, missing where a gene has none (RNA genes). Codons with an ambiguous base
    and an incomplete last codon are not counted. A gene without any codon gets the mean of the others, which carries no
    information about it; `provenance["imputed"]` says how many these are.
    """
    counts = codon_counts(sequences).astype(np.float64)
    totals = counts.sum(axis=1, keepdims=True)
    known = totals[:, 0] > 0
    frequencies = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    frequencies[~known] = frequencies[known].mean(axis=0) if known.any() else 1.0 / len(CODONS)
    provenance = {"columns": "codons in the order AAA, AAC, ... TTT", "imputed": str(int((~known).sum()))}
    return Representation("codon_frequency", genes, frequencies.astype(np.float32), provenance)


def codon_counts(sequences: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """Count codons of nucleotide sequences in frame 0; shape (sequences, 64), columns as in CODONS."""
    column = _one_chunk(sequences).cast(pa.large_string()).fill_null("")
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    text = column.buffers()[2]
    letters = _BASE_NUMBER[np.frombuffer(text, dtype=np.uint8)] if text is not None else np.zeros(0, dtype=np.uint8)
    codons = np.diff(offsets) // 3
    owner = np.repeat(np.arange(len(column)), codons)
    within = np.arange(codons.sum()) - np.repeat(np.cumsum(codons) - codons, codons)
    starts = offsets[:-1][owner] + 3 * within
    first, second, third = (letters[starts + shift].astype(np.int64) for shift in range(3))
    valid = (first < 4) & (second < 4) & (third < 4)
    cells = (owner * 64 + first * 16 + second * 4 + third)[valid]
    return np.bincount(cells, minlength=len(column) * 64).reshape(len(column), 64)


def chromosome_pathway(
    genes: tuple[str, ...],
    chromosomes: pa.Array | pa.ChunkedArray,
    starts: pa.Array | pa.ChunkedArray,
    pathways: pa.Table,
) -> Representation:
    """Where a gene lies and what it takes part in; sparse float32, shape (genes, chromosomes + 1 + pathways).

    chromosomes: name by gene; starts: first base (bp) by gene; both may be missing. pathways: columns `gene` and
    `pathway`, one row a membership. Columns: one-hot chromosome (I to XVI, then others by name), the start as a share
    of the largest start on that chromosome, one 0/1 column for each pathway (sorted).
    """
    chromosome, names = _codes(_one_chunk(chromosomes), _chromosome_order)
    start = _one_chunk(starts).cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
    on_one = np.flatnonzero(chromosome >= 0)
    longest = np.zeros(max(len(names), 1))
    np.maximum.at(longest, chromosome[on_one], start[on_one])
    share = start[on_one] / np.maximum(longest[chromosome[on_one]], 1.0)
    member, pathway, pathway_names = _memberships(genes, pathways)
    rows = np.concatenate([on_one, on_one, member])
    columns = np.concatenate([chromosome[on_one], np.full(len(on_one), len(names)), len(names) + 1 + pathway])
    values = np.concatenate([np.ones(len(on_one)), share, np.ones(len(member))]).astype(np.float32)
    matrix = sp.csr_matrix((values, (rows, columns)), shape=(len(genes), len(names) + 1 + len(pathway_names)))
    matrix.eliminate_zeros()
    provenance = {
        "chromosomes": " ".join(names),
        "pathways": str(len(pathway_names)),
        "genes_in_a_pathway": str(len(np.unique(member))),
    }
    return Representation("chromosome_pathway", genes, matrix, provenance)


def random_vectors(genes: tuple[str, ...], dimensions: int, seed: int) -> Representation:
    """The control that any representation must beat: standard normal numbers; float32, shape (genes, dimensions).

    A number depends on the gene's name, its column and the seed alone: adding a gene changes no other's vector, and the
    columns of random_10 are the first ten of random_100.
    """
    from scipy.special import ndtri

    columns = np.array([text_hash(f"column {number}") for number in range(dimensions)], dtype=np.uint64)
    cells = mix(hash_column(pa.array(genes, type=pa.string()))[:, None] ^ columns[None, :])
    # Half a step away from zero: the inverse of the normal distribution function has no value there.
    uniform = unit_interval(cells, seed) + 2.0**-54
    return Representation(f"random_{dimensions}", genes, ndtri(uniform).astype(np.float32), {"seed": str(seed)})


def _one_chunk(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _chromosome_order(name: str) -> tuple[int, str]:
    return (_ROMAN.index(name) if name in _ROMAN else len(_ROMAN), name)


def _codes(column: pa.Array, order: Callable[[str], Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Number the distinct values of a string column in a given order; -1 where missing or empty."""
    names = sorted((name for name in pc.unique(column).to_pylist() if name), key=order)
    codes = pc.index_in(column, value_set=pa.array(names, type=pa.string())).fill_null(-1)
    return codes.to_numpy(zero_copy_only=False).astype(np.int64), names


def _memberships(genes: tuple[str, ...], pathways: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """Distinct (gene, pathway) rows as numbers, and the sorted names of the pathways that have a gene of ours."""
    known = pc.is_in(pathways["gene"], value_set=pa.array(genes, type=pa.string()))
    ours = pathways.filter(known).select(["gene", "pathway"]).group_by(["gene", "pathway"]).aggregate([])
    codes, names = _codes(_one_chunk(ours["pathway"].cast(pa.string())), str)
    rows = pc.index_in(_one_chunk(ours["gene"].cast(pa.string())), value_set=pa.array(genes, type=pa.string()))
    return rows.to_numpy(zero_copy_only=False).astype(np.int64), codes, names
