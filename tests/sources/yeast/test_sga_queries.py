"""Query strains with two genes, their control markers, and the list that tells their kinds."""

from pathlib import Path

import pyarrow as pa
import pytest

from knockon.sources.yeast.sga_queries import parse_queries, read_assignment

HEADER = "StrainID1\tORF1\tStrainID2\tORF2\tDMstrainID\tSM1strainID\tSM2strainID\tAnnotation\n"


def genes(name: str, allele: str = "", **options: object) -> list[tuple[str, str, str]]:
    """(gene, kind, allele) of each perturbed gene of one strain."""
    first, second, wrong = parse_queries(pa.array([name]), "unknown", pa.array([allele]), **options)  # type: ignore[arg-type]
    assert not wrong[0].as_py()
    columns = [(side.gene[0].as_py(), side.kind[0].as_py(), side.allele[0].as_py()) for side in (first, second)]
    return [column for column in columns if column[0] is not None]


def test_a_control_marker_is_no_gene() -> None:
    """Protects the number of perturbed genes: lines of ho controls are digenic, whichever side HO stands on."""
    assert genes("YAL015C+YDL227C_tm461") == [("YAL015C", "unknown", "")]
    assert genes("YDL227C+YAL015C_tm462") == [("YAL015C", "unknown", "")]
    assert [gene for gene, _, _ in genes("YAL015C+YOL043C_tm72")] == ["YAL015C", "YOL043C"]


def test_a_strain_that_lacks_ho_alone_is_a_mutant() -> None:
    assert genes("YDL227C_sn4") == [("YDL227C", "deletion", "")]


@pytest.mark.parametrize("name", ["a+b+c_tm1", "", "URA3control+YDL227C_y13096", "URA3control_y1"])
def test_strains_without_one_or_two_genes_are_marked(name: str) -> None:
    assert parse_queries(pa.array([name]), "unknown")[2].to_pylist() == [True]


def test_allele_names_tell_deletions() -> None:
    """Protects the published tables: Δ is a deletion, a named allele keeps its name and the kind that is known."""
    assert genes("YAL015C+YDL227C_tm461", "ntg1Δ+hoΔ") == [("YAL015C", "deletion", "")]
    assert genes("YDL227C+YBL023C_tm5", "hoΔ+mcm2-1") == [("YBL023C", "unknown", "mcm2-1")]
    assert genes("YAL001C+YBL023C_tm5", "tfc3Δ+mcm2-1") == [
        ("YAL001C", "deletion", ""),
        ("YBL023C", "unknown", "mcm2-1"),
    ]


def test_the_assignment_tells_kinds(tmp_path: Path) -> None:
    """Protects the kind of ts alleles in double-mutant queries: their strain name does not tell it."""
    path = tmp_path / "assignment.csv"
    path.write_text(
        HEADER + "sn3\tYAL001C\ttsa9\tYBL023C\ttm5\ttm6\ttm7\tnote\ndma-slow4\tA\ttsq1\tB\ttm1\ttm2\ttm3\t\n"
    )
    assignment = read_assignment(path).table
    assert assignment.num_rows == 12
    assert genes("YAL001C+YBL023C_tm5", assignment=assignment) == [("YAL001C", "deletion", ""), ("YBL023C", "ts", "")]
    assert genes("YDL227C+YBL023C_tm7", assignment=assignment) == [("YBL023C", "ts", "")]
    assert genes("A+B_tm1", assignment=assignment) == [("A", "deletion", ""), ("B", "ts", "")]
    assert genes("A+B_tm9", assignment=assignment)[0] == ("A", "unknown", "")


def test_strains_of_one_gene_are_read_as_everywhere() -> None:
    assert genes("YDL014W_tsq128", "nop1-3") == [("YDL014W", "ts", "nop1-3")]
    assert genes("YDL014W_tsq128") == [("YDL014W", "ts", "ts128")]


@pytest.mark.public
def test_public_assignment(public_files: Path) -> None:
    result = read_assignment(public_files / "yeast/trigenic/assignment_file_170328.csv")
    assert (result.table.num_rows, result.rejects.num_rows) == (191 * 6, 0)
    assert set(result.table["kind"].to_pylist()) == {"deletion", "ts"}
