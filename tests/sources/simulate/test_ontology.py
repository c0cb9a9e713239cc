from pathlib import Path

import obonet
import pyarrow.parquet as pq

from knockon.sources.simulate.ontology import BIOLOGICAL_PROCESS, build_ontology
from knockon.sources.simulate.world import World
from knockon.sources.yeast.gaf import read_gaf


def test_hierarchy_is_acyclic_and_every_process_reaches_the_root(simulated: Path, world: World):
    graph = obonet.read_obo(str(simulated / "go/go.obo"))
    ontology = build_ontology(world.planted)
    below = ontology.below(BIOLOGICAL_PROCESS)
    assert len(below) == len(set(below))
    named = {term for term, (_, namespace) in ontology.terms.items() if namespace == "biological_process"}
    assert set(below) == named
    assert set(graph.nodes) == set(ontology.terms), "obsolete terms are left out"
    assert {key for *_, key in graph.edges(keys=True)} == {"is_a", "part_of"}
    assert any(graph.out_degree(term) > 1 for term in graph.nodes), "a term with two parents"


def test_annotations_are_mostly_the_planted_memberships(simulated: Path, world: World):
    ontology = build_ontology(world.planted)
    rows = read_gaf(simulated / "go/gene_association.sgd.gz").table.to_pylist()
    members = pq.read_table(simulated / "truth/memberships.parquet")
    planted = {
        (gene, ontology.module_term[module])
        for gene, module in zip(members["gene"].to_pylist(), members["module"].to_pylist(), strict=True)
    }
    annotated = {(row["gene"], row["go_id"]) for row in rows if row["go_id"] in ontology.module_term}
    assert 0.85 < len(annotated & planted) / len(planted) < 0.97
    assert 0 < len(annotated - planted) < 0.15 * len(planted)
