from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.screens import FILES, HEADER, LINKAGE, make_screens, write_screens
from knockon.sources.simulate.world import World, make_world
from knockon.sources.yeast.sga_pairs import read_sga_pairs


def _raw(path: Path) -> pa.Table:
    return pv.read_csv(path, parse_options=pv.ParseOptions(delimiter="\t"))


def _write(tmp_path: Path, settings: SimulationSettings) -> tuple[pa.Table, pa.Table]:
    """Write all screens; rows of the file and their truth, of deletion x deletion alone."""
    world = make_world(settings)
    screens = make_screens(world)
    write_screens(tmp_path / "digenic", tmp_path / "truth", world, screens)
    return _raw(tmp_path / "digenic/SGA_NxN.txt"), pq.read_table(tmp_path / "truth/interactions_NxN.parquet")


@pytest.mark.parametrize("name", FILES)
def test_rows_are_the_published_columns_and_every_row_is_readable(simulated: Path, name: str):
    path = simulated / "digenic" / name
    assert path.read_text().startswith(HEADER)
    result = read_sga_pairs(path)
    assert result.rejects.num_rows == 0
    rows = result.table.filter(pc.equal(result.table["phenotype"], "interaction")).num_rows
    assert rows == path.read_bytes().count(b"\n") - 1


def test_files_hold_the_wanted_number_of_rows(simulated: Path, world: World):
    rows = sum((simulated / "digenic" / name).read_bytes().count(b"\n") - 1 for name in FILES)
    assert abs(rows / world.settings.pairs - 1) < 0.06


def test_files_are_parted_by_essentiality(simulated: Path):
    for name, query, array in (("NxN", "sn", "dma"), ("ExE", "tsq|damp", "tsa")):
        table = _raw(simulated / f"digenic/SGA_{name}.txt")
        assert pc.all(pc.match_substring_regex(table["Query Strain ID"], f"_({query})[0-9]+$")).as_py()
        assert pc.all(pc.match_substring_regex(table["Array Strain ID"], f"_({array})[0-9]+$")).as_py()


def test_interaction_is_double_fitness_less_the_product(simulated: Path):
    table = _raw(simulated / "digenic/SGA_NxN.txt")
    score, query, array, double = (
        table[name].to_numpy()
        for name in (
            "Genetic interaction score (ε)",
            "Query single mutant fitness (SMF)",
            "Array SMF",
            "Double mutant fitness",
        )
    )
    known = ~np.isnan(query * array)
    assert 0.05 < 1 - known.mean() < 0.4
    np.testing.assert_allclose((double - query * array)[known], score[known], atol=1.1e-4)


def test_linked_genes_and_the_gene_itself_are_never_paired(simulated: Path, world: World):
    genes = world.genes
    place = {name: index for index, name in enumerate(genes.systematic.tolist())}
    table = read_sga_pairs(simulated / "digenic/SGA_NxN.txt").table
    one, other = (np.array([place[name] for name in table[side].to_pylist()]) for side in ("gene_a", "gene_b"))
    near = (genes.chromosome[one] == genes.chromosome[other]) & (
        np.abs(genes.start[one] - genes.start[other]) < LINKAGE
    )
    assert not near.any()


def test_most_pairs_are_measured_in_both_directions(simulated: Path):
    table = read_sga_pairs(simulated / "digenic/SGA_NxN.txt").table
    pairs = set(zip(table["gene_a"].to_pylist(), table["gene_b"].to_pylist(), strict=True))
    both = sum((other, one) in pairs for one, other in pairs)
    assert both / len(pairs) > 0.6


def test_without_noise_the_files_hold_the_truth(tmp_path: Path):
    table, truth = _write(tmp_path, SimulationSettings(genes=150, pairs=6000, noise=0))
    assert table["Query Strain ID"].to_pylist() == truth["query_strain"].to_pylist()
    difference = table["Genetic interaction score (ε)"].to_numpy() - truth["interaction"].to_numpy()
    assert np.abs(difference).max() < 5.1e-5


def test_mean_of_many_repeats_recovers_the_truth(tmp_path: Path):
    """144 noisy screens of each query: the mean lies within its standard error of the planted ε."""
    table, truth = _write(tmp_path, SimulationSettings(genes=120, pairs=100_000, repeats=144))
    measured = pa.table(
        {
            "pair": pc.binary_join_element_wise(table["Query Strain ID"], table["Array Strain ID"], " "),
            "value": table["Genetic interaction score (ε)"],
            "deviation": table["Double mutant fitness standard deviation"],
            "true": truth["interaction"].cast(pa.float64()),
        }
    )
    means = measured.group_by("pair").aggregate(
        [("value", "mean"), ("value", "count"), ("value", "stddev"), ("true", "mean"), ("true", "stddev")]
    )
    assert pc.max(means["true_stddev"]).as_py() == 0
    error = (means["value_mean"].to_numpy() - means["true_mean"].to_numpy()) / (
        means["value_stddev"].to_numpy() / np.sqrt(means["value_count"].to_numpy())
    )
    assert 0.8 < np.std(error) < 1.2
    assert np.corrcoef(means["value_mean"].to_numpy(), means["true_mean"].to_numpy())[0, 1] > 0.9
    assert np.corrcoef(measured["value"].to_numpy(), measured["true"].to_numpy())[0, 1] < 0.7


def test_reported_deviation_is_that_of_the_noise(simulated: Path):
    table, truth = _raw(simulated / "digenic/SGA_NxN.txt"), pq.read_table(simulated / "truth/interactions_NxN.parquet")
    noise = table["Genetic interaction score (ε)"].to_numpy() - truth["interaction"].to_numpy()
    score = noise / table["Double mutant fitness standard deviation"].to_numpy()
    assert 0.8 < np.std(score) < 1.05
    assert np.corrcoef(np.abs(noise), table["Double mutant fitness standard deviation"].to_numpy())[0, 1] > 0.3


def test_too_many_pairs_are_refused_with_the_largest_number():
    settings = SimulationSettings(genes=100, pairs=1_000_000)
    world = make_world(settings)
    with pytest.raises(KnockonError, match="give about"):
        make_screens(world)
