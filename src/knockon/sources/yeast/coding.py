"""Coding sequences cut out of the genome: the coding segments of a gene joined in the order in which they are read.

A programmed +1 ribosomal frameshift (Ty elements, EST3, OAZ1, ABP140) skips one base; SGD gives it a feature of its own
and leaves the base out of the coding segments, so the joined sequence is in frame without further work.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.sources.tables import column, filled, mask, solid

CODING_SCHEMA = pa.schema(
    [
        column("systematic_name", pa.string(), "systematic name of the gene"),
        column("sequence", pa.string(), "bases, 5' to 3' of the gene; missing where it can't be cut", nullable=True),
        column("segments", pa.int32(), "number of coding segments joined"),
        column("frameshift", pa.bool_(), "true where a programmed +1 frameshift skips a base"),
        column("in_frame", pa.bool_(), "true for ATG, whole codons, and one stop codon, the last"),
        column("problem", pa.string(), "why the gene is not in frame; missing where it is", nullable=True),
    ]
)

_COMPLEMENT = np.arange(256, dtype=np.uint8)
_COMPLEMENT[np.frombuffer(b"ACGTRYKMBDHV", dtype=np.uint8)] = np.frombuffer(b"TGCAYRMKVHDB", dtype=np.uint8)

# Yeast mitochondria read TGA as tryptophan (NCBI genetic code 3), so it stops nothing there.
_STOPS = (b"TAA", b"TAG", b"TGA")
_MITOCHONDRIAL_TRYPTOPHAN = (b"TGA",)
_MITOCHONDRION = "Mito"


def coding_sequences(features: pa.Table, segments: pa.Table, genome: pa.Table) -> pa.Table:
    """Cut the coding sequence of every gene that has coding segments.

    Args:
        features: GENE_SCHEMA; gives the chromosome of each gene.
        segments: SEGMENT_SCHEMA, in reading order.
        genome: FASTA_SCHEMA, one row a chromosome.

    Returns CODING_SCHEMA, one row a gene, sorted by name. A gene that can't be cut (its chromosome is not in the
    genome, or ends before the gene does) keeps a row without a sequence; `problem` says why.
    Raises KnockonError where segments and features don't belong together.
    """
    shifted = pc.unique(segments.filter(pc.not_equal(segments["kind"], "CDS"))["systematic_name"])
    segments = segments.filter(pc.equal(segments["kind"], "CDS"))
    names, gene_of = _genes(segments)
    chromosomes = _chromosomes(names, features)
    layout = _layout(genome)
    number = pc.fill_null(pc.index_in(chromosomes, layout.names), -1).to_numpy(zero_copy_only=False)
    ends = segments["end"].to_numpy()
    outside = (segments["start"].to_numpy() < 1) | (ends > np.append(layout.lengths, 0)[number[gene_of]])
    absent = number < 0
    beyond = np.bincount(gene_of, weights=outside, minlength=len(names)) > 0
    cuttable = ~(absent | beyond)
    chosen = cuttable[gene_of]
    cut = _cut(layout, segments.filter(pa.array(chosen)), number[gene_of[chosen]], gene_of[chosen], len(names))
    problems = _frame_problems(cut, mask(pc.equal(chromosomes, _MITOCHONDRION)))
    problems = np.where(beyond, "it lies beyond the end of its chromosome", problems)
    problems = np.where(absent, "its chromosome is not in the genome", problems)
    columns = {
        "systematic_name": names,
        "sequence": pc.if_else(pa.array(cuttable), cut.sequences(), pa.scalar(None, pa.string())),
        "segments": pa.array(np.bincount(gene_of, minlength=len(names)), pa.int32()),
        "frameshift": pc.is_in(names, shifted),
        "in_frame": pa.array(problems == ""),
        "problem": filled(pa.array(problems.tolist(), pa.string())),
    }
    return pa.Table.from_pydict(columns, schema=CODING_SCHEMA).sort_by("systematic_name")


@dataclass(frozen=True)
class _Layout:
    """A genome laid end to end: `names` string, `lengths` and `begins` (chromosomes,), `bases` uint8 (bases,)."""

    names: pa.Array
    lengths: NDArray[np.int64]
    begins: NDArray[np.int64]
    bases: NDArray[np.uint8]


@dataclass(frozen=True)
class _Cut:
    """All coding bases in one run, gene by gene: `bases` uint8 (bases,), `offsets` (genes + 1,)."""

    bases: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def sequences(self) -> pa.Array:
        """One string a gene."""
        buffers = pa.py_buffer(self.offsets), pa.py_buffer(self.bases)
        return pa.LargeStringArray.from_buffers(len(self.offsets) - 1, *buffers).cast(pa.string())


def _genes(segments: pa.Table) -> tuple[pa.Array, NDArray[np.int64]]:
    """The distinct genes in their order, and for each segment the number of its gene, which must not fall."""
    encoded = solid(segments["systematic_name"]).dictionary_encode()
    gene_of = encoded.indices.to_numpy().astype(np.int64)
    if (np.diff(gene_of) < 0).any():
        raise KnockonError("the segments of a gene do not lie together: sort them with sgd_features.in_reading_order")
    return encoded.dictionary, gene_of


def _chromosomes(names: pa.Array, features: pa.Table) -> pa.Array:
    rows = pc.index_in(names, solid(features["systematic_name"]))
    unknown = names.filter(pc.is_null(rows))
    if len(unknown):
        raise KnockonError(
            f"{len(unknown)} genes have coding segments and are not among the features, first {unknown[0]}: "
            "read both from the same file"
        )
    return solid(features["chromosome"]).take(rows)


def _layout(genome: pa.Table) -> _Layout:
    lengths = solid(pc.binary_length(genome["sequence"])).to_numpy().astype(np.int64)
    parts = [np.frombuffer(text.as_buffer(), dtype=np.uint8) for text in genome["sequence"]]
    bases = np.concatenate([np.zeros(0, dtype=np.uint8), *parts])
    return _Layout(solid(genome["name"]), lengths, np.cumsum(lengths) - lengths, bases)


def _cut(
    layout: _Layout, segments: pa.Table, chromosome: NDArray[np.int64], gene_of: NDArray[np.int64], genes: int
) -> _Cut:
    """Take every base of every segment at once; the Crick strand is walked backwards and complemented.

    `chromosome` and `gene_of` have shape (segments,).
    """
    lengths = (segments["end"].to_numpy() - segments["start"].to_numpy()) + 1
    starts = layout.begins[chromosome] + segments["start"].to_numpy() - 1
    crick = segments["strand"].to_numpy() < 0
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    first, step = np.where(crick, starts + lengths - 1, starts), np.where(crick, -1, 1)
    bases = layout.bases[np.repeat(first, lengths) + np.repeat(step, lengths) * within]
    bases = np.where(np.repeat(crick, lengths), _COMPLEMENT[bases], bases)
    total = np.bincount(gene_of, weights=lengths, minlength=genes).astype(np.int64)
    return _Cut(bases, np.concatenate([[0], np.cumsum(total)]).astype(np.int64))


def _frame_problems(cut: _Cut, mitochondrial: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Say what is wrong with each reading frame; empty where nothing is. Shape (genes,).

    A gene without bases is "whole" here and its caller says why it has none.
    """
    lengths = np.diff(cut.offsets)
    whole = (lengths % 3 == 0) & (lengths >= 6)
    begin, end = cut.offsets[:-1][whole], cut.offsets[1:][whole]
    gene = np.repeat(np.arange(len(begin)), (end - begin) // 3)
    first = np.repeat(begin, (end - begin) // 3)
    within = np.arange(len(gene)) - np.searchsorted(gene, gene)
    codons = cut.bases[(first + 3 * within)[:, None] + np.arange(3)]
    stops = _is_any(codons, _STOPS) & ~(_is_any(codons, _MITOCHONDRIAL_TRYPTOPHAN) & mitochondrial[whole][gene])
    last = np.cumsum((end - begin) // 3) - 1
    early = np.bincount(gene, weights=stops, minlength=len(begin)) - stops[last] > 0
    starts_well = _is_any(codons[last - (end - begin) // 3 + 1], (b"ATG",))
    problems = np.full(len(lengths), "its length is not a multiple of three", dtype=object)
    problems[whole] = np.select(
        [~starts_well, ~stops[last], early],
        ["it does not start with ATG", "it does not end in a stop codon", "it has a stop codon before its end"],
        "",
    )
    return problems


def _is_any(codons: NDArray[np.uint8], wanted: tuple[bytes, ...]) -> NDArray[np.bool_]:
    """True where a codon, shape (codons, 3), is one of `wanted`."""
    numbers = codons.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    return np.isin(numbers, [int.from_bytes(codon, "big") for codon in wanted])
