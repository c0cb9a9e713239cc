import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.protocol import Examples
from knockon.models.selection import join, rank_key
from tests.models.made_up import planted, split


def test_a_constant_prediction_comes_after_the_worst_correlation():
    values = np.array([0.0, 1.0, 2.0])
    assert rank_key(values, 100 - values) > rank_key(values, values.mean() + np.zeros(3))


def test_any_correlation_is_preferred_to_none_and_then_the_smaller_error():
    values = np.array([0.0, 1.0, 2.0])
    assert rank_key(values, -values) > rank_key(values, np.full(3, 1.0)) > rank_key(values, np.full(3, 5.0))


def test_joined_strains_keep_their_genes_values_and_weights():
    examples, _ = planted()
    first, second, third = split(examples)
    joined = join(join(first, second), third)
    assert np.array_equal(joined.values, examples.values)
    assert np.array_equal(joined.genotypes.pairs(), examples.genotypes.pairs())


def test_strains_over_different_genes_are_not_joined():
    examples, _ = planted()
    other = Genotypes(("A", "B"), np.array([0, 1]), np.array([0], dtype=np.int32))
    with pytest.raises(KnockonError, match="different genes"):
        join(examples, Examples(other, np.zeros(1), np.ones(1), np.zeros(2)))
