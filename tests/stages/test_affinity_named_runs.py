"""Rows of a run know the construct where their source names one."""

import numpy as np
import pyarrow as pa

from knockon.models.binding.constructs import NamedPairs
from knockon.models.binding.protocol import Pairs
from knockon.stages.affinity.named_runs import named
from knockon.stages.affinity.runs import Side


def side(count):
    zeros = np.zeros(count, dtype=np.int64)
    pairs = Pairs(("CC",), ("AAAA",), zeros, zeros, np.arange(count) + 0.5, zeros.astype(np.int8))
    return Side(pa.table({"line": zeros}), pairs)


def column(*texts):
    return pa.chunked_array([list(texts)])


def test_each_row_has_the_name_behind_the_colon():
    found = named({"train": column("1:ABL1", "1:ABL1(T315I)", "2:ABL1")}, {"train": side(3)})["train"].pairs
    assert isinstance(found, NamedPairs)
    assert [found.names[place] for place in found.name] == ["ABL1", "ABL1(T315I)", "ABL1"]
    assert found.values.tolist() == [0.5, 1.5, 2.5]


def test_a_source_without_names_of_proteins_is_left_as_it_is():
    sides = {"train": side(2), "test": side(1)}
    assert named({"train": column("11gs", "13gs"), "test": column("1abc")}, sides) == sides
