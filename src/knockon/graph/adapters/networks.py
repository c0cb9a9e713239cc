"""Networks between genes: association (STRING), regulation (YEASTRACT), pathways, complexes and lists; proteins."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import KnockonError
from knockon.graph.adapters.naming import distinct, first_of
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.sources.yeast.string_physical import CHANNELS

FUNCTIONAL_CHANNELS = ("neighborhood", "fusion", "cooccurence", "database")
"""The channels of STRING v9.1 that the graph knows; spelled as the source does."""


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
    return EdgeTable("InteractsWith", "Gene", "Gene", _best(ordered, CHANNELS))


def functional_edges(links: pa.Table) -> EdgeTable:
    """Functional association (STRING v9.1), once for each unordered pair of genes, a property a channel.

    links: STRING91_SCHEMA with gene_a and gene_b resolved. A channel that does not list a pair is missing; of two
    scores, which two old names of a gene may give, the better stays. Raises KnockonError for an unknown channel.
    """
    if strange := set(pc.unique(links["channel"]).to_pylist()) - set(FUNCTIONAL_CHANNELS):
        raise KnockonError(f"STRING v9.1 has no channel {min(strange)}; choose of {', '.join(FUNCTIONAL_CHANNELS)}")
    left, right = links["gene_a"], links["gene_b"]
    scores = {
        name: pc.if_else(pc.equal(links["channel"], name), links["score"], pa.scalar(None, pa.float64()))
        for name in FUNCTIONAL_CHANNELS
    }
    ends = {"source": pc.min_element_wise(left, right), "target": pc.max_element_wise(left, right)}
    ordered = pa.table({**ends, **scores}).filter(pc.not_equal(left, right))
    return EdgeTable("AssociatedWith", "Gene", "Gene", _best(ordered, FUNCTIONAL_CHANNELS))


def _best(ordered: pa.Table, channels: Sequence[str]) -> pa.Table:
    """The best score of each channel for each pair, sorted; missing where the channel has none."""
    best = ordered.group_by(["source", "target"]).aggregate([(name, "max") for name in channels])
    best = best.rename_columns([name.removesuffix("_max") for name in best.column_names])
    return best.sort_by([("source", "ascending"), ("target", "ascending")])


def protein_tables(proteins: pa.Table) -> tuple[NodeTable, EdgeTable]:
    """Proteins and the genes that encode them. `proteins`: UNIPROT_SCHEMA with gene resolved."""
    proteins = proteins.append_column("id", pc.binary_join_element_wise("uniprot", proteins["accession"], ":"))
    nodes = first_of(proteins, "id")
    columns = {name: nodes[name] for name in ("accession", "entry_name", "reviewed", "existence")}
    rest = {"name": nodes["protein_name"], "sequence": nodes["sequence"]}
    encoded = distinct(proteins.filter(pc.is_valid(proteins["gene"])), ["gene", "id"])
    edges = EdgeTable("Encodes", "Gene", "Protein", encoded.rename_columns(["source", "target"]))
    return NodeTable("Protein", pa.table({"id": nodes["id"], **columns, **rest})), edges


def regulation_edges(links: pa.Table) -> EdgeTable:
    """Transcription factor to target gene. `links`: regulator, target (resolved to systematic names)."""
    edges = distinct(links, ["regulator", "target"]).rename_columns(["source", "target"])
    return EdgeTable("Regulates", "Gene", "Gene", edges)


def membership(label: str, members: pa.Table) -> tuple[NodeTable, EdgeTable]:
    """Named sets of genes and their members.

    Args:
        label: Pathway, Complex or GeneList.
        members: id (of the set, unique in its source), name, gene (resolved).

    The graph's identifier of a set is its label in lower case before its id: identifiers are unique in the whole graph.
    """
    identifiers = pc.binary_join_element_wise(label.lower(), members["id"], ":")
    table = pa.table({"id": identifiers, "name": members["name"], "gene": members["gene"]})
    nodes = table.group_by("id").aggregate([("name", "min")]).rename_columns(["id", "name"]).sort_by("id")
    edges = distinct(table, ["gene", "id"]).rename_columns(["source", "target"])
    return NodeTable(label, nodes), EdgeTable("MemberOf", "Gene", label, edges)
