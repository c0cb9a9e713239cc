"""Units say what is drawn; shapes and namespaces must fit."""

import numpy as np
import pytest

from knockon.evaluation.units import Units


def test_rows_equal_in_every_column_are_one_group():
    first, second = np.array([1, 1, 2, 1, 2]), np.array(["a", "b", "a", "a", "a"])
    groups = Units.groups("pair", first, second)
    assert groups.namespaces == ("pair",)
    same = groups.ids[:, None] == groups.ids
    assert (same == ((first[:, None] == first) & (second[:, None] == second))).all()


def test_groups_of_large_ids_do_not_run_into_each_other():
    large = np.array([2**62, 2**62 + 1, 2**62])
    ids = Units.groups("pair", large, large[::-1]).ids
    assert ids[0] == ids[2] != ids[1]


def test_some_rows_keep_their_units():
    units = Units(np.array([[1, 2], [3, 4], [5, 6]]), ("protein", "ligand"))
    assert len(units) == 3
    part = units.take(np.array([True, False, True]))
    assert (part.ids.tolist(), part.namespaces) == ([[1, 2], [5, 6]], ("protein", "ligand"))


@pytest.mark.parametrize(
    ("shape", "namespaces"), [((4,), ("a", "b")), ((4, 2), ("a",)), ((4, 3), ("a", "b", "c")), ((4, 1), ("a",))]
)
def test_a_namespace_is_needed_for_each_of_one_or_two_columns(shape, namespaces):
    with pytest.raises(ValueError, match="don't fit the namespaces"):
        Units(np.zeros(shape, dtype=int), namespaces)
