"""DCell's double mutants and its hierarchy."""

from pathlib import Path

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.dcell import TOPOLOGY_SCHEMA, read_dcell_pairs, read_dcell_topology

TOPOLOGY = "ROOT: GO:1 3\nGENES: A\nTERMS: GO:2 GO:3 \nROOT: GO:2 2\nGENES: B C\nTERMS: \n"


def write(folder: Path, text: str) -> Path:
    path = folder / "file"
    path.write_text(text)
    return path


def test_pairs_have_exactly_two_genes(tmp_path: Path) -> None:
    result = read_dcell_pairs(write(tmp_path, "2 YLR035C YML060W 0.0447\n3 A B 0.1\n2 A B NaN\n2 A B\n"))
    assert result.table.select(["line", "gene_a", "gene_b", "kind_a", "phenotype", "value"]).to_pylist() == [
        {
            **{"line": 1, "gene_a": "YLR035C", "gene_b": "YML060W"},
            **{"kind_a": "unknown", "phenotype": "interaction", "value": 0.0447},
        }
    ]
    assert result.rejects["reason"].to_pylist() == [
        "the number of perturbed genes is not 2",
        "no value",
        "3 columns instead of 4",
    ]


def test_the_list_without_labels_is_another_format(tmp_path: Path) -> None:
    """Protects against −2 (no label) read as ε."""
    with pytest.raises(FormatError, match="no row has the expected 4 columns"):
        read_dcell_pairs(write(tmp_path, "YLL002W YLR032W -2.0\n"))


def test_topology_keeps_genes_children_and_sizes(tmp_path: Path) -> None:
    """Protects the hierarchy: a child without an entry is told, not invented."""
    result = read_dcell_topology(write(tmp_path, TOPOLOGY))
    assert result.table.schema.equals(TOPOLOGY_SCHEMA)
    assert result.table.to_pylist() == [
        {"line": 1, "term": "GO:1", "size": 3, "genes": ["A"], "children": ["GO:2"]},
        {"line": 4, "term": "GO:2", "size": 2, "genes": ["B", "C"], "children": []},
    ]
    assert result.rejects.select(["line", "value"]).to_pylist() == [{"line": 1, "value": "GO:3"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GENES: A\n", "line 1: expected ROOT"),
        ("ROOT: GO:1\n", "line 1: ROOT: needs a term and its number"),
        ("ROOT: GO:1 many\n", "line 1: ROOT: needs"),
        ("ROOT: GO:1 ²\n", "line 1: ROOT: needs"),
        ("ROOT: GO:1 1\n\nROOT: GO:1 1\n", "line 3: the term GO:1 stands twice"),
        ("\n\n", "holds no ROOT"),
    ],
)
def test_broken_topologies_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_dcell_topology(write(tmp_path, text))


@pytest.mark.public
def test_public_files(public_files: Path) -> None:
    """Protects the documented counts, and that training and test share no genotype."""
    genotypes = []
    for part, rows in (("training", 8_783), ("testing", 2_868)):
        result = read_dcell_pairs(public_files / f"yeast/dcell/GO_0006281_{part}_data_2016_0")
        assert (result.table.num_rows, result.rejects.num_rows) == (rows, 0)
        columns = [result.table[name].to_pylist() for name in ("gene_a", "gene_b")]
        genotypes.append({frozenset(pair) for pair in zip(*columns, strict=True)})
    assert not genotypes[0] & genotypes[1]
    topology = read_dcell_topology(public_files / "yeast/dcell/GO_0006281_topology")
    assert (topology.table.num_rows, topology.rejects.num_rows) == (21, 0)
    assert topology.table["size"][0].as_py() == 162
