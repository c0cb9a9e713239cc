"""The simulated landscape is read by the reader of the published files, and holds what was planted."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.sources.gfp.avgfp import read_avgfp, read_reference
from knockon.sources.simulate.gfp import GENOTYPES, REFERENCE, GfpSimulation, simulate_gfp


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("gfp") / "raw"
    simulate_gfp(path, GfpSimulation(variants=600, residues=60, seed=3))
    return path


def test_the_reader_accepts_every_row(folder):
    result = read_avgfp(folder / GENOTYPES, folder / REFERENCE)
    assert result.table.num_rows == 601
    assert result.rejects.num_rows == 0
    assert len(read_reference(folder / REFERENCE)) == 60
    assert result.table["variant"][0].as_py() == ""
    deviations = result.table.filter(result.table["standard_deviation"].is_valid())
    assert min(deviations["barcodes"].to_pylist()) > 1


def test_brightness_is_the_planted_sum_through_a_sigmoid(folder):
    table = read_avgfp(folder / GENOTYPES, folder / REFERENCE).table
    truth = pq.read_table(folder / "truth" / "effects.parquet").to_pydict()
    effects = {name[1:]: effect for name, effect in zip(truth["mutation"], truth["effect"], strict=True)}
    latent = [sum(effects[word] for word in name.split(":") if word) for name in table["variant"].to_pylist()]
    expected = 1.35 + 2.4 / (1 + np.exp(-(3.4 + np.array(latent))))
    measured = table["brightness"].to_numpy()
    assert np.corrcoef(expected, measured)[0, 1] > 0.98
    # Few mutations leave most variants bright, many leave most dark.
    counts = table["mutations"].combine_chunks().value_lengths().to_numpy()
    assert (measured[counts <= 2] > 2.5).mean() > (measured[counts >= 6] > 2.5).mean() + 0.3


def test_the_same_settings_write_the_same_bytes(folder, tmp_path):
    simulate_gfp(tmp_path / "again", GfpSimulation(variants=600, residues=60, seed=3))
    simulate_gfp(tmp_path / "other", GfpSimulation(variants=600, residues=60, seed=4))
    first, again, other = ((path / GENOTYPES).read_bytes() for path in (folder, tmp_path / "again", tmp_path / "other"))
    assert first == again
    assert first != other


@pytest.mark.parametrize("settings", [{"variants": 0}, {"residues": 5}, {"noise": -1.0}])
def test_impossible_sizes_are_refused(settings):
    with pytest.raises(KnockonError, match="simulated gfp"):
        GfpSimulation(**settings)
