"""The simulated compendium: ARCHS4's reader reads it, its bytes depend on the settings alone, its truth is in it."""

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.cellstate.archs4 import Archs4, characteristics
from knockon.sources.cellstate.regulons import read_precise_trn
from knockon.sources.cellstate.scale import Scale, to_log2
from knockon.sources.simulate.cellstate import COMPENDIUM, NETWORK, CellSimulation, plant, simulate_cellstate

SETTINGS = CellSimulation(genes=200, regulators=12, regulon=12, pairs=3, studies=8, conditions=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("cells") / "raw"
    simulate_cellstate(target, SETTINGS)
    return target


def levels(folder):
    file = Archs4(folder / COMPENDIUM)
    values = np.concatenate([block.values for block in file.blocks(7)])
    return file, to_log2(values, Scale("counts", "")), [characteristics(x) for x in file.field("characteristics_ch1")]


def test_the_reader_leaves_single_cells_out_and_reads_the_rest(folder):
    file, log, about = levels(folder)
    assert len(file.samples) > len(file.kept) == len(log) == 8 * 3 * 2 * 2
    assert all(file.samples[row].startswith("SIM") for row in file.kept)
    assert {each["genotype"] == "wild type" for each in about} == {True, False}


def test_equal_settings_give_equal_bytes(folder, tmp_path):
    simulate_cellstate(tmp_path / "again", SETTINGS)
    simulate_cellstate(tmp_path / "other", replace(SETTINGS, seed=2))
    for name in (COMPENDIUM, NETWORK):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_a_knock_out_moves_its_regulon_by_its_signs_and_wakes_the_stress_program(folder):
    file, log, about = levels(folder)
    studies = np.array([file.studies[row] for row in file.kept])
    network = plant(SETTINGS)
    stress = pq.read_table(folder / "truth/stress.parquet")["effect"].to_numpy()
    agreement, woken = [], []
    for row in range(0, len(log), 4):
        gone = about[row + 2]["genotype"].removesuffix(" knock-out").split()
        assert studies[row] == studies[row + 3]
        delta = log[row + 2 : row + 4].mean(axis=0) - log[row : row + 2].mean(axis=0)
        places = [file.genes.index(name) for name in gone]
        assert (log[row + 2, places] == 0).all()
        if len(gone) == 1:
            expected = -network.weights[places[0]]
            edges = np.flatnonzero(expected)
            agreement.append(np.mean(np.sign(delta[edges]) == np.sign(expected[edges])))
            woken.append(delta[stress > 0].mean() - delta[stress == 0].mean())
    assert np.mean(agreement) > 0.75
    assert np.mean(woken) > 0.5


def test_pairs_are_cooperative(folder):
    network = plant(SETTINGS)
    pairs = pq.read_table(folder / "truth/pairs.parquet")
    assert pairs.num_rows == 3
    both = np.zeros((4, SETTINGS.regulators))
    first, second = network.pairs[0]
    both[[1, 3], first] = both[[2, 3], second] = -2
    normal, one, other, joint = network.levels(both)
    assert np.abs((joint - normal) - (one - normal) - (other - normal)).sum() == pytest.approx(
        4 * pairs["strength"][0].as_py()
    )


def test_the_network_is_in_precises_form(folder):
    found = read_precise_trn(folder / NETWORK)
    assert found.rejects.num_rows == 0
    assert found.table.num_rows == np.count_nonzero(plant(SETTINGS).weights)


@pytest.mark.parametrize("wrong", [{"genes": 10}, {"regulators": 1}, {"studies": 2}, {"noise": -1.0}, {"pairs": 99}])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(KnockonError, match="simulated cells"):
        CellSimulation(**wrong)
