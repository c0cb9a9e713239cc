"""E-MAPs as tables and as lists."""

from pathlib import Path

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.emap import read_emap_matrix, read_emap_pairs
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA, not_measured


def write(folder: Path, rows: list[str], name: str = "emap.txt") -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n")
    return path


def crosses(path: Path) -> list[tuple[str, str, float]]:
    table = read_emap_matrix(path).table
    return list(zip(*(table[name].to_pylist() for name in ("gene_a", "gene_b", "value")), strict=True))


def test_a_symmetric_score_is_one_measurement(tmp_path: Path) -> None:
    """Protects against every pair counted twice; unequal or one-sided scores are measurements of their own."""
    path = write(tmp_path, ["Gene\tA\tB\tC", "A\t\t1.5\t-2", "B\t1.5\t\t3", "C\t\t4\t"])
    assert crosses(path) == [("A", "B", 1.5), ("A", "C", -2.0), ("B", "C", 3.0), ("C", "B", 4.0)]
    assert not_measured(read_emap_matrix(path).table) == 0


def test_blank_pairs_are_counted_once(tmp_path: Path) -> None:
    path = write(tmp_path, ["Gene\tA\tB\tC", "A\t\t1\t", "B\t1\t\tNaN", "C\t\t\t"])
    result = read_emap_matrix(path)
    assert (result.table.num_rows, not_measured(result.table), result.rejects.num_rows) == (1, 2, 0)


def test_a_rectangular_table_keeps_both_directions(tmp_path: Path) -> None:
    path = write(tmp_path, ["Gene\tA\tB", "A\t\t1", "C\t2\t"])
    assert crosses(path) == [("A", "B", 1.0), ("C", "A", 2.0)]
    assert not_measured(read_emap_matrix(path).table) == 2


def test_kinds_and_alleles_by_name(tmp_path: Path) -> None:
    """Protects alleles of one gene from being merged with each other and with its deletion."""
    names = ["X", "X - DAMP", "X - x-3", "Y - Y", "X - X", "X - X"]
    path = write(tmp_path, ["\t".join(["Gene", *names]), "\t".join(["Q", *"123456"])])
    table = read_emap_matrix(path).table
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    found = list(zip(*(table[name].to_pylist() for name in ("gene_b", "kind_b", "allele_b")), strict=True))
    assert found == [
        ("X", "deletion", ""),
        ("X", "damp", ""),
        ("X", "allele", "x-3"),
        ("Y", "unknown", ""),
        ("X", "unknown", "variant 1"),
        ("X", "unknown", "variant 2"),
    ]


def test_a_cell_of_text_is_rejected_with_its_place(tmp_path: Path) -> None:
    result = read_emap_matrix(write(tmp_path, ["Gene\tA\tB", "", "C\tinf\t1"]))
    assert result.table["value"].to_pylist() == [1.0]
    assert result.rejects.select(["line", "value", "reason"]).to_pylist() == [
        {"line": 3, "value": "C × A", "reason": "cell is not a number"}
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["Gene\tA\tB"], "holds no scores"),
        (["Gene\tA", "B\t1", "C\t1\t2"], "line 3 has 3 columns"),
        (["a", "b"], "columns"),
    ],
)
def test_tables_of_another_shape_are_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_emap_matrix(write(tmp_path, rows))


def test_pairs(tmp_path: Path) -> None:
    result = read_emap_pairs(write(tmp_path, ["A\tB\t-20.1", "A\tC\t", "A\tA\t1", "\tB\t1", "B\tC\tx", "B\tC"], "x.gi"))
    assert result.table.select(["gene_a", "gene_b", "kind_a", "value", "phenotype"]).to_pylist() == [
        {"gene_a": "A", "gene_b": "B", "kind_a": "unknown", "value": -20.1, "phenotype": "s_score"}
    ]
    assert list(zip(result.rejects["line"].to_pylist(), result.rejects["reason"].to_pylist(), strict=True)) == [
        (2, "no value"),
        (3, "a gene with itself"),
        (4, "no gene name"),
        (5, "value is not a number"),
        (6, "2 columns instead of 3"),
    ]


@pytest.mark.public
def test_public_matrix(public_files: Path) -> None:
    """Protects the documented counts and range; its three repeated alleles must stay apart."""
    result = read_emap_matrix(public_files / "yeast/digenic/collins2007_emap_cF3.txt")
    scores = result.table["value"].to_numpy()
    assert (len(scores), result.rejects.num_rows) == (152_582, 0)
    assert not_measured(result.table) == 754 * 753 // 2 - 152_582
    assert (np.round(scores.min(), 1), np.round(scores.max(), 1)) == (-21.7, 14.4)
    alleles = result.table.group_by(["gene_a", "kind_a", "allele_a"]).aggregate([]).to_pylist()
    assert {row["allele_a"] for row in alleles if row["gene_a"] == "YBR088C"} >= {"variant 1", "variant 2"}


@pytest.mark.public
def test_public_pairs(public_files: Path) -> None:
    result = read_emap_pairs(public_files / "yeast/digenic/plasma_membrane_emap.gi")
    assert (result.table.num_rows, result.rejects.num_rows) == (57_786, 69_751 - 57_786)
    assert set(result.rejects["reason"].to_pylist()) == {"no value"}
    genes = set(result.table["gene_a"].to_pylist()) | set(result.table["gene_b"].to_pylist())
    assert len(genes) == 374


def test_columns_in_another_order_than_the_rows_are_the_same_pairs(tmp_path: Path) -> None:
    """As after clustering: every pair would come twice, and the blank diagonal would count as not measured."""
    path = write(tmp_path, ["Gene\tC\tA\tB", "A\t-2\t\t1.5", "B\t3\t1.5\t", "C\t\t-2\t3"])
    assert crosses(path) == [("A", "B", 1.5), ("A", "C", -2.0), ("B", "C", 3.0)]
    assert not_measured(read_emap_matrix(path).table) == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["GID\tGene\tGWEIGHT\tA\tB", "AID\t\t\tARRY1X\tARRY0X", "G1\tC\t1.0\t-2\t1", "G0\tD\t1.0\t3\t"],
            r"the column GWEIGHT marks a clustered table .*\(\.cdt\): leave its columns",
        ),
        (["Gene\tA\tB", "EWEIGHT\t1\t1", "C\t-2\t1"], "the row EWEIGHT marks a clustered table"),
        (["ORF\tNAME\tA\tB", "YA\tAAA1\t1\t2", "YB\tBBB1\t3\t4"], "the column 'NAME' holds words and no number"),
        (["Gene\tA\tB", "NAME\tAAA1\tBBB1", "YA\t1\t2"], "the row 'NAME' holds words and no number"),
    ],
)
def test_labels_and_weights_are_never_taken_for_scores(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_emap_matrix(write(tmp_path, rows))
