"""A covariance drawn towards operons: better where they hold, PCA where they don't, and no look at test rows."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.pca import Pca
from knockon.models.cells.protocol import Transcriptomes, hide, operon_numbers
from knockon.models.cells.shrunk import ShrunkPca, operon_rows
from tests.models.cells.planted import score, unseen

OPERONS = np.arange(120) // 3


def compendium(seed=1):
    """Forty operons of three genes that move together, each on its own: more states than training samples tell."""
    random = np.random.default_rng(seed)
    log = random.normal(6, 1, 120) + random.normal(0, 1, (60, 40))[:, OPERONS] + random.normal(0, 0.3, (60, 120))
    rows = np.arange(60)
    return Transcriptomes(
        log.astype(np.float32), tuple(map(str, rows)), rows[rows % 4 > 1], rows[rows % 4 == 1], OPERONS
    )


DATA = compendium()
SEEN = DATA.values[unseen(DATA)]
HIDDEN = np.arange(120) % 3 == 0


def fitted(data=DATA, width=40):
    model = ShrunkPca(width)
    model.fit(data, 1)
    return model


def test_operons_help_whole_samples_and_hidden_genes():
    model, pca = fitted(), Pca(40)
    pca.fit(DATA, 1)
    assert model.weight > 0
    assert score(DATA, model.reconstruct(SEEN)) > score(DATA, pca.reconstruct(SEEN)) + 0.05
    told = [score(DATA, each.reconstruct(hide(SEEN, HIDDEN)), HIDDEN) for each in (model, pca)]
    assert told[0] > 0.7 > told[1] + 0.2


def test_wrong_operons_get_no_weight_and_none_is_pca():
    random = np.random.default_rng(2)
    assert fitted(replace(DATA, operons=random.permutation(OPERONS))).weight <= 0.1
    plain, pca = fitted(replace(DATA, operons=None)), Pca(40)
    pca.fit(DATA, 1)
    assert plain.weight == 0
    np.testing.assert_allclose(plain.reconstruct(SEEN), pca.reconstruct(SEEN), atol=1e-4)


def test_rows_are_the_spread_of_operons_of_two_genes_or_more():
    numbers = operon_numbers(["a", "", "b", "a", ""])
    assert (numbers >= 0).tolist() == [True, False, True, True, False]
    values = np.random.default_rng(1).normal(0, 1, (6, 5)).astype(np.float32)
    data = Transcriptomes(values, tuple("stuvwx"), np.arange(4), np.arange(4, 6), numbers)
    rows = operon_rows(data)
    np.testing.assert_allclose(rows, [values[:4].std(axis=0) * [1, 0, 0, 1, 0]], rtol=1e-5)


def test_test_rows_change_nothing_and_saved_bits_come_back(tmp_path):
    values = DATA.values.copy()
    values[unseen(DATA)] = 99
    model = fitted()
    part = hide(SEEN, HIDDEN)
    np.testing.assert_array_equal(fitted(replace(DATA, values=values)).reconstruct(part), model.reconstruct(part))
    model.save(tmp_path)
    loaded = ShrunkPca(1)
    loaded.load(tmp_path)
    np.testing.assert_array_equal(loaded.reconstruct(part), model.reconstruct(part))
    with pytest.raises(KnockonError, match="width is 0"):
        ShrunkPca(0)
