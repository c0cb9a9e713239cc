"""The hierarchy of subsystems over the genes of a data set, by DCell's rules."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from knockon.models.dcell.ontology import Topology, build_topology
from knockon.represent.gene_features import independent


@dataclass(frozen=True)
class Hierarchy:
    """What DCell is built from. ontology: child, parent. annotations: gene, term, evidence (codes).

    genes: those that are to be inputs, the ones that any strain perturbs.
    """

    ontology: pa.Table
    annotations: pa.Table
    genes: tuple[str, ...]

    def topology(self, smallest: int) -> Topology:
        """By DCell's rules; annotations that rest on genetic interactions alone are left out."""
        known = pc.is_in(self.annotations["gene"], value_set=pa.array(self.genes, pa.string()))
        rows = self.annotations.filter(pc.and_(known, pa.array(independent(self.annotations["evidence"]))))
        edges = zip(self.ontology["child"].to_pylist(), self.ontology["parent"].to_pylist(), strict=True)
        return build_topology(
            _one_root(list(edges)), zip(rows["gene"].to_pylist(), rows["term"].to_pylist(), strict=True), smallest
        )


def _one_root(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges, with one root above those that have no parent."""
    tops = {parent for _, parent in edges} - {child for child, _ in edges}
    return edges + [(top, "root") for top in sorted(tops)] if len(tops) > 1 else edges
