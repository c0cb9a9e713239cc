"""Errors of told fitness: by kind and by what is told, kept as written, and refused where damaged."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from knockon.errors import FormatError
from knockon.evaluation.error_quantiles import LEVELS
from knockon.serving.design.fitness import StrainFitness, kind_of
from knockon.serving.design.growth_errors import ErrorsOfKind, GrowthErrors, read_growth_errors, spreads_of

PAIR = kind_of(2, False)
FITNESS = StrainFitness(
    product=np.array([0.9, 0.9, 0.5, 0.9]),
    values=np.array([0.9, 0.9, 0.5, 0.9]),
    deviations=np.array([0.1, 0.1, 0.1, 0.1]),
    of_singles=np.array([0.0, 0.0075, 0.0, 0.0]),
    kinds=np.array([PAIR, PAIR, PAIR, kind_of(3, True)]),
)
SKEWED = np.where(LEVELS < 0.5, 4, 1) * norm.ppf(LEVELS)
ERRORS = GrowthErrors({PAIR: ErrorsOfKind(0.0, np.array([0.7]), np.stack([2 * norm.ppf(LEVELS), SKEWED]))})


def test_without_any_a_normal_distribution_is_taken():
    low, high = GrowthErrors().interval(FITNESS)
    assert (high - low).tolist() == pytest.approx([2 * 1.6449 * 0.1] * 4, rel=1e-4)
    assert GrowthErrors().reaches(FITNESS, 0.8) == pytest.approx(norm.cdf([1, 1, -3, 1]), abs=1e-9)


def test_a_kind_has_its_own_by_what_is_told():
    low, high = ERRORS.interval(FITNESS)
    assert low[0] == pytest.approx(0.9 - 4 * 0.16449, abs=1e-3)
    assert high[0] == pytest.approx(0.9 + 0.16449, abs=1e-3)
    assert high[1] - low[1] == pytest.approx((high[0] - low[0]) / 2), "single mutants' own error does not count"
    assert (low[2], high[2]) == pytest.approx((0.5 - 0.32898, 0.5 + 0.32898), abs=1e-3)
    assert (low[3], high[3]) == pytest.approx((0.9 - 0.16449, 0.9 + 0.16449), abs=1e-4), "another kind is normal"
    chance = ERRORS.reaches(FITNESS, 0.8)
    assert chance[0] == pytest.approx(1 - norm.cdf(-0.25), abs=0.005)
    assert chance[3] == pytest.approx(norm.cdf(1), abs=1e-9)
    assert spreads_of(FITNESS, 1.0).tolist() == pytest.approx([0.1] * 4)


def test_they_are_kept_as_written(tmp_path):
    ERRORS.save(tmp_path / "growth.json")
    again = read_growth_errors(tmp_path / "growth.json")
    assert again.reaches(FITNESS, 0.85).tolist() == ERRORS.reaches(FITNESS, 0.85).tolist()
    assert again.kinds[PAIR].bounds.tolist() == [0.7]


@pytest.mark.parametrize(
    "change",
    [
        lambda kind: kind.update(share=2),
        lambda kind: kind.update(bounds=[]),
        lambda kind: kind["quantiles"][0].reverse(),
        lambda kind: kind["quantiles"][1].pop(),
        lambda kind: kind["quantiles"][1].__setitem__(3, float("nan")),
        lambda kind: kind.clear(),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, change):
    path = tmp_path / "growth.json"
    ERRORS.save(path)
    found = json.loads(path.read_text())
    change(found["kinds"][PAIR])
    path.write_text(json.dumps(found))
    with pytest.raises(FormatError, match=r"growth\.json: is damaged"):
        read_growth_errors(path)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "growth.json"
    path.write_text('{"type": "knockon.records", "version": 1}')
    with pytest.raises(FormatError, match="not knockon"):
        read_growth_errors(path)
