"""Constructs that share a sequence stay apart, and a question that names none is answered by the sequence."""

from dataclasses import replace

import numpy as np

from knockon.models.binding.constructs import NamedPairs, constructs_of
from knockon.models.binding.joined import joined
from knockon.models.binding.protocol import Pairs

PROTEINS = ("AAAAGGGG", "LLLLVVVV")


def named(protein, name, names=("wild", "mutant", "other"), values=None):
    count = len(protein)
    values = np.arange(count, dtype=float) if values is None else values
    places = np.array(protein), np.array(name)
    return NamedPairs(
        ("CC",), PROTEINS, np.zeros(count, int), places[0], values, np.zeros(count, np.int8), names, places[1]
    )


def test_names_that_share_a_sequence_are_constructs_of_their_own():
    found = constructs_of(named([0, 0, 1, 0], [0, 1, 2, 1]))
    assert [PROTEINS[place] for place in found.sequence] == [PROTEINS[0], PROTEINS[0], PROTEINS[1]]
    assert found.name == ("wild", "mutant", "other")
    assert found.of_pair.tolist() == [0, 1, 2, 1]


def test_a_sequence_alone_is_its_only_construct_but_none_of_several():
    known = constructs_of(named([0, 0, 1], [0, 1, 2]))
    bare = constructs_of(
        Pairs(("CC",), PROTEINS, np.zeros(2, int), np.array([0, 1]), np.zeros(2), np.zeros(2, np.int8))
    )
    assert bare.same_as(known).tolist() == [3, 2]
    again = constructs_of(named([0, 1], [1, 2]))
    assert again.same_as(known).tolist() == [1, 2]


def test_a_name_with_another_sequence_is_not_the_construct():
    """The control that puts another protein in place must not be told by the name that stayed."""
    known = constructs_of(named([0, 0, 1], [0, 1, 2]))
    exchanged = constructs_of(replace(named([0], [1]), protein=np.array([1])))
    assert exchanged.same_as(known).tolist() == [2]


def test_rows_and_digests_keep_names():
    pairs = named([0, 0, 1, 0], [0, 1, 2, 1])
    part = pairs.take(np.array([1, 2]))
    assert part.name.tolist() == [1, 2]
    assert len({pairs.digest(), replace(pairs, name=pairs.name[::-1].copy()).digest()}) == 2


def test_two_sides_are_joined_by_their_texts():
    one = named([0, 1], [0, 2])
    other = replace(named([0, 1], [0, 1], names=("other", "new")), proteins=PROTEINS[::-1], ligands=("CO",))
    both = joined(one, other)
    assert isinstance(both, NamedPairs)
    assert [both.ligands[place] for place in both.ligand] == ["CC", "CC", "CO", "CO"]
    assert [both.proteins[place] for place in both.protein] == [*PROTEINS, *PROTEINS[::-1]]
    assert [both.names[place] for place in both.name] == ["wild", "other", "other", "new"]
    assert both.values.tolist() == [0, 1, 0, 1]
