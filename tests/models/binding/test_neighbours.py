"""Neighbour features: none knows its own label."""

from dataclasses import replace

import numpy as np

from knockon.models.binding.alike import sides
from knockon.models.binding.hidden import folds_of
from knockon.models.binding.neighbours import NAMES, neighbour_features, out_of_fold
from tests.models.binding.planted import pairs


def told(train, hide="pairs"):
    return out_of_fold(sides(train, train), list(folds_of(train, 5, (hide,), seed=0)))


def around(known, asked):
    return dict(zip(NAMES, neighbour_features(sides(known, asked))[0], strict=True))


def test_a_label_has_no_influence_on_its_own_features():
    train = pairs()
    before = told(train)
    values = train.values.copy()
    values[7] += 100.0
    after = told(replace(train, values=values))
    assert np.array_equal(before[7], after[7])
    assert not np.array_equal(before, after)


def test_where_a_ligand_is_hidden_none_of_its_labels_has_influence():
    train = pairs()
    values = train.values + 100.0 * (train.ligand == 3)
    before, after = told(train, "series"), told(replace(train, values=values), "series")
    own = train.ligand == 3
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])


def test_another_value_of_the_same_pair_is_told():
    """A test pair that repeats a training pair is told that one's label; training pairs must be like it."""
    train = pairs()
    doubled = train.take(np.concatenate([np.arange(len(train)), [7]]))
    values = doubled.values.copy()
    values[-1] += 100.0
    found = [told(replace(doubled, values=each))[7] for each in (doubled.values, values)]
    nearest = NAMES.index("ligand_nearest_value")
    assert found[1][nearest] > found[0][nearest] + 50


def test_values_by_hand():
    """Three labels of ligand 0: mean of them, and what the weight by similarity leaves of an unlike protein."""
    every = pairs()
    known = every.take(np.flatnonzero((every.ligand == 0) & (every.protein < 3)))
    asked = every.take(np.flatnonzero((every.ligand == 0) & (every.protein == 3)))
    found = around(known, asked)
    middle = known.values.mean()
    assert found["ligand_mean"] == np.float32(middle)
    assert found["ligand_count"] == np.float32(np.log1p(3))
    assert found["protein_count"] == 0
    assert found["protein_value_4"] == np.float32(middle)
    assert 0 < found["ligand_nearest"] < 1
    assert known.values.min() <= found["ligand_nearest_value"] <= known.values.max()


def test_an_unknown_ligand_and_protein_get_the_mean():
    every = pairs()
    known = every.take(np.flatnonzero((every.ligand > 3) & (every.protein > 3)))
    new = replace(every.take(np.array([0])), ligands=("FC(F)F", *every.ligands[1:]))
    found = around(known, new)
    assert found["ligand_count"] == found["protein_count"] == 0
    assert abs(found["ligand_value_16"] - known.values.mean()) < 1e-5
