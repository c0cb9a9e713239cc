"""Proteins and codons of coding sequences, checked by codons that are known by heart and by the public proteome."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.represent.gene_vectors import CODONS
from knockon.represent.genetic_code import residue_of, sense_codons, translate
from knockon.sources.fasta import read_fasta
from knockon.sources.yeast.coding import coding_sequences
from knockon.sources.yeast.sgd_features import read_sgd_features, read_sgd_segments

NUCLEAR = np.array([False])
KNOWN = {"ATG": "M", "TGG": "W", "TAA": "*", "TAG": "*", "TGA": "*", "AAA": "K", "GAT": "D", "CTG": "L", "TCG": "S"}


def test_codons_that_are_known_by_heart():
    assert {codon: residue_of(codon) for codon in KNOWN} == KNOWN
    residues = [residue_of(codon) for codon in CODONS]
    assert {letter: residues.count(letter) for letter in "LSRMW*"} == {"L": 6, "S": 6, "R": 6, "M": 1, "W": 1, "*": 3}


@pytest.mark.parametrize(
    ("coding", "protein", "codons"),
    [
        ("ATGAAATAA", "MK", "ATGAAA"),
        ("atgaaatga", "MK", "ATGAAA"),
        ("ATGTAAAAATAG", "M*K", "ATGTAAAAA"),
        ("ATGANATTT", "MXF", "ATGANATTT"),
        ("ATGAAAT", "MK", "ATGAAA"),
        ("TAA", "", ""),
        (None, None, None),
    ],
)
def test_stops_unknown_bases_and_absent_sequences(coding, protein, codons):
    column = pa.array([coding], pa.string())
    assert translate(column, NUCLEAR).to_pylist() == [protein]
    assert sense_codons(column, NUCLEAR).to_pylist() == [codons]


def test_mitochondria_read_tga_as_tryptophan_and_ctn_as_threonine():
    column = pa.chunked_array([["ATGTGACTATAA"], ["ATGTGACTATAA", "ATGTGA"]])
    mitochondrial = np.array([False, True, True])
    assert translate(column, mitochondrial).to_pylist() == ["M*L", "MWT", "MW"]
    assert sense_codons(column, mitochondrial).to_pylist() == ["ATGTGACTA", "ATGTGACTA", "ATGTGA"]


@pytest.mark.public
def test_the_public_proteome_comes_out_of_the_genome(public_files):
    """Nearly all proteins of UniProt's proteome, those of mitochondrial genes among them, letter by letter."""
    folder = public_files / "yeast" / "genome"
    genes = read_sgd_features(folder / "SGD_features.tab").table
    segments = read_sgd_segments(folder / "SGD_features.tab").table
    genome = read_fasta(folder / "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz").table
    cut = coding_sequences(genes, segments, genome)
    cut = cut.filter(cut["in_frame"])
    rows = pc.index_in(cut["systematic_name"], genes["systematic_name"].combine_chunks())
    mitochondrial = np.asarray(pc.equal(genes["chromosome"].combine_chunks().take(rows), "Mito"))
    ours = dict(
        zip(cut["systematic_name"].to_pylist(), translate(cut["sequence"], mitochondrial).to_pylist(), strict=True)
    )
    published = read_fasta(folder / "uniprotkb_proteome_UP000002311_2023_11_30.fasta").table
    sequences = set(published["sequence"].to_pylist())
    assert len(sequences & set(ours.values())) > 0.97 * len(sequences)
    assert ours["Q0045"] in sequences, "COX1, mitochondrial and spliced"
    assert ours["YFL039C"].startswith("MDSEVAALVIDNGSGMCKAGFAGDDAPRAV"), "ACT1, spliced, Crick"
