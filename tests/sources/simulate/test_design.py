"""The planted phenotype."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.design.betaxanthin import read_betaxanthin
from knockon.sources.design.sgd_phenotypes import read_sgd_phenotypes
from knockon.sources.simulate.design import (
    BETAXANTHIN,
    SGD_PHENOTYPES,
    DesignSimulation,
    plant_phenotype,
    write_phenotypes,
)
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.world import make_world

WORLD = make_world(SimulationSettings(genes=300, seed=5))


def test_the_readers_read_what_was_planted(tmp_path):
    write_phenotypes(tmp_path, WORLD, DesignSimulation(noise=0.5, confounding=0.5))
    truth = pq.read_table(tmp_path / "truth" / "betaxanthin.parquet")
    screen = read_betaxanthin(tmp_path / BETAXANTHIN)
    assert screen.table.num_rows == truth.num_rows
    assert screen.rejects["reason"].to_pylist() == [
        "gene 0: the place on the plate that holds no strain",
        "the wild type, no deletion",
    ]
    size, measured = (screen.table[name].to_numpy() for name in ("size_48h", "betaxanthin_48h"))
    effect = truth["effect"].to_numpy()
    with_size = np.column_stack([np.ones(len(size)), size, effect])
    assert np.linalg.lstsq(with_size, measured, rcond=None)[0][1:] == pytest.approx([0.5, 1], abs=0.06)
    facts = read_sgd_phenotypes(tmp_path / SGD_PHENOTYPES)
    assert facts.rejects.num_rows == 0
    names = dict(zip(WORLD.genes.systematic.tolist(), range(len(WORLD.genes)), strict=True))
    glycogen = plant_phenotype(WORLD, DesignSimulation(), "glycogen")
    by_gene = dict(zip(glycogen.gene.tolist(), glycogen.effect.tolist(), strict=True))
    asked = ("increased", "glycogen")
    up = [by_gene[names[row["gene"]]] for row in facts.table.to_pylist() if (row["effect"], row["chemical"]) == asked]
    assert len(up) > 3
    assert min(up) > 1


def test_the_same_settings_write_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_phenotypes(tmp_path / name, WORLD, DesignSimulation())
    for path in (BETAXANTHIN, SGD_PHENOTYPES):
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_members_of_a_module_are_alike():
    truth = plant_phenotype(WORLD, DesignSimulation())
    first = dict(zip(WORLD.planted.member_gene[::-1].tolist(), WORLD.planted.member_module[::-1].tolist(), strict=True))
    module = np.array([first[gene] for gene in truth.gene.tolist()])
    within = np.array([truth.effect[module == each].std() for each in np.unique(module) if (module == each).sum() > 2])
    assert within.mean() < 0.85 * truth.effect.std()


def test_wrong_settings_are_refused():
    with pytest.raises(KnockonError, match="must not be negative"):
        DesignSimulation(noise=-1)
