"""Components of expression: fitted on training strains alone, blind to the platform, in one unit."""

import numpy as np
import pytest

from knockon.dataset.expression_components import comparable, leading_components
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.profile_matrix import ProfileMatrix
from knockon.sources.yeast.expression import RATIO, Z_SCORE


def made_up(values, datasets, units):
    strains, transcripts = values.shape
    genotypes = Genotypes(("YA",), np.arange(strains + 1), np.zeros(strains, dtype=np.int32))
    names = tuple(f"T{number:02d}" for number in range(transcripts))
    ids = tuple(f"{number:016x}" for number in range(strains))
    return ProfileMatrix(ids, np.array(datasets, dtype=object), genotypes, names, values, units)


@pytest.fixture
def profiles():
    """Two directions in 30 transcripts, 40 strains of two platforms, one of which adds the same to all of its own."""
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(40, 2)) * [3.0, 1.5]
    values = truth @ rng.normal(size=(2, 30)) + 0.1 * rng.normal(size=(40, 30))
    values[20:] += 5 * rng.normal(size=30)
    return made_up(values, ["a"] * 20 + ["b"] * 20, {"a": Z_SCORE, "b": Z_SCORE}), truth


def test_the_leading_components_span_the_truth(profiles):
    matrix, truth = profiles
    found, shares = leading_components(matrix, np.arange(40) % 4 != 0, 2)
    assert found.components == ("component_01", "component_02")
    assert shares.sum() > 0.95
    centred = truth - np.repeat([truth[:20].mean(0), truth[20:].mean(0)], 20, axis=0)
    fitted = found.values @ np.linalg.lstsq(found.values, centred, rcond=None)[0]
    assert np.corrcoef(fitted[:, 0], centred[:, 0])[0, 1] > 0.98


def test_the_platform_is_in_no_component(profiles):
    matrix, _ = profiles
    train = np.arange(40) % 4 != 0
    values = leading_components(matrix, train, 2)[0].values[train]
    assert np.allclose(values[:15].mean(0), 0, atol=1e-9)
    assert np.allclose(values[15:].mean(0), 0, atol=1e-9)


def test_test_strains_do_not_move_the_components(profiles):
    matrix, _ = profiles
    train = np.arange(40) % 4 != 0
    before = leading_components(matrix, train, 2)[0].values
    matrix.values[~train] *= -7.0
    after = leading_components(matrix, train, 2)[0].values
    assert np.array_equal(before[train], after[train])


def test_a_platform_without_training_strains_is_left_out(profiles):
    matrix, _ = profiles
    found, _ = leading_components(matrix, np.arange(40) < 15, 2)
    assert set(found.datasets) == {"a"}
    nothing, shares = leading_components(matrix, np.zeros(40, dtype=bool), 2)
    assert (len(nothing), len(shares)) == (0, 0)


def test_ratios_become_z_scores_of_logarithms():
    ratios = np.random.default_rng(1).lognormal(size=(6, 50))
    ratios[0, 3] = 0.0
    found = comparable(made_up(ratios, ["r"] * 6, {"r": RATIO}))
    assert np.isnan(found.values[0, 3])
    logarithm = np.log2(ratios[1])
    assert np.allclose(found.values[1], (logarithm - logarithm.mean()) / logarithm.std())


def test_only_transcripts_of_all_platforms_are_compared():
    values = np.random.default_rng(1).normal(size=(6, 10))
    values[:3, 8:] = np.nan
    values[5, :9] = np.nan
    found = comparable(made_up(values, ["a"] * 3 + ["b"] * 3, {"a": Z_SCORE, "b": Z_SCORE}))
    assert found.components == tuple(f"T{number:02d}" for number in range(8))
    assert len(found) == 5
