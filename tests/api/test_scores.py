import numpy as np
import pytest

import knockon
from knockon.errors import KnockonError


def test_scores_have_intervals_that_hold_them():
    random = np.random.default_rng(3)
    values = random.normal(size=400)
    found = knockon.evaluate(values, values + random.normal(size=400))
    assert found["n"] == 400
    for name in ("pearson", "spearman", "mse", "r2"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]
    assert found["pearson_low"] < np.sqrt(0.5) < found["pearson_high"]


def test_rows_of_one_group_are_one_draw():
    """Every row four times tells no more than once: by groups the interval keeps its width, by rows it halves."""
    random = np.random.default_rng(4)
    values = random.normal(size=200)
    predicted = values + random.normal(size=200)
    width = {}
    for case, groups in (("rows", None), ("groups", np.tile(np.arange(200), 4))):
        found = knockon.evaluate(np.tile(values, 4), np.tile(predicted, 4), groups)
        width[case] = found["pearson_high"] - found["pearson_low"]
    assert width["groups"] / width["rows"] == pytest.approx(2, rel=0.2)


@pytest.mark.parametrize(
    ("values", "predicted", "groups", "message"),
    [
        ([1, 2], [1], None, "one prediction a value"),
        ([1, np.nan], [1, 2], None, "missing or infinite"),
        ([1, 2], [1, 2], ["a"], "1 groups for 2 rows"),
    ],
)
def test_what_can_not_be_scored_is_refused(values, predicted, groups, message):
    with pytest.raises(KnockonError, match=message):
        knockon.evaluate(values, predicted, groups)


def test_an_unknown_study_and_a_folder_that_is_no_clone_are_refused(tmp_path):
    with pytest.raises(KnockonError, match=r"no study 'yest'; did you mean yeast\?"):
        knockon.open_study("yest", tmp_path)
    with pytest.raises(KnockonError, match="no clone of knockon"):
        knockon.open_study("yeast", tmp_path)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = knockon.nothing
