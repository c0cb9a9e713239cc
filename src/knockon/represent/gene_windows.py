"""Stretches of the genome at genes, as a model of DNA reads them: on the gene's own strand, introns included.

- `gene`: WINDOW bases around the gene's middle. At an end of a chromosome the stretch moves inwards; a gene that is
  longer than WINDOW is taken whole. 5,979 bases are 996 6-mers and 3 bases: with the start, the 1,000 tokens that the
  Nucleotide Transformer reads at once.
- `five_prime`: 1,000 bases before the gene and its first three, the start codon.
- `three_prime`: the gene's last three bases, the stop codon, and 297 behind it.

The two at the gene's ends are shorter where the chromosome ends (Karollus et al. 2024 use windows of these lengths).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask, Rows
from knockon.errors import KnockonError

WINDOW, FIVE_PRIME, THREE_PRIME = 5979, 1003, 300
_CODON = 3

_COMPLEMENT = np.arange(256, dtype=np.uint8)
_COMPLEMENT[np.frombuffer(b"ACGTRYKMBDHV", dtype=np.uint8)] = np.frombuffer(b"TGCAYRMKVHDB", dtype=np.uint8)


def gene_windows(kind: str, genes: pa.Table, genome: pa.Table) -> pa.Array:
    """The stretch of each gene, 5'→3' of the gene; missing where its chromosome is not in the genome or is too short.

    kind: gene, five_prime or three_prime. genes: columns chromosome, start, stop (bp from 1, start ≤ stop) and strand
    (1 or -1). genome: FASTA_SCHEMA. Raises KnockonError for another kind, and where a gene ends before it starts.
    """
    start, stop, strand = (genes[name].to_numpy() for name in ("start", "stop", "strand"))
    if (start > stop).any():
        raise KnockonError(f"{int((start > stop).sum())} genes end before they start: rebuild the graph")
    lengths = pc.binary_length(genome["sequence"]).to_numpy().astype(np.int64)
    number = pc.index_in(genes["chromosome"], value_set=genome["name"].combine_chunks()).fill_null(-1)
    chromosome = number.to_numpy(zero_copy_only=False).astype(np.int64)
    end = np.append(lengths, 0)[chromosome]
    known = (chromosome >= 0) & (start >= 1) & (stop <= end)
    first, last = _limits(kind, start, stop, strand < 0, end)
    rows = np.flatnonzero(known)
    cut = np.full(len(known), None, dtype=object)
    cut[rows] = _cut(genome, chromosome[rows], first[rows], last[rows], strand[rows] < 0)
    return pa.array(cut, pa.string())


def _limits(kind: str, start: Rows, stop: Rows, crick: Mask, end: Rows) -> tuple[Rows, Rows]:
    """First and last base of the stretches, from 1, both included, inside chromosomes of `end` bases."""
    if kind == "gene":
        wanted = np.maximum(stop - start + 1, np.minimum(WINDOW, end))
        first = np.clip((start + stop + 1 - wanted) // 2, 1, np.maximum(end - wanted + 1, 1))
        return first, first + wanted - 1
    if kind == "five_prime":
        inside, outside = _CODON, FIVE_PRIME - _CODON
        before = ~crick
    elif kind == "three_prime":
        inside, outside = _CODON, THREE_PRIME - _CODON
        before = crick
    else:
        raise KnockonError(f"there is no window {kind!r} of a gene; choose gene, five_prime or three_prime")
    first = np.where(before, start - outside, stop - inside + 1)
    last = np.where(before, start + inside - 1, stop + outside)
    return np.maximum(first, 1), np.minimum(last, end)


def _cut(genome: pa.Table, chromosome: Rows, first: Rows, last: Rows, crick: Mask) -> list[str]:
    """The stretches as texts. A gene at a time: thousands of slices of thousands of bases, and no copy of them all."""
    bases = [np.frombuffer(text.as_buffer(), dtype=np.uint8) for text in genome["sequence"]]
    found = []
    for number, begin, end, reverse in zip(chromosome, first - 1, last, crick, strict=True):
        taken = bases[number][begin:end]
        found.append((_COMPLEMENT[taken[::-1]] if reverse else taken).tobytes().decode("ascii"))
    return found
