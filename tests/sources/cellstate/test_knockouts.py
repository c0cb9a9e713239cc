"""Knock-outs and their wild types: the nearest that there is, and always the same condition."""

import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.knockouts import MATCHES, matched_knockouts

WILD = [("w1", "s1", "", "k", "warm"), ("w2", "s1", "", "b", "warm"), ("w3", "s2", "", "k", "cold")]


def matched(*more):
    columns = [list(column) for column in zip(*WILD, *more, strict=True)]
    columns[2] = [genes.split() for genes in columns[2]]
    table, left = matched_knockouts(*columns)
    return table.to_pylist(), left


@pytest.mark.parametrize(
    ("sample", "controls", "match"),
    [
        (("m", "s1", "crp", "k", "warm"), ["w1"], 0),
        (("m", "s1", "crp", "z", "warm"), ["w1", "w2"], 1),
        (("m", "s3", "crp", "b", "warm"), ["w2"], 2),
        (("m", "s3", "crp", "z", "cold"), ["w3"], 3),
    ],
)
def test_the_nearest_wild_types_are_taken(sample, controls, match):
    (row,), left = matched(sample)
    assert (row["controls"], row["match"], left) == (controls, MATCHES[match], 0)


def test_replicates_are_one_knockout_and_another_condition_is_none():
    rows, left = matched(
        ("m1", "s1", "fur crp", "k", "warm"), ("m2", "s1", "crp fur", "k", "warm"), ("m3", "s1", "crp", "k", "hot")
    )
    assert [(row["genes"], row["samples"]) for row in rows] == [(["crp", "fur"], ["m1", "m2"])]
    assert left == 1


def test_columns_must_be_of_one_length():
    with pytest.raises(FormatError, match="not of one number"):
        matched_knockouts(["a"], [], [[]], ["k"], ["warm"])
