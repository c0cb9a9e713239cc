"""Scales are recognised by a rule that says what it saw, or stated; what contradicts the values is refused."""

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.sources.cellstate.scale import Scale, scale_of, to_log2
from tests.sources.cellstate.made_up import levels

COUNTS = levels(4, 200)
TPM = (COUNTS / COUNTS.sum(axis=1, keepdims=True) * 1e6).astype(np.float32)
LOG = np.log2(TPM + 1)


@pytest.mark.parametrize(("values", "name"), [(COUNTS, "counts"), (TPM, "tpm"), (LOG, "log2")])
def test_a_scale_is_recognised_with_its_reason(values, name):
    found = scale_of(values, None, "a")
    assert found.name == name
    assert found.known != "stated"
    assert scale_of(values, name, "a") == Scale(name, "stated")


def test_what_no_rule_recognises_must_be_stated():
    with pytest.raises(FormatError, match=r"a: the scale can't be recognised .* state it, one of counts, tpm, linear"):
        scale_of(TPM / 5, None, "a")
    assert scale_of(TPM / 5, "linear", "a").name == "linear"
    with pytest.raises(KnockonError, match="no scale 'fpkm'"):
        scale_of(TPM, "fpkm", "a")


def test_the_log_of_a_log_is_refused():
    for stated in ("counts", "tpm", "linear"):
        with pytest.raises(FormatError, match=f"said to be {stated}, .* logarithms already"):
            scale_of(LOG, stated, "a")
    with pytest.raises(FormatError, match="said to be log2, but the largest value is"):
        scale_of(TPM, "log2", "a")


def test_negative_and_infinite_levels_are_refused():
    with pytest.raises(FormatError, match=r"a: 1 of 800 values are negative, the least -3: .* log ratios"):
        scale_of(np.where(np.arange(800).reshape(4, 200) == 7, -3, COUNTS), None, "a")
    with pytest.raises(FormatError, match="1 values are infinite"):
        scale_of(np.where(np.arange(800).reshape(4, 200) == 7, np.inf, COUNTS), "counts", "a")


def test_every_scale_ends_in_the_same_logarithm():
    wanted = to_log2(TPM, Scale("tpm", ""))
    np.testing.assert_allclose(to_log2(COUNTS, Scale("counts", "")), wanted, atol=1e-4)
    np.testing.assert_array_equal(to_log2(LOG, Scale("log2", "")), LOG)


def test_holes_stay_holes_and_count_for_no_sum():
    holed = COUNTS.copy()
    holed[0, 3] = np.nan
    found = to_log2(holed, scale_of(holed, None, "a"))
    assert np.isnan(found).sum() == 1
    np.testing.assert_allclose(found[1:], to_log2(COUNTS, Scale("counts", ""))[1:])
