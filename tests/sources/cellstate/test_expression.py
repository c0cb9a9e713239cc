"""What any reader of expression gives is checked at one place."""

from pathlib import Path

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.expression import expression, require_samples

VALUES = np.array([[100.0, 0], [3, 50]])


def test_holes_are_counted_and_the_scale_is_stated():
    found = expression(Path("f"), ["a", "b"], ["g", "h"], np.where(VALUES == 3, np.nan, VALUES), "counts")
    assert (found.holes, found.scale.known, found.values.dtype) == (1, "stated", np.float32)


@pytest.mark.parametrize(
    ("samples", "genes", "message"),
    [
        (["a", "a"], ["g", "h"], "the sample 'a' stands twice"),
        (["a", "b"], ["g", ""], "gene number 2 has no name"),
        ([], ["g"], "holds 0 samples and 1 genes"),
    ],
)
def test_names_must_be_whole(samples, genes, message):
    with pytest.raises(FormatError, match=f"f: {message}"):
        expression(Path("f"), samples, genes, VALUES, "counts")


def test_one_sample_is_too_few():
    found = expression(Path("f"), ["a"], ["g", "h"], VALUES[:1], "counts")
    with pytest.raises(FormatError, match=r"f: 1 sample, at least 2 are needed"):
        require_samples(found, "f")
