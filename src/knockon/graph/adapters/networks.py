"""Networks between genes: physical association (STRING), regulation (YEASTRACT), pathways and complexes."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.naming import distinct
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.sources.string_physical import CHANNELS


def association_edges(links: pa.Table) -> EdgeTable:
    """Physical association, once for each unordered pair of genes: source < target, the best score of each channel.

    links: STRING_PHYSICAL_SCHEMA with protein_a and protein_b resolved; two old names may have become one gene since.
    """
    left, right = links["protein_a"], links["protein_b"]
    ordered = pa.table(
        {
            "source": pc.min_element_wise(left, right),
            "target": pc.max_element_wise(left, right),
            **{name: links[name] for name in CHANNELS},
        }
    ).filter(pc.not_equal(left, right))
    best = ordered.group_by(["source", "target"]).aggregate([(name, "max") for name in CHANNELS])
    best = best.rename_columns([name.removesuffix("_max") for name in best.column_names])
    return EdgeTable("InteractsWith", "Gene", "Gene", best.sort_by([("source", "ascending"), ("target", "ascending")]))


def regulation_edges(links: pa.Table) -> EdgeTable:
    """Transcription factor to target gene. `links`: regulator, target (resolved to systematic names)."""
    edges = distinct(links, ["regulator", "target"]).rename_columns(["source", "target"])
    return EdgeTable("Regulates", "Gene", "Gene", edges)


def membership(label: str, members: pa.Table) -> tuple[NodeTable, EdgeTable]:
    """Named sets of genes and their members.

    Args:
        label: Pathway or Complex.
        members: id (of the set, unique in its source), name, gene (resolved).

    The graph's identifier of a set is its label in lower case before its id: identifiers are unique in the whole graph.
    """
    identifiers = pc.binary_join_element_wise(label.lower(), members["id"], ":")
    table = pa.table({"id": identifiers, "name": members["name"], "gene": members["gene"]})
    nodes = table.group_by("id").aggregate([("name", "min")]).rename_columns(["id", "name"]).sort_by("id")
    edges = distinct(table, ["gene", "id"]).rename_columns(["source", "target"])
    return NodeTable(label, nodes), EdgeTable("MemberOf", "Gene", label, edges)
