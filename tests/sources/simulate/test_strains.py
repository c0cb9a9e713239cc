from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import DELETION, TS
from knockon.sources.simulate.world import World, make_world
from knockon.sources.yeast.sga_names import read_sga_strains
from knockon.sources.yeast.smf import read_smf

STRAINS = "smf/strain_orf_common_allele_160425.txt"


def test_essential_genes_are_never_deleted(world: World):
    deleted = world.alleles.gene[world.alleles.kind == DELETION]
    assert not world.planted.essential[deleted].any()
    assert 0.1 < world.planted.essential.mean() < 0.25


def test_query_and_array_strain_of_one_allele_carry_one_number(world: World):
    alleles = world.alleles
    both = (alleles.kind == TS) & (alleles.query != "") & (alleles.array != "")
    assert both.sum() > 10
    assert (np.char.replace(alleles.query[both], "tsq", "tsa") == alleles.array[both]).all()


def test_strain_names_and_allele_names_are_unique(world: World):
    strains = np.concatenate([world.alleles.query, world.alleles.array])
    strains = strains[strains != ""]
    assert len(set(strains.tolist())) == len(strains)
    keys = list(zip(world.alleles.gene.tolist(), world.alleles.name.tolist(), strict=True))
    assert len(set(keys)) == len(keys)


def test_strain_table_gives_the_planted_alleles(simulated: Path, world: World):
    table = read_sga_strains(simulated / STRAINS).table
    wanted = dict(zip(world.alleles.query.tolist(), world.alleles.name.tolist(), strict=True))
    wanted |= dict(zip(world.alleles.array.tolist(), world.alleles.name.tolist(), strict=True))
    wanted.pop("")
    assert dict(zip(table["strain"].to_pylist(), table["allele"].to_pylist(), strict=True)) == wanted


def test_only_temperature_sensitive_alleles_feel_the_temperature(world: World):
    cold, warm = world.alleles.fitness
    sensitive = world.alleles.kind == TS
    assert (cold[~sensitive] == warm[~sensitive]).all()
    assert np.median(warm[sensitive]) < np.median(cold[sensitive]) - 0.05


def test_fitness_files_hold_the_truth_within_their_noise(simulated: Path):
    truth = pq.read_table(simulated / "truth/alleles.parquet").to_pylist()
    for degrees in (26, 30):
        rows = read_smf(simulated / f"smf/smf_t{degrees}_150803.txt").table
        measured = dict(zip(rows["strain_a"].to_pylist(), rows["value"].to_pylist(), strict=True))
        pairs = [
            (row[f"fitness_{degrees}"], measured[row["query_strain"]])
            for row in truth
            if row["query_strain"] in measured
        ]
        true, seen = np.array(pairs).T
        assert len(true) > 200
        assert np.std(seen - true) < 0.012
        assert abs(np.mean(seen - true)) < 0.002


@pytest.mark.public
@pytest.mark.parametrize(("collections", "kind"), [(("sn", "dma"), 0), (("damp",), 1), (("tsq", "tsa"), 2)])
def test_fitness_is_distributed_as_in_the_public_standards(public_files: Path, collections: tuple[str], kind: int):
    """Quantiles from 5 % to 95 % agree with the SGA standards within 0.035 (0.05 for temperature-sensitive alleles)."""
    world = make_world(SimulationSettings(genes=6000))
    probabilities = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    for row, degrees in enumerate((26, 30)):
        table = read_smf(public_files / f"yeast/smf/smf_t{degrees}_150803.txt").table
        chosen = pc.match_substring_regex(table["strain_a"], f"_({'|'.join(collections)})[0-9]+$")
        public = np.quantile(table.filter(chosen)["value"].to_numpy(), probabilities)
        simulated = np.nanquantile(world.alleles.measured[row, world.alleles.kind == kind], probabilities)
        np.testing.assert_allclose(simulated, public, atol=0.05 if kind == 2 else 0.035)
