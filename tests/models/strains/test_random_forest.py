import numpy as np
import pytest
from skops.io import get_untrusted_types

from knockon.errors import FormatError, KnockonError
from knockon.models.context import Inputs
from knockon.models.estimators import load_estimator, save_estimator
from knockon.models.strains.random_forest import RandomForest
from knockon.represent.aggregate import aggregate
from knockon.represent.gene_vectors import one_hot
from tests.models.made_up import GENES, correlation, dense_inputs, planted, split


def _steps():
    """A label with a threshold, which trees find and lines don't."""
    examples, _ = planted()
    inputs = dense_inputs(dimensions=4)
    vectors = aggregate(examples.genotypes, inputs.representation, "pert_sum")
    values = np.where(vectors[:, 0] > 0, 1.0, -1.0) * np.where(vectors[:, 1] > 0, 1.0, -1.0)
    return split(type(examples)(examples.genotypes, values, examples.weights, examples.singles)), inputs


def test_a_threshold_is_found():
    (train, validation, test), inputs = _steps()
    model = RandomForest(inputs, trees=50, features=1.0)
    model.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.8


def test_the_number_of_cores_does_not_change_a_single_digit():
    (train, validation, test), inputs = _steps()
    predictions = []
    for jobs in (1, 2):
        model = RandomForest(inputs, trees=20, jobs=jobs)
        model.fit(train, validation, seed=3)
        predictions.append(model.predict(test.genotypes))
    assert np.array_equal(*predictions)


@pytest.mark.parametrize("aggregation", ["pert_sum", "intact_mean"])
def test_one_hot_stays_sparse_and_works(aggregation):
    train, validation, test = split(planted(noise=0.1, rank=0)[0])
    model = RandomForest(Inputs(one_hot(GENES), aggregation), trees=30, features=1.0)
    model.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.5


@pytest.mark.parametrize(("rows", "fewest", "most"), [(50, 10, 50), (100_000, 51, np.inf)])
def test_rows_per_tree_bounds_the_size_of_a_tree(rows, fewest, most):
    """A tree answers with as many numbers as it has leaves."""
    train, validation, _ = split(planted(noise=0.1, rank=0)[0])
    model = RandomForest(Inputs(one_hot(GENES), "pert_sum"), trees=1, rows_per_tree=rows)
    model.fit(train, validation, seed=0)
    assert fewest <= len(np.unique(model.predict(train.genotypes))) <= most


def test_a_saved_model_predicts_the_same_and_its_bytes_are_stable(tmp_path):
    (train, validation, test), inputs = _steps()
    contents = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        model = RandomForest(inputs, trees=5)
        model.fit(train, validation, seed=0)
        model.save(tmp_path / name)
        contents.append((tmp_path / name / "random_forest.skops").read_bytes())
    other = RandomForest(inputs)
    other.load(tmp_path / "first")
    assert contents[0] == contents[1]
    assert np.array_equal(model.predict(test.genotypes), other.predict(test.genotypes))


def test_a_tree_that_points_outside_itself_is_refused(tmp_path):
    """scikit-learn would follow the index into foreign memory."""
    (train, validation, _), inputs = _steps()
    model = RandomForest(inputs, trees=2, depth=3)
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    forest = _saved(tmp_path / "random_forest.skops")
    forest.estimators_[0].tree_.children_left[0] = 10_000
    save_estimator(tmp_path / "random_forest.skops", forest)
    with pytest.raises(FormatError, match="points outside itself"):
        RandomForest(inputs).load(tmp_path)


def test_types_that_were_not_named_are_not_read(tmp_path):
    (train, validation, _), inputs = _steps()
    model = RandomForest(inputs, trees=2)
    model.fit(train, validation, seed=0)
    model.save(tmp_path)
    with pytest.raises(KnockonError, match="Tree"):
        load_estimator(tmp_path / "random_forest.skops")


def _saved(path):
    """The forest of a file, whatever types it holds."""
    return load_estimator(path, tuple(get_untrusted_types(file=path)))
