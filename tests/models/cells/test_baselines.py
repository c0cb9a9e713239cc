"""The mean of each gene, and the nearest training sample in the genes that are seen."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.models.cells.baselines import GeneMean, NearestSample
from knockon.models.cells.protocol import hide
from tests.models.cells.planted import planted, score, unseen

DATA = planted()


@pytest.mark.parametrize("kind", [GeneMean, NearestSample])
def test_test_rows_change_nothing_and_saved_bits_come_back(tmp_path, kind):
    model, other = kind(), kind()
    model.fit(DATA, 1)
    values = DATA.values.copy()
    values[unseen(DATA)] = 99
    other.fit(replace(DATA, values=values), 1)
    seen = DATA.values[unseen(DATA)]
    np.testing.assert_array_equal(model.reconstruct(seen), other.reconstruct(seen))
    model.save(tmp_path)
    loaded = kind()
    loaded.load(tmp_path)
    np.testing.assert_array_equal(loaded.reconstruct(seen), model.reconstruct(seen))


def test_the_gene_mean_scores_0_and_the_nearest_sample_more():
    mean, nearest = GeneMean(), NearestSample()
    for model in (mean, nearest):
        model.fit(DATA, 1)
    seen = DATA.values[unseen(DATA)]
    assert score(DATA, mean.reconstruct(seen)) == pytest.approx(0, abs=1e-6)
    assert score(DATA, nearest.reconstruct(seen)) > 0.3


def test_hidden_genes_do_not_choose_the_neighbour():
    model = NearestSample()
    model.fit(DATA, 1)
    hidden = np.arange(60) < 20
    wrong = DATA.values[DATA.train].copy()
    wrong[:, hidden] += 50
    np.testing.assert_array_equal(model.reconstruct(hide(wrong, hidden)), DATA.values[DATA.train])
