"""Coding sequences: spliced, reversed and frameshifted genes come out in frame; what can't be cut says why."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.errors import KnockonError
from knockon.sources.fasta import FASTA_SCHEMA, read_fasta_genome
from knockon.sources.yeast.coding import CODING_SCHEMA, coding_sequences
from knockon.sources.yeast.sgd_features import (
    GENE_SCHEMA,
    SEGMENT_SCHEMA,
    in_reading_order,
    read_sgd_features,
    read_sgd_segments,
)

WATSON = "ATGAAACCCTAA"


def reverse_complement(bases):
    return bases[::-1].translate(str.maketrans("ACGT", "TGCA"))


def cut(genes, chromosomes):
    """`genes`: name → (chromosome, strand, [(start, end), …], [frameshifts]); `chromosomes`: name → bases."""
    features = {name: [] for name in GENE_SCHEMA.names}
    segments = {name: [] for name in SEGMENT_SCHEMA.names}
    for name, (chromosome, strand, pieces, shifts) in genes.items():
        row = dict.fromkeys(GENE_SCHEMA.names, "") | {"systematic_name": name, "chromosome": chromosome, "aliases": []}
        row |= {"start": 1, "end": 1, "strand": strand}
        for column, value in row.items():
            features[column].append(value)
        kinds = [("CDS", piece) for piece in pieces] + [("plus_1_translational_frameshift", (at, at)) for at in shifts]
        for kind, (start, end) in kinds:
            for column, value in zip(SEGMENT_SCHEMA.names, (name, kind, start, end, strand, 0), strict=True):
                segments[column].append(value)
    genome = {"name": list(chromosomes), "description": [""] * len(chromosomes), "sequence": list(chromosomes.values())}
    return coding_sequences(
        pa.table(features, schema=GENE_SCHEMA),
        in_reading_order(pa.table(segments, schema=SEGMENT_SCHEMA)),
        pa.table(genome, schema=FASTA_SCHEMA),
    )


def test_spliced_genes_on_both_strands_are_joined_in_reading_order():
    bases = "GG" + WATSON[:5] + "TTT" + WATSON[5:] + "GG"  # exons at 3..7 and 11..17
    crick = reverse_complement(bases)  # the same gene, exons at 3..9 and 13..17
    table = cut(
        {"B": ("II", -1, [(3, 9), (13, 17)], []), "A": ("I", 1, [(11, 17), (3, 7)], [])}, {"I": bases, "II": crick}
    )
    assert table.schema.equals(CODING_SCHEMA, check_metadata=True)
    assert table["systematic_name"].to_pylist() == ["A", "B"]
    assert table["sequence"].to_pylist() == [WATSON, WATSON]
    assert table["segments"].to_pylist() == [2, 2]
    assert table["in_frame"].to_pylist() == [True, True]


def test_a_programmed_frameshift_skips_its_base():
    table = cut({"EST": ("I", 1, [(1, 6), (8, 13)], [7])}, {"I": WATSON[:6] + "G" + WATSON[6:]})
    assert table["sequence"].to_pylist() == [WATSON]
    assert table["frameshift"].to_pylist() == [True]


@pytest.mark.parametrize(
    ("chromosome", "bases", "problem"),
    [
        ("I", "ATGAAACCCTA", "its length is not a multiple of three"),
        ("I", "TTGAAACCCTAA", "it does not start with ATG"),
        ("I", "ATGAAACCCAAA", "it does not end in a stop codon"),
        ("I", "ATGTGACCCTAA", "it has a stop codon before its end"),
        ("Mito", "ATGTGACCCTAA", None),  # TGA is tryptophan in the mitochondrion
        ("Mito", "ATGAAACCCTGA", "it does not end in a stop codon"),
    ],
)
def test_what_is_wrong_with_a_frame_is_said(chromosome, bases, problem):
    table = cut({"A": (chromosome, 1, [(1, len(bases))], [])}, {chromosome: bases})
    assert table["problem"].to_pylist() == [problem]
    assert table["in_frame"].to_pylist() == [problem is None]


def test_genes_that_can_not_be_cut_keep_a_row_and_leave_the_others_alone():
    genes = {"A": ("2-micron", 1, [(1, 12)], []), "B": ("I", 1, [(1, 12)], []), "C": ("I", -1, [(5, 99)], [])}
    table = cut(genes, {"I": WATSON})
    assert table["sequence"].to_pylist() == [None, WATSON, None]
    assert table["problem"].to_pylist() == [
        "its chromosome is not in the genome",
        None,
        "it lies beyond the end of its chromosome",
    ]


def test_segments_of_other_features_are_a_mistake_that_is_explained():
    segments = pa.table(
        {"systematic_name": ["YZZ"], "kind": ["CDS"], "start": [1], "end": [3], "strand": [1], "order": [0]},
        schema=SEGMENT_SCHEMA,
    )
    with pytest.raises(KnockonError, match="first YZZ"):
        coding_sequences(GENE_SCHEMA.empty_table(), segments, FASTA_SCHEMA.empty_table())


@pytest.mark.public
def test_every_verified_gene_of_the_published_genome_is_in_frame(public_files):
    folder = public_files / "yeast/genome"
    features = read_sgd_features(folder / "SGD_features.tab").table
    segments = read_sgd_segments(folder / "SGD_features.tab").table
    genome = read_fasta_genome(folder / "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz").table
    table = coding_sequences(features, segments, genome).join(features.drop_columns("aliases"), "systematic_name")
    verified = table.filter(pc.and_(pc.equal(table["qualifier"], "Verified"), pc.equal(table["feature_type"], "ORF")))
    nuclear = verified.filter(pc.invert(pc.is_in(verified["chromosome"], pa.array(["Mito", "2-micron"]))))
    single = nuclear.filter(pc.equal(nuclear["segments"], 1))
    assert single.num_rows == 4890
    assert pc.all(nuclear["in_frame"]).as_py()
    assert pc.all(pc.starts_with(nuclear["sequence"], "ATG")).as_py()
    assert pc.all(pc.match_substring_regex(nuclear["sequence"], "(TAA|TAG|TGA)$")).as_py()
    actin = table.filter(pc.equal(table["systematic_name"], "YFL039C"))
    assert (actin["segments"][0].as_py(), len(actin["sequence"][0].as_py())) == (2, 1128)
    assert pc.sum(table["frameshift"]).as_py() == 47
