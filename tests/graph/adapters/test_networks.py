"""Networks: one edge a pair, sets with identifiers of their own."""

import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.graph.adapters.networks import (
    association_edges,
    functional_edges,
    membership,
    protein_tables,
    regulation_edges,
)
from knockon.sources.yeast.string_physical import CHANNELS


def test_association_is_one_edge_a_pair_with_the_best_scores() -> None:
    """Two old names of one gene must not give two edges, nor an edge of a gene with itself."""
    links = pa.table(
        {
            "protein_a": ["YB", "YA", "YC"],
            "protein_b": ["YA", "YB", "YC"],
            **{name: [10, 20 if name == "database" else 5, 7] for name in CHANNELS},
        }
    )
    (edge,) = association_edges(links).table.to_pylist()
    assert (edge["source"], edge["target"], edge["database"], edge["experiments"]) == ("YA", "YB", 20, 10)


def test_regulations_of_two_sources_are_joined() -> None:
    """YEASTRACT and the ChIP network overlap."""
    links = pa.table({"regulator": ["F", "F", "E"], "target": ["A", "A", "F"]})
    assert regulation_edges(links).table.to_pylist() == [
        {"source": "E", "target": "F"},
        {"source": "F", "target": "A"},
    ]


def test_a_pathway_and_a_complex_of_one_name_stay_two_nodes() -> None:
    """Identifiers are unique in the whole graph; BioCypher would drop the second silently."""
    members = pa.table({"id": ["x", "x"], "name": ["X", "X"], "gene": ["YB", "YA"]})
    pathway, edges = membership("Pathway", members)
    complex_, _ = membership("Complex", members)
    assert pathway.table.to_pylist() == [{"id": "pathway:x", "name": "X"}]
    assert complex_.table["id"].to_pylist() == ["complex:x"]
    assert edges.table["source"].to_pylist() == ["YA", "YB"]


def test_channels_of_string_91_are_properties_of_one_edge() -> None:
    """A channel that does not list a pair is missing, not zero; two old names of a gene leave the better score."""
    links = pa.table(
        {
            "gene_a": ["YB", "YA", "YA", "YC"],
            "gene_b": ["YA", "YB", "YB", "YC"],
            "channel": ["fusion", "fusion", "database", "fusion"],
            "score": [0.2, 0.3, 0.9, 1.0],
        }
    )
    (edge,) = functional_edges(links).table.to_pylist()
    assert edge == {
        "source": "YA",
        "target": "YB",
        "neighborhood": None,
        "fusion": 0.3,
        "cooccurence": None,
        "database": 0.9,
    }


def test_an_unknown_channel_is_an_error() -> None:
    """It would be dropped in silence."""
    links = pa.table({"gene_a": ["YA"], "gene_b": ["YB"], "channel": ["fushion"], "score": [0.5]})
    with pytest.raises(KnockonError, match="no channel fushion"):
        functional_edges(links)


def test_a_protein_without_a_gene_is_a_node_alone() -> None:
    """UniProt names no gene for some proteins."""
    columns = {"entry_name": "E", "reviewed": True, "protein_name": "N", "existence": 1, "sequence": "M"}
    rows = [{"accession": "P2", "gene": "YA", **columns}, {"accession": "P1", "gene": None, **columns}]
    nodes, edges = protein_tables(pa.Table.from_pylist(rows))
    assert nodes.table["id"].to_pylist() == ["uniprot:P1", "uniprot:P2"]
    assert edges.table.to_pylist() == [{"source": "YA", "target": "uniprot:P2"}]
