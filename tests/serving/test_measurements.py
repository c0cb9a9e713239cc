"""Measurements of strains, out of a real record store, against the plain reading of every record."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.dataset.aggregate import aggregate
from knockon.dataset.store import RecordStore, write_store
from knockon.models.pairs.similarity import COMBINED, Similarities
from knockon.serving.measurements import Measurements
from tests.dataset.made_up import screen


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured") / "store"
    write_store(folder, [aggregate(screen(2000, 20, seed=2))])
    return RecordStore(folder)


@pytest.fixture(scope="module")
def rows(store):
    return [
        {**row, "strain": frozenset(part["gene"] for part in row["perturbations"])}
        for batch in store.batches()
        for row in batch.to_pylist()
    ]


def likeness(genes):
    features = np.random.default_rng(0).integers(0, 2, (len(genes), 12)).astype(np.float32)
    return Similarities({"go": sp.csr_matrix(features)}, len(genes))


def first_of(rows):
    return min(rows, key=lambda row: (row["reconstructed"], row["dataset"]))


@pytest.mark.parametrize("temperature", [None, 26.0])
def test_strains_and_their_single_mutants_are_found(store, rows, temperature):
    strains = [rows[number]["strain"] for number in (0, 50, 700)]
    found = Measurements(store, temperature, strains)
    for strain in strains:
        known = [r for r in rows if r["strain"] == strain and temperature in (None, r["temperature"])]
        for phenotype in ("fitness", "interaction"):
            expected = [row for row in known if row["phenotype"] == phenotype]
            record = found.of(phenotype, strain)
            assert (record is None) == (not expected)
            assert record is None or record["value"] == first_of(expected)["value"]
        for gene in strain:
            singles = [
                r["value"]
                for r in rows
                if r["strain"] == {gene} and r["phenotype"] == "fitness" and temperature in (None, r["temperature"])
            ]
            mean = None if found.single(gene) is None else found.single(gene)[0]
            assert mean == (pytest.approx(np.mean(singles)) if singles else None)


def test_the_nearest_are_the_most_alike_of_all_that_exchange_one_gene(store, rows):
    axis = store.genes()
    place, alike = {gene: number for number, gene in enumerate(axis)}, likeness(axis)
    strain = next(row["strain"] for row in rows if len(row["strain"]) == 2)
    expected = {}
    for row in rows:
        if row["phenotype"] == "interaction" and len(row["strain"]) == 2 and len(row["strain"] & strain) == 1:
            (given,), (other,) = strain - row["strain"], row["strain"] - strain
            pair = np.array([place[given]]), np.array([place[other]])
            expected[row["strain"]] = float(alike.of_pairs(COMBINED, *pair)[0])
    best = sorted(expected.items(), key=lambda item: (-item[1], sorted(item[0])))[:3]
    found = Measurements(store, None, [strain]).nearest("interaction", strain, axis, lambda: alike)
    assert [(genes, pytest.approx(value)) for genes, value in best] == [(genes, value) for genes, _, value in found]
    for genes, value, _ in found:
        known = [row for row in rows if row["strain"] == genes and row["phenotype"] == "interaction"]
        assert value == first_of(known)["value"]


def test_nothing_is_near_a_single_mutant(store, rows):
    """A gene has no partner that it shares with another strain, so likeness is not even asked for."""
    strain = next(row["strain"] for row in rows if len(row["strain"]) == 1)
    assert Measurements(store, None, [strain]).nearest("fitness", strain, store.genes(), lambda: 1 / 0) == []
