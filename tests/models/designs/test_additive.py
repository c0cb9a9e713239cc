"""Effects of single genes from strains of any number."""

import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.additive import noise_of, own_effects
from knockon.models.designs.protocol import Measured

GENES = ("A", "B", "C", "D")


def strains(*sets):
    flat = np.array([gene for each in sets for gene in each], dtype=np.int32)
    return Genotypes(GENES, np.cumsum([0, *map(len, sets)]).astype(np.int64), flat)


def test_repeats_count_by_their_errors():
    own = own_effects(Measured(strains([0], [0], [2]), np.array([1.0, 4.0, 5.0]), np.array([1.0, 2.0, 1.0])))
    assert own.effects.genes.tolist() == [0, 2]
    assert own.effects.values == pytest.approx([1.6, 5])
    assert own.variances == pytest.approx([0.8, 1.0])


def test_noise_is_what_is_known_of_it():
    unknown = np.full(12, np.nan)
    twice = strains(*[[0], [1]] * 6)
    values = np.array([1.0, 5.0, 3.0, 5.0] * 3)
    assert noise_of(Measured(twice, values, np.full(12, 0.5))) == pytest.approx(0.25)
    assert noise_of(Measured(twice, values, unknown)) == pytest.approx(6 / 10)
    single = Measured(strains([0], [1]), np.array([0.0, 2.0]), unknown[:2])
    assert noise_of(single) == pytest.approx(0.1)


def test_sets_are_sums():
    random = np.random.default_rng(0)
    true = np.array([1.0, -2.0, 0.5, 3.0])
    sets = [np.flatnonzero(random.random(4) < 0.5).tolist() for _ in range(200)]
    values = np.array([10 + true[each].sum() for each in sets])
    own = own_effects(Measured(strains(*sets), values, np.full(200, np.nan)))
    assert np.corrcoef(own.effects.values, true)[0, 1] > 0.95


def test_no_knock_out_at_all_is_refused():
    with pytest.raises(KnockonError, match="no gene is knocked out"):
        own_effects(Measured(strains([], []), np.zeros(2), np.full(2, np.nan)))
