"""Wrong units are told by their range, and asked about."""

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.table.layout import KINDS, PROFILES
from knockon.sources.yeast.table.unit_check import UnitCheck
from knockon.sources.yeast.table.units import PHENOTYPES, find_unit


def column(unit, rows=400):
    """Fitness of deletions as a unit writes it; a wild type doubles in 90 minutes, or grows by .46 an hour."""
    rng = np.random.default_rng(5)
    fitness = np.clip(1 - rng.exponential(0.12, rows) + rng.normal(0, 0.03, rows), 0.15, 1.3)
    written = {
        "ratio": fitness,
        "percent": 100 * fitness,
        "log2": np.log2(fitness),
        "difference": fitness - 1,
        "relative_doubling_time": 1 / fitness,
        "doubling_time": 90 / fitness,
        "growth_rate": 0.46 * fitness,
    }
    return fitness, written[unit]


def check(stated, values, phenotype="fitness"):
    wild_type = {"doubling_time": 90.0, "growth_rate": 0.46}.get(stated)
    UnitCheck("mine.csv", phenotype, find_unit(phenotype, stated), wild_type).check(values)


UNITS = [unit.name for unit in PHENOTYPES["fitness"]]


@pytest.mark.parametrize("stated", UNITS)
def test_the_right_unit_passes_and_converts_to_fitness(stated):
    fitness, values = column(stated)
    check(stated, values)
    unit = find_unit("fitness", stated)
    wild_type = {"doubling_time": 90.0, "growth_rate": 0.46}.get(stated, 1.0)
    np.testing.assert_allclose(unit.convert(values, wild_type), fitness)


@pytest.mark.parametrize("name", PHENOTYPES)
def test_errors_follow_the_slope_of_the_conversion(name):
    for unit in PHENOTYPES[name]:
        if name in ("fitness", "interaction"):
            values = np.linspace(0.4, 2.0, 9)
            step = 1e-6
            slope = (unit.convert(values + step, 1.5) - unit.convert(values - step, 1.5)) / (2 * step)
            np.testing.assert_allclose(np.abs(unit.slope(values, 1.5)), np.abs(slope), rtol=1e-5)


@pytest.mark.parametrize(
    ("stated", "real", "offered"),
    [
        ("ratio", "percent", "unit: percent"),
        ("ratio", "log2", "unit: log2"),
        ("ratio", "difference", "unit: difference"),
        ("ratio", "doubling_time", "unit: doubling_time"),
        ("percent", "ratio", "unit: ratio"),
        ("log2", "ratio", "unit: ratio"),
        ("log2", "percent", "unit: percent"),
        ("relative_doubling_time", "percent", "unit: percent"),
        ("doubling_time", "ratio", "unit: ratio"),
        ("growth_rate", "percent", "unit: percent"),
    ],
)
def test_a_wrong_unit_is_refused_with_the_line_to_write(stated, real, offered):
    with pytest.raises(FormatError, match=f"can't be fitness in the unit {stated} .*`{offered}") as told:
        check(stated, column(real)[1])
    assert "check_unit: false" in str(told.value)


def test_another_phenotype_is_recognised():
    fitness = column("ratio")[0]
    rng = np.random.default_rng(1)
    with pytest.raises(FormatError, match="`phenotype: fitness` with `unit: ratio`"):
        check("ratio", fitness, "interaction")
    with pytest.raises(FormatError, match="`phenotype: s_score`"):
        check("ratio", rng.normal(0, 3, 300), "interaction")
    with pytest.raises(FormatError, match="`phenotype: interaction` with `unit: ratio`"):
        check("score", rng.normal(0, 0.05, 300), "s_score")
    with pytest.raises(FormatError, match="`unit: percent`"):
        check("ratio", rng.normal(0, 6, 300), "interaction")
    check("ratio", rng.normal(0, 0.05, 300), "interaction")


@pytest.mark.parametrize(
    "values", [[0.9], [0.0, 0.0, 0.0], [0.0, -0.01, 0.02, 0.0, -0.015, 0.0], [1.05, 1.1], [0.9] * 9 + [77.0]]
)
def test_few_dead_and_odd_strains_are_no_wrong_unit(values):
    """Lethal strains, one row, a typing error among ten: a refusal would be wrong."""
    check("ratio", np.array(values))


def test_a_short_last_block_is_no_column_of_its_own():
    found = UnitCheck("mine.csv", "fitness", find_unit("fitness", "ratio"), None)
    found.check(column("ratio")[1])
    found.check(np.array([77.0, 78.0, 79.0]))
    with pytest.raises(FormatError):
        UnitCheck("mine.csv", "fitness", find_unit("fitness", "ratio"), None).check(np.array([77.0, 78.0, 79.0]))
    UnitCheck("mine.csv", "fitness", find_unit("fitness", "ratio"), None, enabled=False).check(np.array([77.0]))


def test_words_are_those_of_the_records_and_of_params():
    from typing import get_args

    from knockon.dataset.records import PERTURBATION_KINDS
    from knockon.dataset.records import PHENOTYPES as SINGLE
    from knockon.stages.yeast.own_params import Kind, Phenotype

    assert KINDS == PERTURBATION_KINDS == get_args(Kind)
    assert set(PHENOTYPES) == {*SINGLE, *PROFILES} == set(get_args(Phenotype))
