"""Single-mutant fitness standards and growth of deletion strains."""

from pathlib import Path

import pytest

from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.smf import GROWTH_SCHEMA, read_kemmeren_growth, read_smf


def write(folder: Path, text: str, name: str = "smf.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_strains_become_single_mutants(tmp_path: Path) -> None:
    path = write(tmp_path, "YAL002W_sn1\t0.9\t0.01\nYDL014W_tsq128\t0.7\tNaN\n")
    table = read_smf(path, temperature=26.0).table
    assert table.schema.equals(MEASUREMENT_SCHEMA)
    names = ["line", "gene_a", "kind_a", "allele_a", "gene_b", "value", "standard_deviation", "temperature"]
    assert [list(row.values()) for row in table.select(names).to_pylist()] == [
        [1, "YAL002W", "deletion", "", None, 0.9, 0.01, 26.0],
        [2, "YDL014W", "ts", "ts128", None, 0.7, None, 26.0],
    ]


def test_allele_names_come_from_the_list_of_strains(tmp_path: Path) -> None:
    """Protects the join with the pair tables, which name alleles, not numbers."""
    strains = write(tmp_path, "Strain\tOrf\tCommon\tAllele\nYDL014W_tsq128\tYDL014W\tNOP1\tnop1-3\n", "strains.txt")
    table = read_smf(write(tmp_path, "YDL014W_tsq128\t0.7\t0.1\n"), strains=strains).table
    assert table["allele_a"].to_pylist() == ["nop1-3"]


def test_rows_without_a_usable_value_are_rejected(tmp_path: Path) -> None:
    lines = ["A_sn1\tNaN\tNaN", "B_sn2\tinf\t0.1", "C_sn3\t0.9\t-1", "D_sn4\t0.9\tx", "\t0.9\t0.1", "E_sn5\t1\t0"]
    result = read_smf(write(tmp_path, "\n".join(lines)))
    assert result.table["line"].to_pylist() == [6]
    assert [(row["line"], row["reason"]) for row in result.rejects.to_pylist()] == [
        (1, "no value"),
        (2, "fitness is not a number"),
        (3, "standard deviation is negative"),
        (4, "standard deviation is not a number"),
        (5, "the strain names no gene, or more than two"),
    ]


def test_strains_of_two_genes_are_double_mutants(tmp_path: Path) -> None:
    """Protects the trigenic standards: the fitness of a query strain is that of its two genes together."""
    text = "YAL015C+YOL043C_tm72\t1.0\t0.1\nYAL015C+YDL227C_tm461\t0.9\t0.1\n"
    table = read_smf(write(tmp_path, text), query_kind="deletion").table
    assert table.select(["gene_a", "kind_a", "gene_b", "kind_b"]).to_pylist() == [
        {"gene_a": "YAL015C", "kind_a": "deletion", "gene_b": "YOL043C", "kind_b": "deletion"},
        {"gene_a": "YAL015C", "kind_a": "deletion", "gene_b": None, "kind_b": None},
    ]


def test_growth_is_not_a_fitness(tmp_path: Path) -> None:
    result = read_kemmeren_growth(write(tmp_path, "commonName,log2relT\nSPO7,0.118\n,0.1\nSWC3,NA\nDEP1,fast\n"))
    assert result.table.schema.equals(GROWTH_SCHEMA)
    assert result.table.to_pylist() == [{"line": 2, "gene": "SPO7", "relative_doubling_time": 0.118}]
    assert result.rejects["line"].to_pylist() == [3, 4, 5]


@pytest.mark.public
@pytest.mark.parametrize(
    ("temperature", "values", "genes", "lowest", "highest"),
    [(26, 12_352, 6_270, 0.083, 1.179), (30, 11_915, 6_241, 0.114, 1.337)],
)
def test_public_standards(
    public_files: Path, temperature: int, values: int, genes: int, lowest: float, highest: float
) -> None:
    """Protects the documented counts: every line is either a value or a reject without one."""
    folder = public_files / "yeast/smf"
    strains = folder / "strain_orf_common_allele_160425.txt"
    result = read_smf(folder / f"smf_t{temperature}_150803.txt", strains=strains)
    fitness = result.table["value"].to_numpy()
    assert len(fitness) == values
    assert (round(fitness.min(), 3), round(fitness.max(), 3)) == (lowest, highest)
    assert set(result.rejects["reason"].to_pylist()) == {"no value"}
    named = {
        name.split("_")[0] for name in [*result.table["strain_a"].to_pylist(), *result.rejects["value"].to_pylist()]
    }
    assert len(named) == genes
    assert set(result.table["kind_a"].to_pylist()) == {"deletion", "ts", "damp", "suppressor"}


@pytest.mark.public
def test_public_growth(public_files: Path) -> None:
    result = read_kemmeren_growth(public_files / "yeast/smf/kemmeren_SingleGrowthExp.csv")
    assert (result.table.num_rows, result.rejects.num_rows) == (1_143, 0)
