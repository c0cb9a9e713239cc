"""What a DCell says about subsystems, on states that are made up."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from knockon.dataset.genotypes import Genotypes
from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import arrange
from knockon.models.dcell.subsystems import rank_subsystems, subsystem_shifts, write_states
from knockon.models.dcell.tables import named
from knockon.models.networks.batches import seeded

GENES = tuple(f"Y{number:02d}" for number in range(30))


@pytest.fixture
def network():
    own = {"root": [], "pair": GENES[:2], "left": GENES[:10], "right": GENES[10:30]}
    children = {"root": ["left", "right"], "left": ["pair"], "right": [], "pair": []}
    with seeded(0):
        return DCell(arrange(own, children), GENES)


@pytest.fixture
def strains():
    generator = np.random.default_rng(0)
    pairs = np.stack([generator.choice(30, 2, replace=False) for _ in range(200)]).astype(np.int32)
    return Genotypes(GENES, np.arange(201, dtype=np.int64) * 2, pairs.ravel())


def test_states_are_written_term_by_term(network, strains, tmp_path):
    """In batches or at once: the same states, of the terms' widths."""
    write_states(tmp_path / "whole", network, strains)
    write_states(tmp_path / "parts", network, strains, batch_rows=64)
    whole, parts = (
        pq.read_table(tmp_path / name).sort_by([("term", "ascending"), ("strain", "ascending")])
        for name in ("whole", "parts")
    )
    assert whole.num_rows == 200 * 4
    assert whole["strain"].equals(parts["strain"])
    states = [np.array(table["state"].to_pylist()) for table in (whole, parts)]
    assert np.allclose(*states, atol=1e-6)
    for row in whole.slice(0, 50).to_pylist():
        assert row["genes"] == [GENES[gene] for gene in strains.pairs()[row["strain"]]]


def test_a_term_that_knows_more_than_its_children_ranks_first(network, strains):
    """The label needs "left"'s own genes; the root has it from "left", so only "left" adds to what lies below it."""
    effects = np.zeros(30)
    effects[2:10] = np.arange(1, 9)
    effects[0:2] = 4.0
    label = strains.matrix() @ effects
    ranking = rank_subsystems(network, strains, label, penalties=(0.01,)).to_pylist()
    assert ranking[0]["term"] == "left"
    assert {row["term"] for row in ranking} == {"root", "left"}
    assert ranking[0]["own"] > ranking[0]["below"]


def test_a_ratio_over_chance_is_not_taken(network, strains):
    """Children that tell a label of noise by 0.01 would make any 0.05 a fivefold gain."""
    label = np.random.default_rng(1).normal(size=len(strains))
    ranking = rank_subsystems(network, strains, label).to_pylist()
    least = 2 / np.sqrt(len(strains) - 1)
    assert all((row["rlipp"] is None) == (row["below"] <= least) for row in ranking)
    assert any(row["rlipp"] is None for row in ranking)


def test_a_term_with_wide_children_is_not_ranked_by_their_width(network, strains):
    """The root only repeats what "left" and "right" know together: with a penalty that suits both, it gains little."""
    label = strains.matrix() @ np.random.default_rng(2).normal(size=30)
    by_term = {row["term"]: row for row in rank_subsystems(network, strains, label).to_pylist()}
    assert by_term["root"]["below"] > 0.9


def test_names_stand_behind_the_terms(network, strains):
    ranking = named(rank_subsystems(network, strains, strains.matrix() @ np.arange(30.0)), {"left": "left side"})
    assert ranking.schema.names[:2] == ["term", "name"]
    assert dict(zip(*(ranking[name].to_pylist() for name in ("term", "name")), strict=True)) == {
        "left": "left side",
        "root": "",
    }


def test_shifts_are_zero_where_nothing_is_perturbed(network, strains):
    """A term feels only its own genes: "right" doesn't move in a strain of "left"'s genes."""
    table = subsystem_shifts(network, strains, lambda outputs: outputs[..., 0])
    shift = {(row["strain"], row["term"]): row["shift"] for row in table.to_pylist()}
    for strain, pair in enumerate(strains.pairs().tolist()):
        assert (abs(shift[strain, "right"]) < 1e-6) == (max(pair) < 10)
        assert (abs(shift[strain, "left"]) < 1e-6) == (min(pair) >= 10)
    parts = subsystem_shifts(network, strains, lambda outputs: outputs[..., 0], batch_rows=64)
    assert np.allclose(sorted(shift.values()), np.sort(parts["shift"].to_numpy()), atol=1e-6)
    sizes = [abs(row["shift"]) for row in table.to_pylist() if row["strain"] == 0]
    assert sizes == sorted(sizes, reverse=True)


def test_wild_type_states_do_not_need_a_batch(network):
    wild = {"indices": torch.zeros(0, dtype=torch.int64), "indptr": torch.zeros(2, dtype=torch.int64)}
    assert network.eval().states(wild)["root"].shape == (1, 20)
