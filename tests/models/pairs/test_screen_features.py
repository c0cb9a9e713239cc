"""Features from a screen whose sides differ, held to what was planted and to the rules for missing cells."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.models.context import Context, Inputs
from knockon.models.pairs.boosted import boosted
from knockon.models.pairs.screen_features import ScreenFeatures
from knockon.models.pairs.screen_knowledge import learn_screen
from knockon.models.pairs.similarity import Similarities
from knockon.represent.gene_vectors import one_hot
from tests.models.made_up import GENES, correlation, split
from tests.models.pairs.test_screen_knowledge import ARRAYS, QUERIES, planted_screen

SIDE = {"module": sp.csr_matrix((np.ones(60), (np.arange(60), np.arange(60) % 6)), shape=(60, 6))}


@pytest.fixture(scope="module")
def screen():
    strains, truth = planted_screen(hidden=0.2)
    return learn_screen(strains, ridge=3.0), truth


def _features(known, pairs, side=SIDE):
    return dict(ScreenFeatures(known, Similarities(side, len(GENES)), len(GENES)).columns(np.array(pairs)))


def test_a_pair_has_the_cells_that_the_screen_can_hold(screen):
    only_query, both, only_array = QUERIES[0], ARRAYS[0], ARRAYS[-1]
    found = _features(screen[0], [[only_query, 1], [only_query, both], [both, both + 1], [only_array - 1, only_array]])
    assert found["screen_cells"].tolist() == [0, 1, 2, 0]
    for name in ("screen_additive", "screen_completed_8", "screen_process_side_expected", "screen_query_neighbours"):
        assert np.isnan(found[name]).tolist() == [True, False, False, True]


def test_the_order_of_a_pair_does_not_matter(screen):
    pairs = np.stack(np.triu_indices(60, k=1), axis=1)
    forward, backward = (_features(screen[0], chosen) for chosen in (pairs, pairs[:, ::-1]))
    for name, values in forward.items():
        np.testing.assert_allclose(values, backward[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_expectations_of_unmeasured_pairs_follow_the_truth(screen):
    known, truth = screen
    hidden = (known.weights == 0) & (known.queries[:, None] < known.array_genes)
    rows, columns = np.nonzero(hidden)
    pairs = np.stack([known.queries[rows], known.array_genes[columns]], axis=1)
    pairs = pairs[~(np.isin(pairs[:, 1], QUERIES) & np.isin(pairs[:, 0], ARRAYS))]
    found = _features(known, pairs)
    wanted = truth[pairs[:, 0], pairs[:, 1]]
    assert correlation(found["screen_process_expected"], wanted) > 0.9
    assert correlation(found["screen_additive"], wanted) < correlation(found["screen_process_expected"], wanted)


def test_without_side_information_there_is_none_of_its_features(screen):
    found = _features(screen[0], [[0, 20]], side={})
    assert not any("side" in name or "kernel" in name for name in found)


def test_boosting_gains_from_knowing_the_direction_and_survives_a_file(tmp_path):
    strains, _ = planted_screen(noise=0.5)
    train, validation, test = split(strains)
    settings = {"rounds": 40, "rate": 0.2, "rows": 10, "folds": 2, "jobs": 1}
    scores = {}
    for name, directed in (("told", True), ("untold", False)):
        model = boosted(Inputs(one_hot(GENES), "pert_sum"), Context("interaction", side=lambda: SIDE), **settings)
        parts = (train, validation) if directed else (replace(part, directions=None) for part in (train, validation))
        model.fit(*parts, seed=0)
        predicted = model.predict(test.genotypes)
        scores[name] = correlation(test.values, predicted)
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
        again = boosted(Inputs(one_hot(GENES), "pert_sum"), Context("interaction", side=lambda: SIDE), **settings)
        again.load(tmp_path / name)
        assert np.array_equal(again.predict(test.genotypes), predicted)
    assert scores["told"] > scores["untold"] + 0.02
