"""What training pairs are not told of each other."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.hidden import folds_of, joined_by
from tests.models.binding.planted import pairs


@pytest.mark.parametrize(("hide", "side"), [("proteins", "protein"), ("series", "ligand")])
def test_all_labels_of_a_hidden_group_are_hidden(hide, side):
    train = pairs()
    seen = np.zeros(len(train), dtype=int)
    for asked, told in folds_of(train, 4, (hide,), seed=0):
        seen[asked] += 1
        assert not set(getattr(train, side)[asked]) & set(getattr(train, side)[told])
    assert (seen == 1).all()


def test_two_kinds_are_hidden_at_once():
    train = pairs()
    folds = list(folds_of(train, 3, ("proteins", "series"), seed=0))
    assert np.array_equal(np.sort(np.concatenate([asked for asked, _ in folds])), np.arange(len(train)))
    for asked, told in folds:
        for side in ("protein", "ligand"):
            assert not set(getattr(train, side)[asked]) & set(getattr(train, side)[told])


def test_a_chain_of_similar_ones_is_one_family():
    alike = np.eye(4, dtype=np.float32)
    alike[0, 1] = alike[1, 2] = 0.4
    found = joined_by(np.maximum(alike, alike.T), 0.3)
    assert found[0] == found[1] == found[2] != found[3]


def test_unknown_kinds_and_nothing_left_are_refused():
    train = pairs()
    with pytest.raises(KnockonError, match="hide kin; choose of pairs"):
        list(folds_of(train, 3, ("kin",), 0))
    one = replace(train.take(np.flatnonzero(train.protein == 0)))
    with pytest.raises(KnockonError, match="nothing left to be told"):
        list(folds_of(one, 3, ("proteins",), 0))
