"""A covariance drawn towards operons: better where they hold, PCA where they don't, and no look at test rows."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.pca import Pca
from knockon.models.cells.protocol import Transcriptomes, family_names, group_numbers, hide
from knockon.models.cells.shrunk import ShrunkPca, group_rows
from tests.models.cells.planted import score, unseen

OPERONS = np.arange(120) // 3


def compendium(seed=1):
    """Forty operons of three genes that move together, each on its own: more states than training samples tell."""
    random = np.random.default_rng(seed)
    log = random.normal(6, 1, 120) + random.normal(0, 1, (60, 40))[:, OPERONS] + random.normal(0, 0.3, (60, 120))
    rows = np.arange(60)
    return Transcriptomes(
        log.astype(np.float32), tuple(map(str, rows)), rows[rows % 4 > 1], rows[rows % 4 == 1], {"operon": OPERONS}
    )


DATA = compendium()
SEEN = DATA.values[unseen(DATA)]
HIDDEN = np.arange(120) % 3 == 0


def fitted(data=DATA, width=40, groups=("operon",)):
    model = ShrunkPca(width, {name: group_rows(name) for name in groups})
    model.fit(data, 1)
    return model


def test_operons_help_whole_samples_and_hidden_genes():
    model, pca = fitted(), Pca(40)
    pca.fit(DATA, 1)
    assert model.weights["operon"] > 0
    assert score(DATA, model.reconstruct(SEEN)) > score(DATA, pca.reconstruct(SEEN)) + 0.05
    told = [score(DATA, each.reconstruct(hide(SEEN, HIDDEN)), HIDDEN) for each in (model, pca)]
    assert told[0] > 0.7 > told[1] + 0.2


def test_wrong_operons_get_no_weight_and_none_is_pca():
    random = np.random.default_rng(2)
    assert fitted(replace(DATA, groups={"operon": random.permutation(OPERONS)})).weights["operon"] <= 0.1
    plain, pca = fitted(replace(DATA, groups={})), Pca(40)
    pca.fit(DATA, 1)
    assert plain.weights == {"operon": 0}
    np.testing.assert_allclose(plain.reconstruct(SEEN), pca.reconstruct(SEEN), atol=1e-4)


def test_two_kinds_of_groups_find_their_own_weights_whatever_their_order():
    random = np.random.default_rng(3)
    groups = {"operon": random.permutation(OPERONS), "family": OPERONS}
    both = [fitted(replace(DATA, groups=groups), 40, names) for names in (("operon", "family"), ("family", "operon"))]
    for model in both:
        assert model.weights["family"] > model.weights["operon"]
    alone = fitted(replace(DATA, groups={"operon": OPERONS}))
    assert score(DATA, both[0].reconstruct(SEEN)) >= score(DATA, alone.reconstruct(SEEN)) - 0.02


def test_families_are_told_by_names_of_bacteria_alone():
    names = family_names(["flgA", "flgB", "ydiY", "FOXA1", "b0001", "fis", "", "rrsA", None])
    assert names == ["flg", "flg", "", "", "", "", "", "rrs", ""]


def test_rows_are_the_spread_of_operons_of_two_genes_or_more():
    numbers = group_numbers(["a", "", "b", "a", ""])
    assert (numbers >= 0).tolist() == [True, False, True, True, False]
    values = np.random.default_rng(1).normal(0, 1, (6, 5)).astype(np.float32)
    data = Transcriptomes(values, tuple("stuvwx"), np.arange(4), np.arange(4, 6), {"operon": numbers})
    rows = group_rows("operon")(data)
    np.testing.assert_allclose(rows, [values[:4].std(axis=0) * [1, 0, 0, 1, 0]], rtol=1e-5)


def test_test_rows_change_nothing_and_saved_bits_come_back(tmp_path):
    values = DATA.values.copy()
    values[unseen(DATA)] = 99
    model = fitted()
    part = hide(SEEN, HIDDEN)
    np.testing.assert_array_equal(fitted(replace(DATA, values=values)).reconstruct(part), model.reconstruct(part))
    model.save(tmp_path)
    loaded = ShrunkPca(1, {})
    loaded.load(tmp_path)
    np.testing.assert_array_equal(loaded.reconstruct(part), model.reconstruct(part))
    with pytest.raises(KnockonError, match="width is 0"):
        ShrunkPca(0, {})
