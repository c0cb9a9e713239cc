"""What language models read of a gene: its protein, its codons, or a stretch of the genome at it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask
from knockon.represent.gene_windows import gene_windows
from knockon.represent.genetic_code import MITOCHONDRION, sense_codons, translate

WINDOWS = ("gene", "five_prime", "three_prime")


def gene_texts(kind: str, genes: pa.Table, genome: pa.Table | None = None) -> pa.Array:
    """Text of each gene, missing where it has none: a gene of RNA, or one that does not read in frame.

    kind: protein, codon (without the stop codon), or a window of the genome (see `gene_windows`), which needs `genome`,
    FASTA_SCHEMA. genes: columns coding_sequence and chromosome; for windows start, stop and strand, too.
    """
    if kind in WINDOWS:
        assert genome is not None
        found = gene_windows(kind, genes, genome)
    else:
        read = {"protein": translate, "codon": sense_codons}[kind]
        found = read(genes["coding_sequence"], mitochondrial(genes))
    return pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)


def mitochondrial(genes: pa.Table) -> Mask:
    """Which genes the mitochondrial code reads, (genes,)."""
    found: Mask = np.asarray(pc.fill_null(pc.equal(genes["chromosome"], MITOCHONDRION), False))
    return found
