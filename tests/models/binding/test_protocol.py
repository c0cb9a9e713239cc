"""Pairs that don't fit are refused."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.baselines import Biases
from tests.models.binding.planted import pairs


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.zeros(3)}, "3 values"),
        ({"ligand": np.full(480, 99)}, "a ligand lies outside"),
        ({"protein": np.full(480, -1)}, "a protein lies outside"),
        ({"relation": np.full(480, 2, dtype=np.int8)}, "a relation is none of"),
        ({"proteins": ("AA",) * 16}, "listed twice"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    every = pairs()
    assert len(every) == 480
    with pytest.raises(KnockonError, match=message):
        replace(every, **change)


def test_nothing_to_learn_from_is_refused():
    every = pairs()
    with pytest.raises(KnockonError, match="no training pairs"):
        Biases("mean").fit(every.take(np.zeros(0, dtype=int)), None, 0)
    with pytest.raises(KnockonError, match="480 training pairs have no finite"):
        Biases("mean").fit(replace(every, values=np.full(480, np.nan)), None, 0)


def test_the_digest_sees_every_part():
    every = pairs()
    others = [
        replace(every, values=every.values + 1),
        replace(every, relation=-every.relation),
        replace(every, proteins=tuple(reversed(every.proteins))),
        every.take(np.arange(479)),
    ]
    assert len({each.digest() for each in (every, *others)}) == 5
