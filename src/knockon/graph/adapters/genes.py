"""Genes: SGD's features, their sequences, and the list of essential genes."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.tables import NodeTable


def gene_nodes(
    genes: pa.Table,
    coding: pa.Table | None = None,
    essential: pa.Array | None = None,
    upstream: pa.Table | None = None,
    classified: pa.Table | None = None,
) -> NodeTable:
    """Gene nodes, sorted by systematic name.

    Args:
        genes: GENE_SCHEMA.
        coding: CODING_SCHEMA; only sequences in frame become a `coding_sequence`.
        essential: systematic names of genes whose deletion is lethal; without it `essential` stays missing.
        upstream: gene (resolved) and sequence, the DNA before the gene.
        classified: gene (resolved) and orf_classification.
    """
    genes = genes.sort_by("systematic_name")
    names = genes["systematic_name"].combine_chunks()
    table = pa.table(
        {
            "id": names,
            "standard_name": pc.fill_null(genes["standard_name"], ""),
            **{name: genes[name] for name in ("aliases", "sgd_id", "feature_type", "qualifier", "chromosome", "start")},
            "stop": genes["end"],
            "strand": genes["strand"],
            "essential": _essential(names, essential),
            "coding_sequence": _coding_sequence(names, coding),
            "upstream_sequence": _looked_up(names, upstream, "sequence"),
            "orf_classification": _looked_up(names, classified, "orf_classification"),
            "description": genes["description"],
        }
    )
    return NodeTable("Gene", table)


def _essential(names: pa.Array, essential: pa.Array | None) -> pa.Array:
    if essential is None:
        return pa.nulls(len(names), pa.bool_())
    return pc.is_in(names, value_set=essential)


def _coding_sequence(names: pa.Array, coding: pa.Table | None) -> pa.Array:
    if coding is None:
        return pa.nulls(len(names), pa.string())
    coding = coding.filter(coding["in_frame"])
    return _looked_up(names, coding.rename_columns({"systematic_name": "gene"}), "sequence")


def _looked_up(names: pa.Array, table: pa.Table | None, column: str) -> pa.Array:
    """A text column of `table` by its column gene; missing where it has no row of a gene."""
    if table is None:
        return pa.nulls(len(names), pa.string())
    rows = pc.index_in(names, value_set=table["gene"].combine_chunks())
    return table[column].combine_chunks().take(rows).cast(pa.string())
