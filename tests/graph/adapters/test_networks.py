"""Networks: one edge a pair, sets with identifiers of their own."""

import pyarrow as pa

from knockon.graph.adapters.networks import association_edges, membership, regulation_edges
from knockon.sources.string_physical import CHANNELS


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
