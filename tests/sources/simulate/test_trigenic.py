from itertools import combinations, product
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.epistasis import module_fitness, rectangle
from knockon.sources.simulate.strains import DAMP
from knockon.sources.simulate.trigenic import write_trigenic
from knockon.sources.simulate.triples import true_cells
from knockon.sources.simulate.world import World, make_world
from knockon.sources.yeast.trigenic import read_trigenic

FILE, ASSIGNMENT = "trigenic/aao1729_data_s1.tsv", "trigenic/assignment_file_170328.csv"


def _pair(world: World, one: int, other: int) -> tuple[float, float, float]:
    """ε, ratio and hub shift of one pair of alleles at 26 °C."""
    cells = rectangle(world.planted, world.alleles, np.array([one]), np.array([other]), 0)
    return cells.true(0, 1).item(), cells.ratio(0, 1).item(), cells.shift(0, 1).item()


def _slow(world: World, trio: tuple[int, int, int]) -> tuple[float, float]:
    """τ and f_abc of three alleles: the product of pair ratios, corrected where all three share a module."""
    alleles, fitness = world.alleles, world.alleles.fitness[0]
    activities = []
    for allele in trio:
        rows = np.flatnonzero(alleles.part_allele == allele)
        activities.append(dict(zip(alleles.part_module[rows].tolist(), alleles.part_activity[0, rows], strict=True)))
    ratio, shift, pairs = 1.0, 0.0, 0.0
    for one, other in combinations(range(3), 2):
        third = float(fitness[trio[3 - one - other]])
        epsilon, pair_ratio, pair_shift = _pair(world, trio[one], trio[other])
        ratio, shift, pairs = ratio * pair_ratio, shift + pair_shift * third, pairs + epsilon * third
    for module in set(activities[0]) & set(activities[1]) & set(activities[2]):
        a, b, c = (np.array(side[module]) for side in activities)
        g = [float(module_fitness(world.planted, np.array(module), x)) for x in (a * b * c, a, b, c)]
        pairwise = [float(module_fitness(world.planted, np.array(module), x)) for x in (a * b, a * c, b * c)]
        ratio *= np.prod(g) / np.prod(pairwise)
    alone = float(np.prod(fitness[list(trio)]))
    triple = min(max(alone * ratio + shift, 0.0), 1.5)
    return triple - alone - pairs, triple


def test_triples_agree_with_a_loop_over_the_model(world: World):
    parts = world.alleles.part_module
    crowded = int(np.bincount(parts).argmax())
    together = np.unique(world.alleles.part_allele[parts == crowded])[:8]
    chosen = np.concatenate([together, np.random.default_rng(0).choice(len(world.alleles), 6, replace=False)])
    first, second = (np.array(side) for side in zip(*combinations(chosen[:9].tolist(), 2), strict=True))
    double, *_ = true_cells(world, first, second, chosen)
    tried = 0
    for (row, (a, b)), (column, c) in product(
        enumerate(zip(first.tolist(), second.tolist(), strict=True)), enumerate(chosen.tolist())
    ):
        if len({a, b, c}) == 3:
            tau, triple = _slow(world, (a, b, c))
            assert double.interaction[row, column] == pytest.approx(tau, abs=1e-12)
            assert double.fitness[row, column] == pytest.approx(triple, abs=1e-12)
            tried += 1
    assert tried > 300


def test_tau_is_what_pairs_leave_unexplained(world: World):
    """ε_abc - ε_ac f_b - ε_bc f_a, the form in which Kuzmin et al. state τ, from the published columns."""
    usable = np.flatnonzero(world.alleles.kind != DAMP)
    first, second, arrays = usable[0:20], usable[20:40], usable[40:100]
    double, left, right = true_cells(world, first, second, arrays)
    a, b = (world.alleles.fitness[0][side][:, None] for side in (first, second))
    expected = double.raw - left.interaction * b - right.interaction * a
    np.testing.assert_allclose(double.interaction, expected, atol=1e-12)


def test_rows_are_read_as_triples_and_controls_with_their_kinds(simulated: Path, world: World):
    result = read_trigenic(simulated / FILE, assignment=simulated / ASSIGNMENT)
    table = result.table.filter(pc.equal(result.table["phenotype"], "interaction"))
    triples = table.filter(pc.is_valid(table["gene_c"]))
    assert abs(len(triples) / world.settings.triples - 1) < 0.15
    assert 1.7 < (len(table) - len(triples)) / len(triples) < 2.3
    named = {
        (str(world.genes.systematic[gene]), ("deletion", "damp", "ts")[kind])
        for gene, kind in zip(world.alleles.gene.tolist(), world.alleles.kind.tolist(), strict=True)
    }
    for letter in "abc":
        pairs = set(zip(table[f"gene_{letter}"].to_pylist(), table[f"kind_{letter}"].to_pylist(), strict=True))
        assert pairs - {(None, None)} <= named


def test_truth_stands_in_the_order_of_the_rows(tmp_path: Path):
    settings = SimulationSettings(genes=300, triples=1000, noise=0)
    world = make_world(settings)
    (tmp_path / "truth").mkdir()
    write_trigenic(tmp_path, tmp_path / "truth", world)
    table = pv.read_csv(tmp_path / "aao1729_data_s1.tsv", parse_options=pv.ParseOptions(delimiter="\t"))
    truth = pq.read_table(tmp_path / "truth/triples.parquet")
    assert table["Query strain ID"].to_pylist() == truth["query_strain"].to_pylist()
    assert table["Array strain ID"].to_pylist() == truth["array_strain"].to_pylist()
    scores = table["Adjusted genetic interaction score (epsilon or tau)"].to_numpy()
    np.testing.assert_allclose(scores, truth["interaction"].to_numpy(), atol=5.1e-5)
    triples = pc.equal(table["Combined mutant type"], "trigenic").to_numpy()
    assert np.abs(scores[triples]).max() > 0.05


def test_too_many_triples_are_refused_with_the_largest_number(tmp_path: Path):
    settings = SimulationSettings(genes=100, triples=3_000_000)
    world = make_world(settings)
    with pytest.raises(KnockonError, match="ask for at most"):
        write_trigenic(tmp_path, tmp_path, world)
