"""What models are told about genes, read in one place: annotations, networks, the hierarchy of subsystems.

root: of the clone or demo that is read; a stage runs in it.
"""

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.models.context import Hierarchy
from knockon.models.experiment import GeneKnowledge
from knockon.represent.gene_features import links, members, ontology_terms, profile
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation


def side_information(genes: tuple[str, ...], root: Path = Path()) -> dict[str, sp.csr_matrix]:
    """By kind, gene × feature matrices over `genes`; the networks (physical, regulation) are gene × gene."""
    # A metabolite of most reactions, such as water, joins nobody.
    metabolites = members(genes, _network(root, "metabolites"), "metabolite", most=150)
    physical = links(genes, _network(root, "physical"), "other", "combined_score")
    annotations = pq.read_table(root / paths.TABLES / "annotations.parquet")
    found = {
        "complex": members(genes, _network(root, "complexes"), "complex"),
        "go": ontology_terms(genes, annotations, _network(root, "ontology")),
        "metabolite": metabolites,
        "metabolome": profile(genes, _network(root, "metabolome")),
        "pathway": members(genes, pq.read_table(root / paths.TABLES / "pathways.parquet"), "pathway"),
        "physical": sp.csr_matrix(physical.maximum(physical.T)),
        "regulation": links(genes, _network(root, "regulation"), "regulator"),
        "subsystem": members(genes, _network(root, "subsystems"), "subsystem"),
    }
    return {kind: matrix for kind, matrix in found.items() if matrix.nnz}


def hierarchy(genes: tuple[str, ...], root: Path = Path()) -> Hierarchy:
    """The Gene Ontology over these genes."""
    return Hierarchy(_network(root, "ontology"), pq.read_table(root / paths.TABLES / "annotations.parquet"), genes)


def _network(root: Path, name: str) -> pa.Table:
    return pq.read_table(root / paths.NETWORKS / f"{name}.parquet")


def knowledge_in(root: Path) -> GeneKnowledge:
    """Where the study keeps what is known of genes."""
    return GeneKnowledge(
        partial(representation, root=root), partial(side_information, root=root), partial(hierarchy, root=root)
    )


KNOWLEDGE = knowledge_in(Path())
"""The same, of the clone in which a stage runs."""
