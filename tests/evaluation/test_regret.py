import pyarrow as pa
import pytest

from knockon.evaluation.regret import Regret, regrets


def scores(*rows: tuple[str, str, str, float, float | None]) -> pa.Table:
    names = ("series", "combination", "setting", "size", "score")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def test_the_small_size_chooses_and_the_large_one_pays():
    table = scores(
        ("svr", "one_hot", "a", 1e3, 0.3),
        ("svr", "one_hot", "b", 1e3, 0.2),
        ("svr", "one_hot", "a", 1e4, 0.35),
        ("svr", "one_hot", "b", 1e4, 0.45),
        ("svr", "random", "a", 1e3, 0.1),
        ("svr", "random", "b", 1e3, 0.2),
        ("svr", "random", "a", 1e4, 0.1),
        ("svr", "random", "b", 1e4, 0.3),
    )
    assert regrets(table) == {"svr": [Regret(1e3, 1e4, 2, pytest.approx(0.05), pytest.approx(0.1))]}


def test_what_was_not_scored_on_both_sizes_is_no_choice():
    table = scores(
        ("svr", "one_hot", "a", 1e3, 0.3),
        ("svr", "one_hot", "b", 1e3, None),
        ("svr", "one_hot", "a", 1e4, 0.4),
        ("svr", "one_hot", "b", 1e4, 0.5),
        ("net", "one_hot", "a", 1e3, 0.3),
    )
    assert regrets(table) == {}


def test_neighbouring_sizes_are_paired_in_order():
    rows = [("svr", "x", name, size, score) for size in (1e5, 1e3, 1e4) for name, score in (("a", 0.1), ("b", 0.2))]
    assert [(each.small, each.large, each.mean) for each in regrets(scores(*rows))["svr"]] == [
        (1e3, 1e4, 0),
        (1e4, 1e5, 0),
    ]
