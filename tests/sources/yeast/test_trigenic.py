"""Trigenic tables, in the published layouts and in that of the scoring programme."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.trigenic import read_trigenic

SCORING = [
    "Query Strain ID",
    "Array Strain ID",
    "Adjusted genetic interaction score (epsilon or tau)",
    "P-value",
    "Double/triple mutant fitness",
    "Double/triple mutant fitness standard deviation",
]
PUBLISHED = [
    *["Query strain ID", "Query allele name", "Array strain ID", "Array allele name", "Combined mutant type"],
    *["Raw genetic interaction score (epsilon)", "Adjusted genetic interaction score (epsilon or tau)", "P-value"],
    *["Query single/double mutant fitness", "Array single mutant fitness"],
]
ENDINGS = {
    2018: ["Combined mutant fitness", "Combined mutant fitness standard deviation"],
    2020: ["Double/triple mutant fitness", "Double/triple mutant fitness standard deviation"],
}


def write(folder: Path, *rows: list[str]) -> Path:
    path = folder / "table.tsv"
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n")
    return path


def test_a_triple_mutant_has_its_array_gene_as_b(tmp_path: Path) -> None:
    """Protects the roles: a and c are the query strain's genes, b the array's; ho controls are digenic."""
    rows = [
        ["YAL015C+YOL043C_tm72", "YDR006C_dma836", "-0.09", "1e-3", "0.84", "0.01"],
        ["YAL015C+YDL227C_tm461", "YDL014W_tsa128", "0.01", "0.4", "0.98", "0.02"],
    ]
    table = read_trigenic(write(tmp_path, SCORING, *rows), query_kind="deletion").table
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    names = ["gene_a", "gene_b", "gene_c", "kind_b", "kind_c", "phenotype", "value", "p_value", "standard_deviation"]
    assert [list(row.values()) for row in table.select(names).to_pylist()] == [
        ["YAL015C", "YDR006C", "YOL043C", "deletion", "deletion", "interaction", -0.09, 0.001, None],
        ["YAL015C", "YDL014W", None, "ts", None, "interaction", 0.01, 0.4, None],
        ["YAL015C", "YDR006C", "YOL043C", "deletion", "deletion", "fitness", 0.84, None, 0.01],
        ["YAL015C", "YDL014W", None, "ts", None, "fitness", 0.98, None, 0.02],
    ]


@pytest.mark.parametrize("year", [2018, 2020])
def test_published_layouts(tmp_path: Path, year: int) -> None:
    """Protects both spellings of the header, kinds told by allele names, and fitness relative to an unknown query."""
    rows = [
        [
            "YAL015C+YOL043C_tm72",
            "ntg1Δ+ntg2Δ",
            "YBL023C_tsa111",
            "mcm2-1",
            "trigenic",
            "0",
            "0.02",
            "0.3",
            "1.0",
            "0.9",
        ],
        ["YAL015C+YDL227C_tm461", "ntg1Δ+hoΔ", "YBL007C_dma91", "sla1Δ", "digenic", "0", "0.01", "0.4", "", "0.96"],
    ]
    path = write(tmp_path, [*PUBLISHED, *ENDINGS[year]], *([*row, "0.97", "0.05"] for row in rows))
    result = read_trigenic(path)
    names = ["line", "kind_a", "gene_b", "kind_b", "allele_b", "kind_c", "phenotype"]
    assert [list(row.values()) for row in result.table.select(names).to_pylist()] == [
        [2, "deletion", "YBL023C", "ts", "mcm2-1", "deletion", "interaction"],
        [3, "deletion", "YBL007C", "deletion", "", None, "interaction"],
        [2, "deletion", "YBL023C", "ts", "mcm2-1", "deletion", "fitness"],
    ]
    assert result.rejects["reason"].to_pylist() == ["fitness relative to a query of unknown fitness"]


def test_bad_rows_are_rejected(tmp_path: Path) -> None:
    good = ["YAL015C+YOL043C_tm72", "YDR006C_dma836", "0.1", "0.5", "0.9", "0.1"]
    changes = [(0, "URA3control+YDL227C_y1"), (1, ""), (2, "x"), (3, "2"), (4, "inf"), (5, "-1")]
    rows = [[*good[:column], text, *good[column + 1 :]] for column, text in changes]
    result = read_trigenic(write(tmp_path, SCORING, *rows, good))
    assert set(result.table["line"].to_pylist()) == {8}
    assert list(zip(result.rejects["line"].to_pylist(), result.rejects["reason"].to_pylist(), strict=True)) == [
        (2, "the query strain names no gene, or more than two"),
        (3, "no array strain"),
        (4, "score is not a number"),
        (5, "p-value is outside 0 to 1"),
        (6, "fitness is not a number"),
        (7, "standard deviation is negative"),
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no column 'p-value'"):
        read_trigenic(write(tmp_path, [*SCORING[:3], "q", *SCORING[4:]], ["a", "b", "0", "0", "0", "0"]))


@pytest.mark.public
def test_public_test_set(public_files: Path) -> None:
    """Protects the documented counts: 4,606 trigenic lines, 5,826 controls, 1,203 array strains, 10 strong τ."""
    folder = public_files / "yeast/trigenic"
    result = read_trigenic(
        folder / "scored_triple_test_small_trigenic.txt",
        assignment=folder / "assignment_file_170328.csv",
        query_kind="deletion",
        control_fitness=False,
    )
    scores = result.table.filter(pc.equal(result.table["phenotype"], "interaction"))
    triples = scores.filter(pc.is_valid(scores["gene_c"]))
    assert (scores.num_rows, triples.num_rows) == (10_432, 4_606)
    assert pc.count_distinct(scores["strain_b"]).as_py() == 1_203
    strong = pc.and_(pc.less(triples["value"], -0.08), pc.less(triples["p_value"], 0.05))
    assert triples.filter(strong).num_rows == 10
    assert result.rejects.num_rows == 5_826
    assert result.table.num_rows == 10_432 + 4_606


def test_a_gene_whose_own_label_says_deleted_is_so_in_a_strain_of_alleles(tmp_path: Path) -> None:
    """A collection (tsq) names the strain; of its two genes one may be deleted."""
    strain, alleles = "YBL103C+YAL101W_tsq9003", "ccc1-4+aaa1Δ"
    numbers = ["trigenic", "-0.2", "-0.15", "0.01", "0.9", "0.96", "0.70", "0.04"]
    row = [strain, alleles, "YBL101C_dma9001", "bbb1Δ", *numbers]
    table = read_trigenic(write(tmp_path, [*PUBLISHED, *ENDINGS[2020]], row)).table
    first = table.slice(0, 1).to_pylist()[0]
    assert (first["gene_a"], first["kind_a"], first["allele_a"]) == ("YBL103C", "ts", "ccc1-4")
    assert (first["gene_c"], first["kind_c"], first["allele_c"]) == ("YAL101W", "deletion", "")
