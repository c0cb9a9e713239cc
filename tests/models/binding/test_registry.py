"""The promises of the protocol, for every model."""

import subprocess
import sys

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.registry import MODELS, build
from tests.models.binding.planted import split

TRAINING = {"epochs": 20, "batch_size": 8, "learning_rate": 5e-3, "device": "cpu", "precision": "float32"}
SMALL = {
    "dual": {"width": 16, "projection": 16, "tile": 4, "dropout": 0.0},
    "convolution": {"filters": 16, "embedding": 16, "hidden": [64], "dropout": 0.0},
    "boosted": {"rounds": 60, "rows": 5},
}


def made(name):
    training = {**TRAINING, "batch_size": 16, "epochs": 25} if name == "convolution" else TRAINING
    return build(name, SMALL.get(name, {}), training)


@pytest.fixture(scope="module")
def fitted():
    train, validation, test = split()
    found = {}
    for name in MODELS:
        found[name] = made(name)
        found[name].fit(train, validation, seed=0)
    return found, test


@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_predicts_alike_and_equal_seeds_give_equal_bytes(name, fitted, tmp_path):
    models, test = fitted
    train, validation, _ = split()
    again = made(name)
    again.fit(train, validation, seed=0)
    for folder, model in (("one", models[name]), ("two", again)):
        (tmp_path / folder).mkdir()
        model.save(tmp_path / folder)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    loaded = made(name)
    loaded.load(tmp_path / "one")
    assert np.array_equal(loaded.predict(test), models[name].predict(test))


@pytest.mark.parametrize("name", MODELS)
def test_test_labels_and_order_have_no_influence(name, fitted):
    models, test = fitted
    order = np.random.default_rng(0).permutation(len(test))
    hidden = test.take(order)
    hidden.values[:] = np.nan
    assert models[name].predict(hidden) == pytest.approx(models[name].predict(test)[order], abs=1e-5)


def test_models_that_see_both_sides_find_the_planted_truth(fitted):
    models, test = fitted
    errors = {name: float(np.mean((model.predict(test) - test.values) ** 2)) for name, model in models.items()}
    spread = float(test.values.var())
    assert errors["mean"] == pytest.approx(spread, rel=0.1)
    assert errors["biases"] > 0.9 * spread
    for name, share in {"boosted": 0.2, "convolution": 0.8, "dual": 0.5}.items():
        assert errors[name] < share * spread, name


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_another_kind_and_an_empty_folder_are_refused(name, tmp_path):
    with pytest.raises(KnockonError, match="no such model"):
        made(name).load(tmp_path)


def test_unknown_names_are_refused():
    with pytest.raises(KnockonError, match="choose one of mean"):
        build("forest", {})
    for name in MODELS:
        with pytest.raises(KnockonError, match="no setting depth"):
            build(name, {"depth": 3})


def test_building_a_baseline_brings_no_heavy_library():
    code = "import sys; from knockon.models.binding.registry import build; build('boosted', {}); build('mean', {})"
    shown = "; print(*({'torch', 'lightgbm', 'accelerate', 'transformers'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code + shown], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
