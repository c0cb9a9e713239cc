"""Phenotypes of many values: their form, and that planted modules and regulators can be told from them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.profiles import AMINO_ACIDS, PARAMETERS, module_loss, write_profiles
from knockon.sources.simulate.strains import DELETION
from knockon.sources.simulate.truth import write_truth
from knockon.sources.simulate.world import World, make_world
from knockon.sources.yeast.expression import read_expression_matrix
from knockon.sources.yeast.metabolome import read_metabolome
from knockon.sources.yeast.morphology import read_scmd_mutants, read_scmd_wildtype

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """All deletion strains of a world with their profiles."""
    folder = tmp_path_factory.mktemp("profiles")
    settings = SimulationSettings(
        genes=300, seed=3, morphology_strains=5000, expression_strains=5000, metabolome_strains=5000
    )
    world = make_world(settings)
    write_profiles(folder, world)
    return world, folder


def _matrix(table: pa.Table, strains: Sequence[str], components: Sequence[str]) -> Floats:
    """Values by strain and component, NaN where none was measured."""
    values = np.full((len(strains), len(components)), np.nan)
    rows, columns = (
        np.array([place[name] for name in table[column].cast(pa.string()).to_pylist()])
        for column, place in (
            ("strain", {name: row for row, name in enumerate(strains)}),
            ("component", {name: row for row, name in enumerate(components)}),
        )
    )
    values[rows, columns] = table["value"].to_numpy()
    return values


def _deletions(world: World) -> tuple[NDArray[np.int64], list[str]]:
    """Deletion alleles and the names of their genes."""
    chosen = np.flatnonzero(world.alleles.kind == DELETION)
    return chosen, world.genes.systematic[world.alleles.gene[chosen]].tolist()


def _effects(path: Path, modules: int, components: Sequence[str]) -> Floats:
    """Planted effects, shape (modules, components)."""
    truth = pq.read_table(path)
    effects = np.zeros((modules, len(components)))
    place = {name: row for row, name in enumerate(components)}
    columns = [place[name] for name in truth["component"].to_pylist()]
    effects[truth["module"].to_numpy(), columns] = truth["effect"].to_numpy()
    return effects


def _regulation(folder: Path, world: World) -> list[dict[str, float | str]]:
    """Rows regulator, target, strength of the written truth."""
    write_truth(folder / "truth", world)
    return pq.read_table(folder / "truth/regulation.parquet").to_pylist()


def test_strains_numbers_and_components_are_those_asked_for(simulated: Path, world: World):
    morphology = read_scmd_mutants(simulated / "morphology/mt4718data.tsv").table
    wild = read_scmd_wildtype(simulated / "morphology/scmd_wildtype_analysis.tab").table
    expression = read_expression_matrix(simulated / "expression/deletion_transcriptomes.tab").table
    metabolome = read_metabolome(simulated / "metabolome/Mulleder_2016_metabolomics_zscores.csv").table
    sizes = [(len(t["strain"].unique()), len(t["component"].unique())) for t in (morphology, expression, metabolome)]
    assert sizes == [(100, 281), (60, world.settings.genes), (100, 19)]
    assert len(wild["strain"].unique()) == 126
    for table in (morphology, wild):
        assert 0.97 < len(table) / (len(table["strain"].unique()) * 281) < 0.99, "a few values are missing"
        assert (table["value"].to_numpy() > 0).all()


def test_module_effects_show_in_morphology_and_amino_acids(profiles: tuple[World, Path]):
    """What module losses predict agrees with what was measured; for shuffled strains it does not."""
    world, folder = profiles
    chosen, strains = _deletions(world)
    loss = module_loss(world.planted, world.alleles, chosen)
    shapes = _matrix(read_scmd_mutants(folder / "morphology/mt4718data.tsv").table, strains, PARAMETERS)
    shapes = shapes / np.nanmedian(shapes, axis=0) - 1
    acids_file = folder / "metabolome/Mulleder_2016_metabolomics_zscores.csv"
    acids = _matrix(read_metabolome(acids_file).table, strains, AMINO_ACIDS)
    for name, components, values in (("morphology", PARAMETERS, shapes), ("metabolome", AMINO_ACIDS, acids)):
        effects = _effects(folder / f"truth/{name}_effects.parquet", world.planted.modules, components)
        known = ~np.isnan(values)
        predicted = loss @ effects
        shuffled = np.random.default_rng(0).permutation(predicted)
        assert np.corrcoef(predicted[known], values[known])[0, 1] > 0.4, name
        assert abs(np.corrcoef(shuffled[known], values[known])[0, 1]) < 0.1, name


def test_targets_move_with_their_deleted_regulator(profiles: tuple[World, Path]):
    """Planted strengths are recovered from single deletions; a wrong regulator's column tells nothing."""
    world, folder = profiles
    _, strains = _deletions(world)
    table = read_expression_matrix(folder / "expression/deletion_transcriptomes.tab").table
    values = _matrix(table, strains, world.genes.systematic.tolist())
    regulation = _regulation(folder, world)
    deleted = [row for row in regulation if row["regulator"] in strains]
    assert len(deleted) > 50
    place = {name: column for column, name in enumerate(world.genes.systematic.tolist())}
    strength = np.array([row["strength"] for row in deleted])
    right = np.array([values[strains.index(row["regulator"]), place[row["target"]]] for row in deleted])
    wrong = np.array([values[strains.index(row["regulator"]) - 1, place[row["target"]]] for row in deleted])
    assert np.corrcoef(strength, right)[0, 1] > 0.9
    assert abs(np.corrcoef(strength, wrong)[0, 1]) < 0.3


def test_deleted_regulators_are_screened_before_other_genes(simulated: Path):
    table = read_expression_matrix(simulated / "expression/deletion_transcriptomes.tab").table
    strains = set(table["strain"].cast(pa.string()).unique().to_pylist())
    alleles = pq.read_table(simulated / "truth/alleles.parquet").to_pylist()
    deletable = {row["gene"] for row in alleles if row["kind"] == "deletion"}
    regulators = set(pq.read_table(simulated / "truth/regulation.parquet")["regulator"].to_pylist())
    assert regulators & deletable <= strains


def test_files_that_are_not_wanted_are_not_written(tmp_path: Path):
    settings = SimulationSettings(genes=100, morphology_strains=0, expression_strains=0, metabolome_strains=0)
    world = make_world(settings)
    write_profiles(tmp_path, world)
    assert not list(tmp_path.iterdir())


def test_amino_acids_have_windows_line_ends(simulated: Path):
    text = (simulated / "metabolome/Mulleder_2016_metabolomics_zscores.csv").read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") == 101
