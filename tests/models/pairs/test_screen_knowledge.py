"""What a screen teaches: a planted screen whose query and array strains have effects and interactions of their own."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.models.pairs.screen_knowledge import FEWEST_CELLS, learn_screen, screen_from
from tests.models.made_up import GENES, all_pairs, planted

QUERIES = np.arange(0, 40)
ARRAYS = np.arange(15, 60)


def planted_screen(noise=0.1, seed=0, hidden=0.0):
    """Pairs with their directions; a query and an array strain each shift it, and share a component of rank 1.

    Returns the strains and the noise-free cell, shape (genes, genes), by query and array.
    """
    rng = np.random.default_rng(seed)
    queries, arrays, left, right = rng.normal(size=(4, len(GENES)))
    truth = queries[:, None] + arrays + np.outer(left, right)
    genotypes = all_pairs().take(rng.permutation(len(all_pairs())))
    pairs = genotypes.pairs()
    directions = np.full((len(pairs), 2), np.nan)
    for column, (query, array) in enumerate((pairs.T, pairs.T[::-1])):
        held = np.isin(query, QUERIES) & np.isin(array, ARRAYS) & (rng.random(len(pairs)) >= hidden)
        directions[held, column] = (truth[query, array] + noise * rng.normal(size=len(pairs)))[held]
    measured = ~np.isnan(directions).all(axis=1)
    examples, _ = planted()
    values = np.nanmean(directions[measured], axis=1)
    strains = replace(examples.take(np.zeros(0, int)), genotypes=genotypes.take(measured), values=values)
    return replace(strains, weights=np.ones(len(values)), directions=directions[measured]), truth


def test_both_sides_have_effects_of_their_own():
    strains, truth = planted_screen(noise=0.0)
    known = learn_screen(strains, ridge=1e-3)
    assert np.array_equal(known.queries, QUERIES)
    assert np.array_equal(known.array_genes, ARRAYS)
    cells = truth[np.ix_(QUERIES, ARRAYS)]
    measured = known.weights > 0
    # Measured cells are what they are: the additive prediction and what it leaves over.
    np.testing.assert_allclose((known.additive() + known.observed)[measured], cells[measured], atol=1e-4)
    assert not measured[QUERIES[:, None] == ARRAYS].any()


def test_hidden_cells_of_the_planted_screen_are_recovered():
    strains, truth = planted_screen(hidden=0.2)
    known = learn_screen(strains, ridge=3.0)
    hidden = (known.weights == 0) & (known.queries[:, None] != known.array_genes)
    cells = truth[np.ix_(known.queries, known.array_genes)]
    completed = known.additive() + known.scaled.dense() * known.units
    assert hidden.sum() > 200
    assert np.corrcoef(completed[hidden], cells[hidden])[0, 1] > 0.9
    assert np.corrcoef(known.additive()[hidden], cells[hidden])[0, 1] < 0.87


def test_effects_solve_the_ridge_equations():
    strains, _ = planted_screen(hidden=0.3)
    known = learn_screen(strains, ridge=5.0)
    measured = known.weights > 0
    design = np.zeros((int(measured.sum()), len(QUERIES) + len(ARRAYS)))
    rows, columns = np.nonzero(measured)
    cells = np.arange(len(rows))
    design[cells, rows] = design[cells, len(QUERIES) + columns] = 1
    values = (known.observed + known.additive())[measured] - known.intercept
    wanted = np.linalg.solve(design.T @ design + 5.0 * np.eye(design.shape[1]), design.T @ values)
    np.testing.assert_allclose(np.concatenate([known.query_effects, known.array_effects]), wanted, atol=1e-3)


@pytest.mark.parametrize("lost", ["all", "most"])
def test_without_directions_nothing_is_learnt(lost):
    strains, _ = planted_screen()
    directions = strains.directions.copy()
    directions[FEWEST_CELLS // 2 - 1 :] = np.nan
    untold = replace(strains, directions=None if lost == "all" else directions)
    assert learn_screen(untold, ridge=3.0) is None


def test_it_survives_a_file():
    known = learn_screen(planted_screen()[0], ridge=3.0)
    back = screen_from(known.arrays())
    assert back.intercept == known.intercept
    assert all(np.array_equal(value, known.arrays()[name]) for name, value in back.arrays().items())
    assert screen_from({}) is None
