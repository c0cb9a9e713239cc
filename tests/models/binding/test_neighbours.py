"""Neighbour features: none knows its own label."""

from dataclasses import replace

import numpy as np

from knockon.models.binding.neighbours import NAMES, neighbour_features, out_of_fold
from tests.models.binding.planted import pairs


def test_a_label_has_no_influence_on_its_own_features():
    train = pairs()
    before = out_of_fold(train, 5, seed=0)
    values = train.values.copy()
    values[7] += 100.0
    after = out_of_fold(replace(train, values=values), 5, seed=0)
    assert np.array_equal(before[7], after[7])
    assert not np.array_equal(before, after)


def test_a_repeat_shares_the_fold():
    train = pairs()
    doubled = train.take(np.concatenate([np.arange(len(train)), [7]]))
    values = doubled.values.copy()
    values[-1] += 100.0
    found = [out_of_fold(replace(doubled, values=each), 5, seed=0)[7] for each in (doubled.values, values)]
    assert np.array_equal(*found)


def test_values_by_hand():
    """Three labels of ligand 0: mean of them, and what the weight by similarity leaves of an unlike protein."""
    every = pairs()
    known = every.take(np.flatnonzero((every.ligand == 0) & (every.protein < 3)))
    asked = every.take(np.flatnonzero((every.ligand == 0) & (every.protein == 3)))
    found = dict(zip(NAMES, neighbour_features(known, asked)[0], strict=True))
    middle = known.values.mean()
    assert found["ligand_mean"] == np.float32(middle)
    assert found["ligand_count"] == np.float32(np.log1p(3))
    assert found["protein_count"] == 0
    assert found["protein_value_4"] == np.float32(middle)
    assert 0 < found["ligand_nearest"] < 1


def test_an_unknown_ligand_and_protein_get_the_mean():
    every = pairs()
    known = every.take(np.flatnonzero((every.ligand > 3) & (every.protein > 3)))
    new = replace(every.take(np.array([0])), ligands=("FC(F)F", *every.ligands[1:]))
    found = dict(zip(NAMES, neighbour_features(known, new)[0], strict=True))
    assert found["ligand_count"] == found["protein_count"] == 0
    assert abs(found["ligand_value_16"] - known.values.mean()) < 1e-5
