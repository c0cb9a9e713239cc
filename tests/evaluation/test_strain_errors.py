"""Intervals of strains: wide for genes that are measured badly, and right as often as they promise."""

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.evaluation.strain_errors import StrainErrors, strain_errors

GENES = tuple(f"Y{number:02d}" for number in range(20))


def strains(rows, seed):
    rng = np.random.default_rng(seed)
    pairs = np.sort(np.stack([rng.choice(20, 2, replace=False) for _ in range(rows)]), axis=1)
    spread = np.where(np.arange(20) < 5, 3.0, 1.0)
    deviation = np.sqrt((spread[pairs] ** 2).mean(axis=1))
    genotypes = Genotypes(GENES, np.arange(0, 2 * rows + 1, 2), pairs.ravel().astype(np.int32))
    return genotypes, deviation * rng.normal(size=rows)


def test_intervals_hold_as_often_as_they_say_on_new_strains():
    genotypes, errors = strains(6000, 0)
    found = strain_errors(genotypes, errors, np.zeros(len(errors)), seed=1)
    others, fresh = strains(6000, 1)
    inside = np.abs(fresh) <= found.quantiles["0.9"] * found.deviations(others)
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert found.genes["Y00"] > 1.5 * found.genes["Y19"]


def test_it_comes_back_from_its_description():
    genotypes, errors = strains(200, 0)
    found = strain_errors(genotypes, errors, np.zeros(200), seed=1)
    assert StrainErrors(**found.description()) == found


def test_unknown_genes_and_the_wild_type_have_the_typical_error():
    errors = StrainErrors(2.0, {"Y00": 4.0}, {})
    genotypes = Genotypes(GENES, np.array([0, 1, 1, 2]), np.array([7, 0], np.int32))
    assert errors.deviations(genotypes).tolist() == [2.0, 2.0, 4.0]


def test_no_strain_is_refused():
    empty = Genotypes(GENES, np.zeros(1, np.int64), np.zeros(0, np.int32))
    with pytest.raises(KnockonError, match="no validation rows"):
        strain_errors(empty, np.zeros(0), np.zeros(0), seed=1)
