"""Pair-wise interaction tables: two phenotypes a line, everything that is no number refused with its line."""

from pathlib import Path

import pyarrow as pa
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.sga_pairs import read_sga_pairs, read_sga_scores, stream_sga_pairs

HEADER = "\t".join(
    [
        "Query Strain ID",
        "Query allele name",
        "Array Strain ID",
        "Array allele name",
        "Arraytype/Temp",
        "Genetic interaction score (ε)",
        "P-value",
        "Query single mutant fitness (SMF)",
        "Array SMF",
        "Double mutant fitness",
        "Double mutant fitness standard deviation",
    ]
)
GOOD = ["YAL002W_sn1", "vps8", "YDL014W_tsa128", "nop1-3", "TSA26", "-0.0123", "2.5e-2", "0.9", "0.8", "0.71", "0.03"]


def write(folder: Path, *rows: list[str]) -> Path:
    path = folder / "SGA_ExN_NxE.txt"
    path.write_text("\n".join([HEADER, *("\t".join(row) for row in rows)]) + "\n")
    return path


def changed(column: int, text: str) -> list[str]:
    return [*GOOD[:column], text, *GOOD[column + 1 :]]


def test_a_line_gives_an_interaction_and_a_fitness(tmp_path: Path) -> None:
    """Protects p-values from standing beside fitness, and SDs of the fitness from standing beside ε."""
    table = read_sga_pairs(write(tmp_path, GOOD)).table
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    shared = {
        **{"line": 2, "strain_a": "YAL002W_sn1", "gene_a": "YAL002W", "kind_a": "deletion", "allele_a": ""},
        **{"strain_b": "YDL014W_tsa128", "gene_b": "YDL014W", "kind_b": "ts", "allele_b": "nop1-3"},
        **{"strain_c": None, "gene_c": None, "kind_c": None, "allele_c": None, "n": None, "temperature": 26.0},
        "media": None,
    }
    assert table.to_pylist() == [
        {**shared, "phenotype": "interaction", "value": -0.0123, "standard_deviation": None, "p_value": 0.025},
        {**shared, "phenotype": "fitness", "value": 0.71, "standard_deviation": 0.03, "p_value": None},
    ]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (0, "", "no query strain"),
        (2, "", "no array strain"),
        (4, "DMA", "the array type names no temperature (as in DMA30)"),
        (5, "inf", "interaction score is not a number"),
        (5, "−0.1", "interaction score is not a number"),
        (6, "1.2", "p-value is outside 0 to 1"),
        (6, "low", "p-value is not a number"),
        (9, "1e999", "fitness is not a number"),
        (10, "-0.1", "standard deviation is negative"),
    ],
)
def test_a_bad_value_refuses_the_line(tmp_path: Path, column: int, text: str, reason: str) -> None:
    result = read_sga_pairs(write(tmp_path, GOOD, changed(column, text), GOOD))
    assert result.table["line"].to_pylist() == [2, 4, 2, 4]
    assert [(row["line"], row["reason"]) for row in result.rejects.to_pylist()] == [(3, reason)]


@pytest.mark.parametrize(("column", "left"), [(5, "fitness"), (9, "interaction")])
def test_a_missing_value_costs_its_phenotype_alone(tmp_path: Path, column: int, left: str) -> None:
    """Protects against dropping, without a word, the half of a line that is there or the half that is not."""
    result = read_sga_pairs(write(tmp_path, changed(column, "NaN")))
    assert result.table["phenotype"].to_pylist() == [left]
    assert result.rejects.num_rows == 1


def test_streaming_gives_the_same_rows(tmp_path: Path) -> None:
    """Protects files of several GB, which are only ever read by blocks; blocks hold each phenotype in turn."""
    rows = [changed(0, f"YAL00{i % 7}W_sn{i}") for i in range(200)]
    path = write(tmp_path, *rows, ["short"])
    whole = read_sga_pairs(path)
    order = [("line", "ascending"), ("phenotype", "ascending")]
    blocks = list(stream_sga_pairs(path, block_bytes=1000))
    assert len(blocks) > 10
    assert pa.concat_tables([block.table for block in blocks]).sort_by(order) == whole.table.sort_by(order)
    assert sum(block.rejects.num_rows for block in blocks) == whole.rejects.num_rows == 1


def test_another_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(HEADER.replace("P-value", "Q-value") + "\n" + "\t".join(GOOD) + "\n")
    with pytest.raises(FormatError, match="column 7 of the header is 'Q-value', the format says 'P-value'"):
        read_sga_pairs(path)


SCORES = ["YAL015C+YOL043C_tm72", "YDR006C_dma836", "-12.5", "7.3", "1.2e-1", "1.01", "NaN", "0.86", "0.004"]


def test_raw_scores_come_in_units_of_fitness(tmp_path: Path) -> None:
    """Protects the unit of ε: the programme writes it in units of colony size, 511 times as large."""
    path = tmp_path / "scores.txt"
    control = ["YAL015C+YDL227C_tm461", *SCORES[1:5], "NaN", *SCORES[6:]]
    lines = [[*SCORES, "0.87", "0.85", "0.014"], [*control, "0.86", "0.85", "0.014"]]
    path.write_text("\n".join("\t".join(line) for line in lines) + "\n")
    result = read_sga_scores(path, query_kind="deletion")
    rows = result.table.select(["line", "gene_a", "gene_b", "gene_c", "phenotype", "value"]).to_pylist()
    triple = {"line": 1, "gene_a": "YAL015C", "gene_b": "YDR006C", "gene_c": "YOL043C"}
    assert rows == [
        {**triple, "phenotype": "interaction", "value": pytest.approx(-0.02)},
        {**triple, "line": 2, "gene_c": None, "phenotype": "interaction", "value": pytest.approx(-0.01)},
        {**triple, "phenotype": "fitness", "value": 0.85},
    ]
    assert result.rejects["reason"].to_pylist() == ["fitness relative to a query strain of unknown fitness"]


@pytest.mark.public
def test_public_scores(public_files: Path) -> None:
    result = read_sga_scores(public_files / "yeast/trigenic/scored_triple_test_small_digenic.txt")
    counts = result.table.group_by("phenotype").aggregate([("line", "count")]).to_pylist()
    assert {row["phenotype"]: row["line_count"] for row in counts} == {"interaction": 10_432, "fitness": 4_606}
    assert result.rejects.num_rows == 5_826
