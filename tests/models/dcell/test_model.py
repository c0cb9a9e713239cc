"""DCell as a model of strains: its hierarchy is made from the ontology and the genes of the data set alone."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.models.context import Context, Hierarchy
from knockon.models.dcell.hierarchy import topology_of
from knockon.models.dcell.model import dcell
from tests.models.made_up import GENES, correlation, dense_inputs, planted, split

TERMS = ["t1" if number < 20 else "t2" for number in range(len(GENES))]
HIERARCHY = Hierarchy(
    pa.table({"child": ["t1", "t2", "other"], "parent": ["t0", "t0", "t9"]}),
    pa.table({"gene": list(GENES), "term": TERMS, "evidence": [["IDA"]] * len(GENES)}),
    GENES,
)


def _dcell(training):
    return dcell(dense_inputs(), Context("interaction", hierarchy=lambda: HIERARCHY, training=training))


def test_the_hierarchy_has_one_root_and_the_genes_given():
    topology = topology_of(HIERARCHY, 6)
    assert topology.genes == GENES
    assert {term.name for term in topology.terms} >= {"t1", "t2"}
    fewer = topology_of(Hierarchy(HIERARCHY.ontology, HIERARCHY.annotations, GENES[:30]), 6)
    assert fewer.genes == GENES[:30]


def test_it_learns_behind_the_protocol(tmp_path):
    examples, _ = planted(noise=0.1, rank=0)
    train, validation, test = split(examples)
    training = {"epochs": 15, "batch_size": 64, "device": "cpu", "weight_decay": 0.1}
    model = _dcell(training)
    assert not model.reads_vectors
    model.fit(train, validation, seed=1)
    predicted = model.predict(test.genotypes)
    assert correlation(test.values, predicted) > 0.6
    model.save(tmp_path)
    other = _dcell(training)
    other.load(tmp_path)
    assert np.array_equal(other.predict(test.genotypes), predicted)


def test_it_tells_about_its_subsystems_once_it_is_fitted(tmp_path):
    examples, _ = planted(noise=0.1, rank=0)
    train, validation, _ = split(examples)
    model = _dcell({"epochs": 3, "device": "cpu"})
    with pytest.raises(KnockonError, match="fit it or load it first"):
        model.subsystems.rank(train.genotypes)
    model.fit(train, validation, seed=1)
    assert set(model.subsystems.rank(train.genotypes)["term"].to_pylist()) == {"t0", "root"}
    strains = train.genotypes.take(np.arange(5))
    model.subsystems.write_states(tmp_path / "states", strains)
    assert pq.read_table(tmp_path / "states").num_rows == 5 * 4
    whole = [row["shift"] for row in model.subsystems.shifts(strains).to_pylist() if row["term"] == "root"]
    predicted = model.predict(strains)
    assert np.allclose(np.diff(whole), np.diff(predicted), atol=1e-5), "the root's own guess is the prediction"


@pytest.mark.parametrize("evidence", ["IGI", "HGI"])
def test_genetic_evidence_is_left_out(evidence):
    notes = HIERARCHY.annotations.set_column(2, "evidence", pa.array([[evidence]] * 3 + [["IDA"]] * (len(GENES) - 3)))
    assert topology_of(Hierarchy(HIERARCHY.ontology, notes, GENES), 6).genes == GENES[3:]
