import numpy as np

from knockon.models.strains.last_result import LastResult


def test_the_same_objects_share_a_result_and_equal_ones_do_not():
    asked = []

    def total(values, times):
        asked.append(times)
        return float(values.sum()) * times

    last = LastResult(total)
    first, equal = np.arange(3.0), np.arange(3.0)
    assert last(first, 2) == last(first, 2) == 6.0
    assert asked == [2]
    assert last(equal, 2) == 6.0
    assert last(equal, 3) == 9.0
    assert asked == [2, 2, 3]


def test_one_result_alone_is_kept():
    asked = []
    last = LastResult(lambda name: asked.append(name) or name)
    assert [last(name) for name in "aba"] == ["a", "b", "a"]
    assert asked == ["a", "b", "a"]
