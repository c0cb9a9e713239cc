"""The hierarchy of subsystems over the genes of a data set, by DCell's rules."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.models.context import Hierarchy
from knockon.models.dcell.ontology import Topology, build_topology
from knockon.represent.gene_features import independent


def topology_of(hierarchy: Hierarchy, smallest: int) -> Topology:
    """By DCell's rules; annotations that rest on genetic interactions alone are left out."""
    annotations, ontology = hierarchy.annotations, hierarchy.ontology
    known = pc.is_in(annotations["gene"], value_set=pa.array(hierarchy.genes, pa.string()))
    rows = annotations.filter(pc.and_(known, pa.array(independent(annotations["evidence"]))))
    edges = zip(ontology["child"].to_pylist(), ontology["parent"].to_pylist(), strict=True)
    return build_topology(
        _one_root(list(edges)), zip(rows["gene"].to_pylist(), rows["term"].to_pylist(), strict=True), smallest
    )


def _one_root(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges, with one root above those that have no parent."""
    tops = {parent for _, parent in edges} - {child for child, _ in edges}
    return edges + [(top, "root") for top in sorted(tops)] if len(tops) > 1 else edges
