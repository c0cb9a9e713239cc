"""Pairs that are settled without a program have the growth that a program gives them."""

from itertools import combinations

import numpy as np
import pytest

from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.pairs import epsilon, pair_growths
from knockon.sources.design.metabolic_network import read_metabolic_network
from knockon.sources.simulate import SimulationSettings, simulate_yeast
from tests.models.designs.flux.small import GENES, genes, small_network


def test_all_pairs_of_the_small_network():
    first, second = np.array(list(combinations(range(len(GENES)), 2))).T
    cell = Cell(small_network())
    one_by_one = Cell(small_network()).growths(list(zip(first.tolist(), second.tolist(), strict=True))).values
    np.testing.assert_allclose(pair_growths(cell, first, second), one_by_one, atol=1e-9)
    told = dict(zip(zip(first.tolist(), second.tolist(), strict=True), epsilon(cell, first, second), strict=True))
    assert told[genes("G1", "G2")] == pytest.approx(-1)
    assert told[genes("G4", "G5")] == pytest.approx(0.8 - 0.64)
    assert told[genes("G3", "G4")] == pytest.approx(-0.8)
    assert told[genes("G1", "G3")] == 0


def test_pairs_of_a_simulated_yeast_are_what_fresh_programs_give(tmp_path):
    simulate_yeast(tmp_path / "yeast", SimulationSettings(genes=100, pairs=2000, dcell_pairs=100))
    cell = Cell(read_metabolic_network(tmp_path / "yeast/gem/yeast-GEM.yml"))
    random = np.random.default_rng(0)
    first, second = random.integers(0, len(cell.network.genes), (2, 60))
    programs = [cell.grow(cell.shut(pair)).value for pair in zip(first.tolist(), second.tolist(), strict=True)]
    np.testing.assert_allclose(pair_growths(cell, first, second), programs, atol=1e-8)
