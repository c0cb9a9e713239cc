"""Build a representation by its name in params.yaml from the tables that the graph's queries give."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import KnockonError
from knockon.represent.gene_vectors import chromosome_pathway, codon_frequency, one_hot, random_vectors
from knockon.represent.representation import Representation

REPRESENTATIONS = ("one_hot", "codon_frequency", "chromosome_pathway", "random_10", "random_100", "random_1000")
"""The names that need no language model."""

_RANDOM = re.compile(r"random_([1-9]\d{0,4})")


def build_representation(name: str, genes_table: pa.Table, pathways_table: pa.Table, seed: int) -> Representation:
    """Build one representation of all genes.

    genes_table: columns `id` (systematic name) and, as the representation needs them, `chromosome`, `start` (bp) and
    `coding_sequence`. pathways_table: columns `gene` and `pathway`. Any `random_<dimensions>` is known.
    Raises KnockonError for an unknown name, a missing column, and a gene that is absent or twice in the table.
    """
    table = sorted_genes(name, genes_table)
    genes = tuple(table["id"].to_pylist())
    if name == "one_hot":
        return one_hot(genes)
    if name == "codon_frequency":
        return codon_frequency(genes, _column(table, "coding_sequence", name))
    if name == "chromosome_pathway":
        chromosomes, starts = _column(table, "chromosome", name), _column(table, "start", name)
        return chromosome_pathway(genes, chromosomes, starts, pathways_table)
    if match := _RANDOM.fullmatch(name):
        return random_vectors(genes, int(match[1]), seed)
    raise KnockonError(f"representation {name!r} is unknown; choose one of {', '.join(REPRESENTATIONS)}")


def sorted_genes(name: str, genes_table: pa.Table) -> pa.Table:
    """The table by `id`. Raises KnockonError where it is empty, or a gene has no name or stands there twice."""
    identifiers = _column(genes_table, "id", name)
    if not len(identifiers):
        raise KnockonError(f"representation {name}: the table of genes is empty; was the graph built?")
    distinct = pc.count_distinct(identifiers, mode="all").as_py()
    if identifiers.null_count or distinct != len(identifiers):
        raise KnockonError(
            f"representation {name}: the table of genes repeats {len(identifiers) - distinct} genes, and "
            f"{identifiers.null_count} have no name; rebuild the graph"
        )
    return genes_table.sort_by("id")


def _column(table: pa.Table, column: str, name: str) -> pa.ChunkedArray:
    if column not in table.column_names:
        raise KnockonError(f"representation {name}: the table of genes has no column {column!r}: {table.column_names}")
    return table[column]
