"""What deleted genes of yeast have in common, from small files in the published forms."""

import numpy as np
import pytest

from knockon.stages.cellstate import yeast_kin
from knockon.stages.cellstate.yeast_kin import fitness, interactions

NAMES = ["YAL001C", "YAL002W", "YAL003W", "YAL005C"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "smf").mkdir()
    (tmp_path / "digenic").mkdir()
    return tmp_path


def test_fitness_is_that_of_deletions_alone_and_their_mean(folder):
    rows = ["YAL001C_dma1\t0.9\t0.01", "YAL001C_sn7\t0.7\t0.01", "YAL002W_damp3\t0.2\t0.01", "YAL003W_dma2\t0.5\t0.1"]
    (folder / "smf/smf_t30_150803.txt").write_text("\n".join(rows) + "\n")
    np.testing.assert_allclose(fitness(folder, NAMES), [0.8, np.nan, 0.5, np.nan])


def test_interactions_are_read_from_both_sides_of_the_table(folder):
    lines = ["Gene\tYAL001C\tYAL002W\tYBR009C - DAMP", "YAL001C\t\t-3\t5", "YBR001C\t1.5\t\t"]
    (folder / "digenic/collins2007_emap_cF3.txt").write_text("\n".join(lines) + "\n")
    found = interactions(folder, NAMES)
    assert found["YAL002W"] == {"YAL001C": -3}
    assert found["YAL001C"] == {"YAL002W": -3, "YBR001C": 1.5}


def test_kernels_name_their_kinds_and_none_is_made_of_expression(folder, monkeypatch):
    monkeypatch.setattr(yeast_kin, "complexes_of", lambda folder: {"YAL001C": ["a"], "YAL002W": ["a"]})
    monkeypatch.setattr(yeast_kin, "annotations", lambda folder, complexes: {})
    monkeypatch.setattr(yeast_kin, "physical", lambda folder, names: {name: {name: 1.0} for name in names})
    monkeypatch.setattr(yeast_kin, "interactions", lambda folder, names: {})
    monkeypatch.setattr(yeast_kin, "fitness", lambda folder, names: np.array([1.0, 1.0, 0.2, np.nan]))
    kernels = yeast_kin.yeast_kernels(folder, NAMES)
    assert list(kernels) == ["annotations", "physical", "complexes", "interactions", "fitness"]
    assert kernels["complexes"][0, 1] == pytest.approx(1)
    assert kernels["fitness"][0, 1] == pytest.approx(1)
    assert kernels["fitness"][0, 2] < 0.001
    np.testing.assert_array_equal(kernels["physical"], np.eye(4))
