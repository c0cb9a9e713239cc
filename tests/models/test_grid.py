import json
from typing import ClassVar

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.grid import GRID_SCHEMA, Attempt, SkippedRepresentation, choose, points, search
from knockon.models.protocol import PlainModel
from tests.models.made_up import planted, split


class Recorder(PlainModel):
    """Predicts the truth times a slope plus noise; remembers what it was fitted on."""

    made: ClassVar[list] = []

    def __init__(self, truth, slope, noise):
        self.truth, self.slope, self.noise, self.rows = truth, slope, noise, []
        Recorder.made.append(self)

    def fit(self, train, validation, seed):
        self.rows.append(len(train))
        self.seed = seed

    def predict(self, genotypes):
        rng = np.random.default_rng(0)
        return np.array(
            [self.slope * self.truth[tuple(pair)] + self.noise * rng.normal() for pair in _pairs(genotypes)]
        )


def _pairs(genotypes):
    return [tuple(pair) for pair in genotypes.pairs().tolist()]


@pytest.fixture
def problem():
    examples, _ = planted()
    truth = dict(zip(_pairs(examples.genotypes), examples.values.tolist(), strict=True))
    Recorder.made = []
    return split(examples), lambda point: Recorder(truth, **point)


def test_the_best_point_on_validation_is_refitted_once_on_both(problem):
    (train, validation, _), build = problem
    result = search(build, {"slope": [1.0], "noise": [3.0, 0.5, 1.0]}, train, validation, seed=7)
    assert result.best == {"slope": 1.0, "noise": 0.5}
    both = len(train) + len(validation)
    assert [model.rows for model in Recorder.made] == [[len(train)], [len(train), both], [len(train)]]
    assert result.model is Recorder.made[1]
    assert all(model.seed == 7 for model in Recorder.made)


def test_the_table_tells_every_point(problem):
    (train, validation, _), build = problem
    result = search(build, {"slope": [1.0, -1.0], "noise": [0.0, 1.0]}, train, validation, seed=0)
    assert result.table.schema.equals(GRID_SCHEMA)
    assert [json.loads(text) for text in result.table["hyper_parameters"].to_pylist()] == [
        {"slope": slope, "noise": noise} for slope in (1.0, -1.0) for noise in (0.0, 1.0)
    ]
    assert result.table["pearson"].to_pylist()[0] == pytest.approx(1.0)
    assert result.table["mse"].to_pylist()[0] == pytest.approx(0.0)
    assert result.table["chosen"].to_pylist() == [True, False, False, False]


def test_of_equal_points_the_first_wins(problem):
    (train, validation, _), build = problem
    result = search(build, {"slope": [2.0, 2.0], "noise": [0.0]}, train, validation, seed=0)
    assert result.table["chosen"].to_pylist() == [True, False]


def test_constant_predictions_have_no_pearson_and_lose_to_any_other(problem):
    (train, validation, _), build = problem
    result = search(build, {"slope": [0.0, -1.0], "noise": [0.0]}, train, validation, seed=0)
    assert result.table["pearson"].to_pylist()[0] is None
    assert result.best["slope"] == -1.0


def test_validation_predictions_are_from_before_the_refit(problem):
    """The refitted model has seen the validation rows: its score there would flatter."""
    (train, validation, _), build = problem
    result = search(build, {"slope": [1.0], "noise": [0.0]}, train, validation, seed=0)
    np.testing.assert_allclose(result.validation_predictions, validation.values)


def prepared(tried):
    """What tries points on a representation: a is best at 2, b at 1, c is not there; `tried` is what was called."""

    def prepare(representation):
        if representation == "c":
            raise SkippedRepresentation("c was not built")
        best = {"a": 2, "b": 1}[representation]

        def attempt(point):
            tried.append((representation, point["x"]))
            error = float(abs(point["x"] - best))
            return Attempt((-error,), {"mse": error}, f"{representation}{point['x']}")

        return attempt

    return prepare


def test_points_are_tried_on_every_representation_and_skipped_ones_are_recorded():
    tried = []
    choice = choose(("c", "a", "b"), {"x": [1, 2]}, prepared(tried), "made up")
    assert tried == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert [trial.skipped for trial in choice.trials] == ["c was not built", None, None, None, None]
    # b at 1 is as good, and comes later.
    assert (choice.number, choice.fitted) == (2, "a2")
    assert choice.chosen.point == {"x": 2}
    assert choice.chosen.scores == {"mse": 0.0}


def test_without_a_representation_nothing_can_be_chosen():
    with pytest.raises(KnockonError, match=r"made up: none of its representations is there \(c: c was not built\)"):
        choose(("c",), {"x": [1]}, prepared([]), "made up")


@pytest.mark.parametrize("values", [[], 3, "abc"])
def test_a_grid_without_a_list_is_refused(values):
    with pytest.raises(KnockonError, match="alpha"):
        points({"alpha": values})


def test_no_hyper_parameter_is_one_point():
    assert points({}) == [{}]
