"""Sets told by a model of single genes: sums, and an interval that grows with the pairs that nobody has seen."""

import numpy as np
import pytest

from knockon.models.designs.protocol import Measured
from knockon.models.designs.sets.strains import genotypes_of
from knockon.models.designs.unknown_pairs import UnknownPairs, pairs_of, usual_variance
from tests.serving.design.planted import GENES, Additive

SETS = [(GENES[0],), (GENES[0], GENES[3]), (GENES[0], GENES[3], GENES[7]), (GENES[1], GENES[2]), ()]


def test_the_interval_grows_with_the_pairs():
    model, strains = UnknownPairs(Additive(0.2), 0.09), genotypes_of(SETS, GENES)
    told = model.predict(strains)
    assert told.mean.tolist() == Additive(0.2).predict(strains).mean.tolist()
    assert told.deviation == pytest.approx(np.sqrt(0.04 + 0.09 * np.array([0, 1, 3, 1, 0])))


def test_draws_share_a_pair_that_strains_have_in_common():
    model, strains = UnknownPairs(Additive(0.0), 1.0), genotypes_of(SETS, GENES)
    draws = model.draw(strains, 4000, 3)
    assert draws.std(axis=0) == pytest.approx([0, 1, np.sqrt(3), 1, 0], abs=0.06)
    correlation = np.corrcoef(draws[:, 1:4].T)
    assert correlation[0, 1] == pytest.approx(1 / np.sqrt(3), abs=0.05)
    assert abs(correlation[0, 2]) < 0.05
    assert model.draw(strains, 4, 3).tobytes() == model.draw(strains, 4, 3).tobytes()


def test_pairs_are_those_that_occur():
    matrix = pairs_of(genotypes_of(SETS, GENES))
    assert matrix.toarray().tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_the_variance_is_a_share_of_the_values():
    values = np.array([0.0, 1.0, 2.0, 5.0])
    strains = genotypes_of([(gene,) for gene in GENES[:4]], GENES)
    assert usual_variance(Measured(strains, values, np.full(4, np.nan))) == pytest.approx(0.03 * values.var())
