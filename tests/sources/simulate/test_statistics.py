"""The simulated deletion x deletion screens against the metabolic part of the published ε matrix."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray

from knockon.sources.simulate import SimulationSettings
from knockon.sources.simulate.screens import make_screens, write_screens
from knockon.sources.simulate.strain_files import write_strains
from knockon.sources.simulate.world import make_world
from knockon.sources.yeast.sga_matrix import read_sga_matrix
from knockon.sources.yeast.sga_pairs import read_sga_pairs
from knockon.sources.yeast.smf import read_smf

Floats = NDArray[np.float64]


def _matrix(table: pa.Table) -> tuple[Floats, NDArray[np.str_], NDArray[np.str_]]:
    """ε with NaN where nothing was measured, and the genes of its rows (queries) and columns (arrays)."""
    table = table.filter(pc.equal(table["phenotype"], "interaction"))
    rows, query = np.unique(table["gene_a"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    columns, array = np.unique(table["gene_b"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    matrix = np.full((len(rows), len(columns)), np.nan)
    matrix[query, array] = table["value"].to_numpy()
    return matrix, rows, columns


def _both_directions(matrix: Floats, rows: NDArray[np.str_], columns: NDArray[np.str_]) -> tuple[Floats, Floats]:
    """ε of A x B and of B x A; every pair stands there in either order."""
    common, row, column = np.intersect1d(rows, columns, return_indices=True)
    square = matrix[np.ix_(row, column)]
    first, second = np.triu_indices(len(common), 1)
    one, other = square[first, second], square[second, first]
    known = ~np.isnan(one + other)
    return np.concatenate([one[known], other[known]]), np.concatenate([other[known], one[known]])


@pytest.fixture(scope="module")
def simulated_matrix(tmp_path_factory: pytest.TempPathFactory) -> tuple[Floats, NDArray[np.str_], NDArray[np.str_]]:
    folder = tmp_path_factory.mktemp("screens")
    settings = SimulationSettings(genes=3000, pairs=500_000)
    world = make_world(settings)
    screens = [s for s in make_screens(world) if s.file == "SGA_NxN.txt"]
    write_screens(folder, folder / "truth", world, screens)
    return _matrix(read_sga_pairs(folder / "SGA_NxN.txt").table)


@pytest.fixture(scope="module")
def public_matrix(public_files: Path) -> tuple[Floats, NDArray[np.str_], NDArray[np.str_]]:
    digenic = public_files / "yeast/digenic"
    result = read_sga_matrix(
        digenic / "costanzo2016_metabolic_eps_matrix.xlsx",
        rows=digenic / "costanzo2016_metabolic_rows.csv",
        columns=digenic / "costanzo2016_metabolic_cols.csv",
    )
    return _matrix(result.table)


def test_interactions_correlate_between_directions_as_published(simulated_matrix):
    """Published: 0.17 over all pairs, 0.42, 0.54 and 0.52 where |ε| exceeds 0.08, 0.16 and 0.30 in one direction."""
    one, other = _both_directions(*simulated_matrix)
    for limit, published, tolerance in ((0.0, 0.17, 0.06), (0.08, 0.42, 0.09), (0.16, 0.54, 0.10), (0.30, 0.52, 0.16)):
        strong = np.abs(one) > limit
        assert abs(np.corrcoef(one[strong], other[strong])[0, 1] - published) < tolerance, limit


def test_spread_and_missing_share_are_as_published(simulated_matrix):
    matrix = simulated_matrix[0]
    assert np.nanstd(matrix) == pytest.approx(0.0437, abs=0.004)
    assert np.nanmean(matrix) == pytest.approx(-0.0038, abs=0.002)
    assert np.isnan(matrix).mean() == pytest.approx(0.093, abs=0.015)


@pytest.mark.public
def test_quantiles_of_interactions_agree_with_the_public_matrix(simulated_matrix, public_matrix):
    probabilities = np.array([0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
    public, simulated = (
        np.quantile(matrix[~np.isnan(matrix)], probabilities) for matrix, *_ in (public_matrix, simulated_matrix)
    )
    np.testing.assert_allclose(simulated, public, atol=0.006, rtol=0.28)


@pytest.mark.public
def test_strains_differ_in_spread_as_in_the_public_matrix(simulated_matrix, public_matrix):
    for axis in (0, 1):
        public, simulated = (
            np.nanquantile(np.nanstd(matrix, axis=axis), [0.05, 0.25, 0.5, 0.75, 0.95])
            for matrix, *_ in (public_matrix, simulated_matrix)
        )
        np.testing.assert_allclose(simulated, public, rtol=0.2)


@pytest.mark.public
def test_strains_differ_in_missing_values_as_in_the_public_matrix(simulated_matrix, public_matrix):
    for axis in (0, 1):
        public, simulated = (
            np.quantile(np.isnan(matrix).mean(axis=axis), [0.25, 0.5, 0.75, 0.95])
            for matrix, *_ in (public_matrix, simulated_matrix)
        )
        np.testing.assert_allclose(simulated, public, atol=0.04)


@pytest.mark.public
def test_directions_correlate_as_in_the_public_matrix(simulated_matrix, public_matrix):
    public, simulated = _both_directions(*public_matrix), _both_directions(*simulated_matrix)
    for limit in (0.0, 0.04, 0.08, 0.16):
        both = [np.corrcoef(*(side[np.abs(pair[0]) > limit] for side in pair))[0, 1] for pair in (public, simulated)]
        assert abs(both[0] - both[1]) < 0.09, limit


PROBABILITIES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


@pytest.fixture(scope="module")
def standards(tmp_path_factory: pytest.TempPathFactory, public_files: Path) -> dict[int, tuple[pa.Table, pa.Table]]:
    """The published and the simulated fitness standard at each temperature."""
    folder = tmp_path_factory.mktemp("standards")
    write_strains(folder, make_world(SimulationSettings(genes=5500, pairs=10_000)))
    names = {degrees: f"smf_t{degrees}_150803.txt" for degrees in (26, 30)}
    return {
        degrees: tuple(read_smf(where / name).table for where in (public_files / "yeast/smf", folder))
        for degrees, name in names.items()
    }


@pytest.mark.public
@pytest.mark.parametrize("degrees", [26, 30])
@pytest.mark.parametrize("kind", ["deletion", "ts", "damp"])
def test_single_mutant_fitness_is_spread_as_published(standards, degrees, kind):
    """Deletions near 1, temperature-sensitive alleles below, and worse when it is warm."""
    public, simulated = (
        np.quantile(table.filter(pc.equal(table["kind_a"], kind))["value"].to_numpy(), PROBABILITIES)
        for table in standards[degrees]
    )
    np.testing.assert_allclose(simulated, public, atol=0.065)


@pytest.mark.public
@pytest.mark.parametrize("degrees", [26, 30])
def test_reported_deviations_are_spread_as_published(standards, degrees):
    """The weights of every average come from them."""
    public, simulated = (
        np.quantile(table["standard_deviation"].drop_null().to_numpy(), PROBABILITIES) for table in standards[degrees]
    )
    np.testing.assert_allclose(np.log(simulated), np.log(public), atol=0.55)


@pytest.mark.public
@pytest.mark.parametrize("degrees", [26, 30])
def test_kinds_of_alleles_are_mixed_as_published(standards, degrees):
    """Mostly deletions, a quarter to a half temperature-sensitive, some DAmP."""
    for kind in ("deletion", "ts", "damp"):
        public, simulated = (pc.mean(pc.equal(table["kind_a"], kind)).as_py() for table in standards[degrees])
        assert abs(public - simulated) < 0.09, kind
