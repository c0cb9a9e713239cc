"""The metabolic model: which gene catalyses which reaction, and what each reaction consumes and produces."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.naming import distinct, first_of
from knockon.graph.tables import EdgeTable, NodeTable


def metabolism(reactions: pa.Table, metabolites: pa.Table) -> Iterator[NodeTable | EdgeTable]:
    """Yield reactions and metabolites, and the edges from genes to reactions and from reactions to metabolites.

    Args:
        reactions: GEM_REACTION_SCHEMA with gene resolved; reactions without a known gene are not in it.
        metabolites: GEM_METABOLITE_SCHEMA, of any genes; only the reactions above are taken.
    """
    nodes = first_of(reactions, "reaction")
    columns = {name: nodes[name] for name in ("name", "subsystems", "ec_numbers", "rule")}
    yield NodeTable("Reaction", pa.table({"id": nodes["reaction"], **columns}))
    taken = metabolites.filter(_among(metabolites["reaction"], nodes["reaction"]))
    found = first_of(taken, "metabolite")
    described = {name: found[name] for name in ("name", "compartment")}
    yield NodeTable("Metabolite", pa.table({"id": found["metabolite"], **described}))
    genes = distinct(reactions, ["gene", "reaction"]).rename_columns(["source", "target"])
    yield EdgeTable("Catalyses", "Gene", "Reaction", genes)
    turned = distinct(taken, ["reaction", "metabolite", "coefficient"])
    yield EdgeTable("Converts", "Reaction", "Metabolite", turned.rename_columns(["source", "target", "coefficient"]))


def _among(values: pa.ChunkedArray, known: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(values, value_set=known.combine_chunks())
