"""What models are told about genes, read in one place: annotations, networks, the hierarchy of subsystems."""

import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.models.context import Hierarchy
from knockon.models.experiment import GeneKnowledge
from knockon.represent.gene_features import links, members, ontology_terms, profile
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation
from knockon.stages.yeast.paths import NETWORKS


def side_information(genes: tuple[str, ...]) -> dict[str, sp.csr_matrix]:
    """By kind, gene × feature matrices over `genes`; the networks (physical, regulation) are gene × gene."""
    # A metabolite of most reactions, such as water, joins nobody.
    metabolites = members(genes, _network("metabolites"), "metabolite", most=150)
    physical = links(genes, _network("physical"), "other", "combined_score")
    found = {
        "complex": members(genes, _network("complexes"), "complex"),
        "go": ontology_terms(genes, pq.read_table(paths.TABLES / "annotations.parquet"), _network("ontology")),
        "metabolite": metabolites,
        "metabolome": profile(genes, _network("metabolome")),
        "pathway": members(genes, pq.read_table(paths.TABLES / "pathways.parquet"), "pathway"),
        "physical": sp.csr_matrix(physical.maximum(physical.T)),
        "regulation": links(genes, _network("regulation"), "regulator"),
        "subsystem": members(genes, _network("subsystems"), "subsystem"),
    }
    return {kind: matrix for kind, matrix in found.items() if matrix.nnz}


def hierarchy(genes: tuple[str, ...]) -> Hierarchy:
    """The Gene Ontology over these genes."""
    return Hierarchy(_network("ontology"), pq.read_table(paths.TABLES / "annotations.parquet"), genes)


def _network(name: str) -> pa.Table:
    return pq.read_table(NETWORKS / f"{name}.parquet")


KNOWLEDGE = GeneKnowledge(representation, side_information, hierarchy)
"""Where the study keeps what is known of genes."""
