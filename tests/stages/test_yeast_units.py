"""What the yeast study draws: pairs of genes, or genes; and that its baselines have one list."""

import numpy as np
import pyarrow as pa

from knockon.evaluation.bootstrap import Resampling, resampled_weights
from knockon.stages.yeast.baseline_names import BASELINES, MODELS, SHOWN
from knockon.stages.yeast.units import UNITS


def drawn(split: str, strains: list[tuple[int, int, int]]) -> np.ndarray:
    """Weights of strains (first gene, last gene, number of genes), shape (replicates, strains)."""
    table = pa.table(dict(zip(("unit_a", "unit_b", "perturbed"), np.array(strains).T, strict=True)))
    return np.concatenate(list(resampled_weights(len(strains), UNITS[split](table), Resampling(200, seed=2))))


def test_on_the_pair_split_all_strains_of_one_pair_are_one_draw():
    weights = drawn("pair", [(1, 2, 2), (1, 3, 2), (1, 2, 2), (1, 2, 3)])
    assert (weights[:, 0] == weights[:, 2]).all()
    # A strain with a third gene is of another group, as in the split.
    assert (weights[:, 0] != weights[:, 3]).any()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_where_every_pair_has_one_strain_the_draws_are_those_of_rows():
    pairs = [(first, last, 2) for last in range(12) for first in range(last)]
    rows = np.concatenate(list(resampled_weights(len(pairs), None, Resampling(200, seed=2))))
    assert (drawn("pair", pairs) == rows).all()


def test_on_the_gene_split_a_gene_is_one_unit_whichever_column_names_it():
    weights = drawn("gene", [(1, 1, 1), (2, 2, 1), (1, 2, 2), (2, 1, 2)])
    assert (weights[:, 2] == weights[:, 0] * weights[:, 1]).all()
    assert (weights[:, 2] == weights[:, 3]).all()


def test_the_baselines_that_are_fitted_are_those_that_are_shown():
    assert {*MODELS, "random"} == set(BASELINES)
    assert set(BASELINES) - set(SHOWN) == {"mean"}
