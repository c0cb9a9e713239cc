"""Intervals of strains: wide for genes that are measured badly, and right as often as they promise."""

import json

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.evaluation.strain_errors import Growth, StrainErrors, errors_from, growth_of, strain_errors

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
    found = strain_errors(genotypes, errors, np.zeros(len(errors)))
    others, fresh = strains(6000, 1)
    inside = np.abs(fresh) <= found.quantiles["0.9"] * found.deviations(others, np.zeros(len(fresh)))
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert found.genes["Y00"] > 1.5 * found.genes["Y19"]


def test_it_comes_back_from_its_description():
    genotypes, errors = strains(900, 0)
    found = strain_errors(genotypes, errors, np.zeros(900))
    assert found.growth.sizes
    assert errors_from(json.loads(json.dumps(found.description()))) == found


def test_errors_of_a_model_from_before_they_grew_are_read():
    assert errors_from({"typical": 2.0, "genes": {}, "quantiles": {}}) == StrainErrors(2.0, {}, {})


def test_unknown_genes_and_the_wild_type_have_the_typical_error():
    errors = StrainErrors(2.0, {"Y00": 4.0}, {})
    genotypes = Genotypes(GENES, np.array([0, 1, 1, 2]), np.array([7, 0], np.int32))
    assert errors.deviations(genotypes, np.array([0.0, 9.0, 0.0])).tolist() == [2.0, 2.0, 4.0]


def test_no_strain_is_refused():
    empty = Genotypes(GENES, np.zeros(1, np.int64), np.zeros(0, np.int32))
    with pytest.raises(KnockonError, match="0 validation rows are too few"):
        strain_errors(empty, np.zeros(0), np.zeros(0))


def growing(seed):
    """Shares inside 90 % of new strains, of those of which much is said, and of these with one width for all."""
    random = np.random.default_rng(seed)
    predicted = 0.02 * random.standard_t(4, 40_000)
    errors = (1 + 3 * np.clip(np.abs(predicted) / 0.1, 0, 1)) * 0.03 * random.normal(size=40_000)
    genotypes = Genotypes(GENES, np.arange(0, 80_001, 2), random.choice(20, 80_000).astype(np.int32))
    known, new = np.arange(20_000), np.arange(20_000, 40_000)
    found = strain_errors(genotypes.take(known), (predicted + errors)[known], predicted[known])
    widths = found.quantiles["0.9"] * found.deviations(genotypes.take(new), predicted[new])
    inside = np.abs(errors[new]) <= widths
    narrow = np.abs(errors[new]) <= np.quantile(np.abs(errors[known]), 0.9)
    strong = np.abs(predicted[new]) > 0.1
    return inside.mean(), inside[strong].mean(), narrow[strong].mean()


def test_intervals_widen_where_the_model_says_much():
    """Errors grow fourfold with |prediction|: of one width for all they hold 90 % over all, and few of the strong."""
    inside, strong, narrow = np.mean([growing(seed) for seed in range(6)], axis=0)
    assert inside == pytest.approx(0.9, abs=0.01)
    assert strong == pytest.approx(0.9, abs=0.025)
    assert narrow < 0.6


def test_few_strains_say_nothing_of_growth():
    assert growth_of(np.ones(99), np.ones(99), np.arange(99.0)) == Growth()
    grown = growth_of(np.repeat([1.0, 3.0], [50, 50]), np.ones(100), np.arange(100.0))
    assert grown == Growth((24.5, 74.5), (1 / 3, 1.0))
    assert grown.of(np.array([0.0, -24.5, 49.5, 100.0])) == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1.0])


def test_a_strain_does_not_widen_its_own_interval():
    """What is far off, with genes that no other strain has, is judged by the typical error and lies outside."""
    genes = np.append(np.tile([0, 1], 200), [2, 3]).astype(np.int32)
    errors = np.append(np.ones(200), 100.0)
    found = strain_errors(Genotypes(GENES, np.arange(0, 403, 2), genes), errors, np.zeros(201))
    assert found.quantiles["0.95"] * found.typical < 100
    assert found.genes["Y02"] > 2 * found.typical
