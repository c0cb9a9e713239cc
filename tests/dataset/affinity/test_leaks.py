"""A leak and an empty side end the stage; what leaks, and how much, is in the message."""

import numpy as np
import pytest

from knockon.dataset.affinity.leaks import known, refuse_empty, refuse_leaks
from knockon.errors import KnockonError


def test_a_leak_is_refused_with_its_counts():
    refuse_leaks("cold_protein", {"sequences": 0})
    with pytest.raises(KnockonError, match="split cold_protein leaks from training into the test: 3 sequences"):
        refuse_leaks("cold_protein", {"sequences": 3, "scaffolds": 0})


def test_an_empty_side_is_refused():
    sides = np.array(["train", "test", ""])
    assert known(sides).tolist() == [True, False, False]
    with pytest.raises(KnockonError, match="split published has no row of validation"):
        refuse_empty("published", sides)
