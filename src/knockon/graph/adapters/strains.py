"""The lab's strains: which gene and allele each carries, and which strains the scoring leaves out."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.naming import distinct, first_of
from knockon.graph.tables import EdgeTable, NodeTable


def strain_tables(strains: pa.Table) -> Iterator[NodeTable | EdgeTable]:
    """Yield strains and what they carry.

    strains: strain, gene (resolved), kind, allele, excluded (bool: from a list of strains to leave out); a strain may
    stand in several rows, of which those of the lab's list of alleles come first.
    """
    strains = strains.append_column("id", pc.binary_join_element_wise("strain", strains["strain"], ":"))
    excluded = strains.filter(strains["excluded"])["id"].combine_chunks()
    listed = strains.filter(pc.invert(strains["excluded"]))["id"].combine_chunks()
    nodes = first_of(strains, "id")
    columns = {
        "name": nodes["strain"],
        "listed": pc.is_in(nodes["id"], value_set=listed),
        "excluded": pc.is_in(nodes["id"], value_set=excluded),
    }
    yield NodeTable("Strain", pa.table({"id": nodes["id"], **columns}))
    # A strain that is left out carries what the list of alleles says of it, where that has it.
    stated = strains.filter(
        pc.or_(pc.invert(strains["excluded"]), pc.invert(pc.is_in(strains["id"], value_set=listed)))
    )
    edges = distinct(stated, ["id", "gene", "kind", "allele"]).rename_columns(["source", "target", "kind", "allele"])
    yield EdgeTable("Carries", "Strain", "Gene", edges)
