"""Two-sided completion: it finds what side information tells of cells that nobody measured."""

import numpy as np

from knockon.models.pairs.kernel_completion import complete
from knockon.models.soft_impute import LowRank


def _modules(genes=60, modules=6, seed=0):
    """A matrix between modules, half of it measured with noise, and the likeness of genes by module."""
    rng = np.random.default_rng(seed)
    module = np.arange(genes) % modules
    between = rng.normal(size=(modules, modules))
    truth = (between + between.T)[np.ix_(module, module)]
    noise = rng.normal(size=truth.shape)
    measured = np.triu(rng.random(truth.shape) < 0.5, 1)
    measured = measured | measured.T
    observed = (truth + 2 * (noise + noise.T)) * measured
    side = (module[:, None] == module[None, :]).astype(np.float32)
    return truth, observed.astype(np.float32), measured.astype(np.float32), side


def _hidden_correlation(truth, weights, estimate):
    hidden = (weights == 0) & ~np.eye(len(truth), dtype=bool)
    return np.corrcoef(truth[hidden], estimate[hidden])[0, 1]


def _start(observed):
    values, vectors = np.linalg.eigh(observed.astype(np.float64))
    strongest = np.argsort(-np.abs(values))[:10]
    return LowRank(vectors[:, strongest], 0.3 * values[strongest])


def test_side_information_tells_of_unmeasured_cells():
    truth, observed, weights, side = _modules()
    without = complete(observed, weights, _start(observed), None)
    with_side = complete(observed, weights, _start(observed), side)
    assert _hidden_correlation(truth, weights, with_side) > _hidden_correlation(truth, weights, without) + 0.1


def test_the_completion_is_symmetric_and_shrinks():
    _, observed, weights, side = _modules()
    estimate = complete(observed, weights, _start(observed), side)
    assert np.allclose(estimate, estimate.T, atol=1e-4)
    assert np.linalg.norm(estimate) < np.linalg.norm(observed)


def test_a_matrix_without_a_start_is_no_reason_to_fail():
    """A completion of rank 0: all that was measured is noise."""
    _, observed, weights, _ = _modules()
    empty = LowRank(np.zeros((60, 0)), np.zeros(0))
    assert np.isfinite(complete(observed, weights, empty, None)).all()


def test_two_sides_that_are_one_give_the_symmetric_completion():
    _, observed, weights, side = _modules()
    start = _start(observed)
    signed = LowRank(start.vectors, start.values, start.vectors)
    wanted = complete(observed, weights, start, side)
    assert np.allclose(complete(observed, weights, signed, side, side), wanted, atol=1e-3)


def test_the_columns_of_a_screen_have_a_likeness_of_their_own():
    truth, observed, weights, side = _modules()
    columns = slice(0, 40)
    left, values, right = np.linalg.svd(observed[:, columns].astype(np.float64), full_matrices=False)
    start = LowRank(left[:, :10], 0.3 * values[:10], right[:10].T)
    given = (observed[:, columns], weights[:, columns], start)
    scores = []
    for sides in ((None, None), (side, side[columns, columns])):
        estimate = complete(*given, *sides)
        hidden = (weights[:, columns] == 0) & ~np.eye(len(truth), dtype=bool)[:, columns]
        scores.append(np.corrcoef(truth[:, columns][hidden], estimate[hidden])[0, 1])
    assert scores[1] > scores[0] + 0.1
