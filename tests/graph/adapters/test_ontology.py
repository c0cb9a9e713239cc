"""GO: one edge for a gene and term, named relations before unnamed, terms only where an edge needs them."""

import pyarrow as pa

from knockon.graph.adapters.ontology import annotation_edges, slim_edges, term_edges, term_nodes

_ANNOTATIONS = pa.table(
    {
        "gene": ["YBL002W", "YAL001C", "YAL001C", "YAL001C"],
        "go_id": ["GO:2", "GO:1", "GO:1", "GO:1"],
        "evidence": ["IEA", "IMP", "IDA", "IMP"],
    }
)


def test_evidence_of_one_gene_and_term_is_gathered() -> None:
    """BioCypher keeps one edge between two nodes: evidence must be a list or it is lost."""
    assert annotation_edges(_ANNOTATIONS).table.to_pylist() == [
        {"source": "YAL001C", "target": "GO:1", "evidence": ["IDA", "IMP"]},
        {"source": "YBL002W", "target": "GO:2", "evidence": ["IEA"]},
    ]


def test_a_named_relation_takes_the_place_of_an_unnamed_one() -> None:
    """An OBO file and a child-parent list of the same ontology must not give two edges."""
    hierarchy = pa.table(
        {
            "child": ["GO:2", "GO:2", "GO:3"],
            "parent": ["GO:1", "GO:1", "GO:1"],
            "relation": ["child_of", "is_a", "child_of"],
        }
    )
    assert term_edges(hierarchy).table["relation"].to_pylist() == ["is_a", "child_of"]


def test_terms_are_those_that_edges_mention_with_the_best_description() -> None:
    """A names list of 49,000 terms must not fill the graph with terms that nothing refers to."""
    edges = [annotation_edges(_ANNOTATIONS), slim_edges(pa.table({"gene": ["YAL001C"], "go_id": ["GO:9"]}))]
    obo = pa.table({"go_id": ["GO:1"], "name": ["one"], "namespace": ["biological_process"], "obsolete": [False]})
    names = pa.table({"go_id": ["GO:1", "GO:2", "GO:7"], "name": ["uno", "two", "seven"]})
    assert term_nodes(edges, [obo, names]).table.to_pylist() == [
        {"id": "GO:1", "name": "one", "namespace": "biological_process", "obsolete": False},
        {"id": "GO:2", "name": "two", "namespace": None, "obsolete": None},
        {"id": "GO:9", "name": None, "namespace": None, "obsolete": None},
    ]
