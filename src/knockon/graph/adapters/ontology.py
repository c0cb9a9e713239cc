"""Gene Ontology: terms, their hierarchy, the genes annotated to them, and the part that a model is built on."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.naming import distinct
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.sources.tables import GO_TERM

UNNAMED_RELATION = "child_of"


def term_edges(hierarchy: pa.Table) -> EdgeTable:
    """The hierarchy, child to parent. `hierarchy`: child, parent, relation (GO_EDGE_SCHEMA).

    Where one source names the relation of two terms and another does not (child_of), the named one stays.
    """
    edges = distinct(hierarchy, ["child", "parent", "relation"])
    named = edges.filter(pc.not_equal(edges["relation"], UNNAMED_RELATION))
    edges = pa.concat_tables([named, _without(edges.filter(pc.equal(edges["relation"], UNNAMED_RELATION)), named)])
    edges = edges.sort_by([(name, "ascending") for name in edges.column_names])
    return EdgeTable("IsA", "GoTerm", "GoTerm", edges.rename_columns(["source", "target", "relation"]))


def _without(edges: pa.Table, others: pa.Table) -> pa.Table:
    """The edges whose two ends are not an edge among the others."""
    ends = [pc.binary_join_element_wise(table["child"], table["parent"], " ") for table in (edges, others)]
    return edges.filter(pc.invert(pc.is_in(ends[0], value_set=ends[1].combine_chunks())))


def annotation_edges(annotations: pa.Table) -> EdgeTable:
    """One edge a gene and term, with all evidence codes. `annotations`: gene (resolved), go_id, evidence (string)."""
    rows = distinct(annotations, ["gene", "go_id", "evidence"])
    pairs = distinct(rows, ["gene", "go_id"])
    counts = rows.group_by(["gene", "go_id"]).aggregate([([], "count_all")])
    counts = counts.sort_by([("gene", "ascending"), ("go_id", "ascending")])["count_all"].to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    evidence = pa.ListArray.from_arrays(offsets, rows["evidence"].combine_chunks())
    table = pa.table({"source": pairs["gene"], "target": pairs["go_id"], "evidence": evidence})
    return EdgeTable("AnnotatedTo", "Gene", "GoTerm", table)


def slim_edges(slim: pa.Table) -> EdgeTable:
    """Genes to the terms of GO slim. `slim`: gene (resolved), go_id."""
    edges = distinct(slim, ["gene", "go_id"]).rename_columns(["source", "target"])
    return EdgeTable("MemberOfSlim", "Gene", "GoTerm", edges)


def tag_edges(features: pa.Table) -> EdgeTable:
    """Genes to the GO terms of SGD's GFF. `features`: gene (resolved), ontology_terms (list of identifiers)."""
    lists = features["ontology_terms"].combine_chunks()
    genes = features["gene"].take(pc.list_parent_indices(lists))
    tags = pa.table({"source": genes, "target": pc.list_flatten(lists)})
    terms = tags.filter(pc.match_substring_regex(tags["target"], GO_TERM))
    return EdgeTable("TaggedWith", "Gene", "GoTerm", distinct(terms, ["source", "target"]))


def placement_edges(genes: pa.Table, terms: pa.Table) -> tuple[EdgeTable, EdgeTable]:
    """The hierarchy that a model is built on: genes and terms directly under a term.

    Args:
        genes: child (resolved), parent, hierarchy.
        terms: child, parent, hierarchy.
    """
    keys, names = ["child", "parent", "hierarchy"], ["source", "target", "hierarchy"]
    under = [distinct(table, keys).rename_columns(names) for table in (genes, terms)]
    return (
        EdgeTable("PlacedUnder", "Gene", "GoTerm", under[0]),
        EdgeTable("PlacedUnder", "GoTerm", "GoTerm", under[1]),
    )


def term_nodes(edges: Iterable[EdgeTable], described: Iterable[pa.Table]) -> NodeTable:
    """All terms that an edge mentions, sorted by identifier.

    described: tables of term descriptions, the best first: go_id, name and, where known, namespace and obsolete. A term
    that none of them describes keeps missing properties; a described term without an edge is left out.
    """
    columns = [table for edge in edges for table in _term_columns(edge)]
    mentioned = pc.unique(pa.chunked_array(columns, pa.string()))
    mentioned = mentioned.take(pc.sort_indices(mentioned))
    found = {"name": pa.string(), "namespace": pa.string(), "obsolete": pa.bool_()}
    properties: dict[str, pa.Array] = {name: pa.nulls(len(mentioned), kind) for name, kind in found.items()}
    for table in described:
        rows = pc.index_in(mentioned, value_set=table["go_id"].combine_chunks())
        for name in set(found) & set(table.column_names):
            properties[name] = pc.coalesce(properties[name], table[name].combine_chunks().take(rows))
    return NodeTable("GoTerm", pa.table({"id": mentioned, **properties}))


def _term_columns(edge: EdgeTable) -> list[pa.Array]:
    labels = {"source": edge.source_label, "target": edge.target_label}
    return [edge.table[column].combine_chunks() for column, label in labels.items() if label == "GoTerm"]
