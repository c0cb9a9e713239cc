"""Components: the textbook's projection, hidden genes by their posterior, and no look at test rows."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA

from knockon.errors import KnockonError
from knockon.models.cells import pca
from knockon.models.cells.pca import Pca
from knockon.models.cells.protocol import hide
from tests.models.cells.planted import planted, score, unseen

DATA = planted()
SEEN = DATA.values[unseen(DATA)]


def fitted(width, data=DATA):
    model = Pca(width)
    model.fit(data, 1)
    return model


@pytest.mark.parametrize("width", [1, 3, 10])
def test_whole_samples_are_projected_as_scikit_learn_does(width):
    wanted = PCA(width, svd_solver="full").fit(DATA.values[DATA.train].astype(np.float64))
    np.testing.assert_allclose(
        fitted(width).reconstruct(SEEN), wanted.inverse_transform(wanted.transform(SEEN)), atol=1e-3
    )


def test_three_states_are_found_and_hidden_genes_are_told_from_the_others():
    hidden = np.arange(60) % 5 == 0
    assert score(DATA, fitted(3).reconstruct(SEEN)) > 0.98
    assert score(DATA, fitted(3).reconstruct(hide(SEEN, hidden)), hidden) > 0.97
    assert score(DATA, fitted(1).reconstruct(SEEN)) < 0.8


def test_the_fewer_genes_are_seen_the_nearer_to_the_mean():
    model, mean = fitted(3), DATA.values[DATA.train].mean(axis=0)
    far = [np.abs(model.reconstruct(hide(SEEN, np.arange(60) >= kept)) - mean).sum() for kept in (30, 1, 0)]
    assert far[0] > far[1] > far[2] == pytest.approx(0, abs=0.1)


def test_there_are_no_more_components_than_samples_differ():
    assert fitted(200).components.width <= len(DATA.train) - 1


def test_test_rows_change_nothing_and_saved_bits_come_back(tmp_path):
    values = DATA.values.copy()
    values[unseen(DATA)] = 99
    model = fitted(5)
    np.testing.assert_array_equal(fitted(5, replace(DATA, values=values)).reconstruct(SEEN), model.reconstruct(SEEN))
    model.save(tmp_path)
    loaded = Pca(1)
    loaded.load(tmp_path)
    np.testing.assert_array_equal(loaded.reconstruct(SEEN), model.reconstruct(SEEN))


def test_of_many_samples_some_are_drawn(monkeypatch):
    monkeypatch.setattr(pca, "MOST_SAMPLES", 30)
    assert score(DATA, fitted(3).reconstruct(SEEN)) > 0.97
    assert fitted(50).components.width == 29


def test_an_impossible_width_is_refused():
    with pytest.raises(KnockonError, match="width is 0"):
        Pca(0)
