"""Whatever is broken in a text file, a reader gives sound rows and rejects, or one FormatError: nothing else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources import fasta
from knockon.sources.reading import ReadResult
from knockon.sources.yeast import (
    chip_network,
    complexes,
    essential,
    expression,
    gaf,
    gff,
    go_lists,
    go_slim,
    metabolic_model,
    metabolome,
    morphology,
    obo,
    pathways,
    sgd_features,
    string91,
    string_physical,
    uniprot,
    yeastract,
)

CYC_HEADER = "ORF\tName\tComplex\tPubMed_id\tMethod\tGO_id\tGO_term\tJaccard_Index\n"
PORTAL_ROW = "\t".join(["CPX-1", "name", *["-"] * 16, "P00001(2)|[P00002,P00003](1)"]) + "\n"
STRING_HEADER = " ".join(("protein1", "protein2", *string_physical.CHANNELS)) + "\n"
FEATURE = "S1\tORF\tVerified\tYAL001C\tTFC3\tA|B\tchromosome 1\t\t1\t90\t10\tC\t\t2011\t2011\ttext\n"
MODEL = """---
!!omap
- metabolites:
    - !!omap [id: "s_1", name: "water", compartment: "c"]
- reactions:
    - !!omap [id: "r_1", name: "first", metabolites: !!omap [s_1: -2], gene_reaction_rule: "YAL001C and YAL002W"]
- genes:
    - !!omap [id: "YAL001C"]
    - !!omap [id: "YAL002W"]
"""
OBO = "ontology: go\n\n[Term]\nid: GO:0000001\nname: one\nis_a: GO:0000002 ! two\nrelationship: part_of GO:0000003\n"


def read_string91(path: Path) -> ReadResult:
    names = path.with_name("names.txt")
    names.write_text("YA\nYB\nYC\n")
    return string91.read_string91(path, names=names, channel="fusion")


EXAMPLES: dict[Callable[[Path], ReadResult], str] = {
    chip_network.read_chip_network: "tf\ttarget\tvalue\tpvalue\tstudy\nSTB4\tYGL184C\t-2.5\t2e-37\tHu_2006\n" * 2,
    complexes.read_cyc2008: CYC_HEADER + "YA\tA\tone\nYB\tB\ttwo\n",
    complexes.read_complex_portal: "\t".join("abcdefghijklmnopqrs") + "\n" + PORTAL_ROW * 2,
    essential.read_gene_list: "YA\nYB\nYC\n",
    essential.read_strain_list: "YA_y1\nYB_y2\n",
    essential.read_essential_orfs: "1\tYAL001C\t\tA, B\t\t\n2\tYAL002C\t\tA\t\t\n",
    expression.read_expression_matrix: "target\tYA\tYB\nQ1\t1\t2\nQ2\tNA\t1e3\n",
    fasta.read_fasta: ">a one\nACGT\nAC\n>b\nGG\n",
    gaf.read_gaf: "!x\n"
    + "SGD\tS1\tTFC3\t\tGO:0005763\tPMID:2\tIDA\t\tC\tname\tYAL001C\tgene\ttaxon:4932\t2004\tSGD\t\t\n" * 2,
    gff.read_sgd_gff: "##gff-version 3\n"
    + "chrI\tSGD\tgene\t1\t9\t.\t-\t.\tID=Y%20A;Alias=A,B%2C\n" * 2
    + "##FASTA\n>a\nAC\n",
    go_lists.read_go_child_parent: "GO_0000001\tGO_0000002\nGO_0000003\tGO_0000002\n",
    go_lists.read_go_names: "GO:0000001\tone\nGO:0000002\ttwo\n",
    go_slim.read_go_slim: "YAL001C\tTFC3\tS000000001\tC\tnucleus\tGO:0005634\tORF|Verified\n" * 2,
    metabolic_model.read_gem_metabolites: MODEL,
    metabolic_model.read_gem_reactions: MODEL,
    metabolome.read_metabolome: 'ORF,gene,alanine,proline\nYA,"A1",1.5,2\nYB,,1,1\n',
    morphology.read_scmd_mutants: "name\tA101_A\tC11-1_A\nYA\t0.25\t-1\nYB\t0.5\t1\n",
    obo.read_go_edges: OBO,
    obo.read_go_terms: OBO,
    pathways.read_sgd_pathways: "glycolysis\tenolase\t4.2.1.11\tENO1\tPMID:1|PMID:2\n" * 2,
    read_string91: "1\t2\t0.5\n2\t3\t0.25\n",
    sgd_features.read_sgd_features: FEATURE + FEATURE.replace("YAL001C", "YAL002C"),
    sgd_features.read_sgd_segments: FEATURE + FEATURE.replace("ORF", "CDS").replace("chromosome 1", "YAL001C"),
    string_physical.read_string_physical: STRING_HEADER + "4932.YA 4932.YB 0 292 0 0 5 0 0 292\n" * 2,
    uniprot.read_uniprot_fasta: ">sp|P34111|TFC3_YEAST Factor OS=Yeast OX=1 GN=TFC3 PE=1 SV=1\nMVL\n",
    yeastract.read_yeastract: "SystematicName\tR1\tR2\nT1\t0\t1\nT2\t1\t1\n",
}

TRIALS = 60
PIECES = [
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b" ",
    b",",
    b'"',
    b"|",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"NA",
    b"1e999",
    b"-",
    b"'",
]
PIECES += ["−".encode(), b"", b"9" * 40, b"\t\t\t", b">", b"!", b"#", b"(", b"[", b"%", b"&a", b"*a", b"inf", b"0x10"]


def broken(text: bytes, generator: np.random.Generator) -> bytes:
    """The text with one to three pieces cut out, doubled, exchanged, or put in."""
    for _ in range(generator.integers(1, 4)):
        begin, end = np.sort(generator.integers(0, len(text) + 1, 2)).tolist()
        piece = PIECES[generator.integers(len(PIECES))]
        choices = [text[:begin] + text[end:], text[:begin] + piece + text[begin:], text[:end]]
        choices += [text[:begin] + piece + text[begin + 1 :], text[:begin] + text[begin:end] * 2 + text[end:]]
        text = choices[generator.integers(len(choices))]
    return text


@pytest.mark.parametrize("read", EXAMPLES, ids=lambda read: read.__name__)
def test_the_example_is_sound(read, tmp_path):
    path = tmp_path / "example"
    path.write_text(EXAMPLES[read])
    assert read(path).table.num_rows > 0


def outcome(read: Callable[[Path], ReadResult], path: Path) -> ReadResult | None:
    """The rows, or None where the reader gave one error that names the file."""
    try:
        return read(path)
    except FormatError as error:
        return None if path.name in str(error) or "names.txt" in str(error) else pytest.fail(f"names no file: {error}")


@pytest.mark.parametrize("read", EXAMPLES, ids=lambda read: read.__name__)
def test_a_broken_file_gives_sound_rows_or_one_error(read, tmp_path):
    path = tmp_path / "broken"
    path.write_text(EXAMPLES[read])
    schema = read(path).table.schema
    generator = np.random.default_rng(11)
    for _ in range(TRIALS):
        path.write_bytes(broken(EXAMPLES[read].encode(), generator))
        result = outcome(read, path)
        if result is None:
            continue
        result.table.validate(full=True)
        result.rejects.validate(full=True)
        assert result.table.schema.equals(schema)
        for field in schema:
            assert field.nullable or not result.table[field.name].null_count, field.name


def test_a_missing_file_is_one_error(tmp_path):
    for read in EXAMPLES:
        with pytest.raises(FormatError, match="no such file"):
            read(tmp_path / "absent")
