"""Transcriptomes are checked where they enter; genes are hidden by a seed."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.protocol import hidden_genes, hide
from tests.models.cells.planted import planted, unseen

DATA = planted()


def test_the_digest_is_of_what_is_learnt_from():
    values = DATA.values.copy()
    values[unseen(DATA)] += 1
    assert replace(DATA, values=values).digest() == DATA.digest()
    values[DATA.validation[0]] += 1
    assert replace(DATA, values=values, _known={}).digest() != DATA.digest()


def test_a_sample_on_two_sides_is_refused():
    with pytest.raises(KnockonError, match="both trained on and validated with"):
        replace(DATA, validation=DATA.train[:1])
    with pytest.raises(KnockonError, match="for 3 samples"):
        replace(DATA, names=("a", "b", "c"))


def test_hidden_genes_are_a_share_drawn_by_the_seed():
    mask = hidden_genes(60, 0.2, 1)
    assert mask.sum() == 12
    assert (hidden_genes(60, 0.2, 2) != mask).any()
    found = hide(DATA.values[:3], mask)
    assert np.isnan(found[:, mask]).all()
    np.testing.assert_array_equal(found[:, ~mask], DATA.values[:3, ~mask])
