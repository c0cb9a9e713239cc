import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.models.protocol import Examples
from knockon.models.strains.additive import Additive
from tests.models.made_up import GENES, correlation, planted, split


def test_planted_effects_are_recovered():
    examples, _ = planted(noise=0.0, rank=0)
    train, validation, test = split(examples)
    model = Additive()
    model.fit(train, validation, seed=0)
    np.testing.assert_allclose(model.predict(test.genotypes), test.values, atol=0.4)
    assert model.ridge == 3.0, "without noise the weakest penalty is right"


def test_effects_equal_weighted_ridge_by_its_normal_equations():
    examples, _ = planted(noise=1.0)
    train, validation, _ = split(examples)
    weights = np.random.default_rng(3).uniform(0.1, 5, size=len(train))
    train = Examples(train.genotypes, train.values, weights, train.singles)
    model = Additive(ridge=[10.0], refit=False)
    model.fit(train, validation, seed=0)
    share = weights / weights.mean()
    design = train.genotypes.matrix().toarray().astype(float)
    centred = design - np.average(design, axis=0, weights=share)
    normal = centred.T @ (share[:, None] * centred) + 10.0 * np.eye(len(GENES))
    expected = np.linalg.solve(normal, centred.T @ (share * (train.values - np.average(train.values, weights=share))))
    np.testing.assert_allclose(model.effects, expected, atol=1e-5)


def test_the_penalty_is_chosen_on_validation_rows_alone():
    """Noise only: training rows would prefer the weakest penalty, validation rows do not."""
    rng = np.random.default_rng(0)
    examples, _ = planted()
    examples = Examples(examples.genotypes, rng.normal(size=len(examples)), examples.weights, examples.singles)
    train, validation, _ = split(examples)
    scores = {}
    for ridge in (300.0, 3.0):
        model = Additive(ridge=[ridge], refit=False)
        model.fit(train, validation, seed=0)
        scores[ridge] = correlation(validation.values, model.predict(validation.genotypes))
    chosen = Additive(ridge=[300.0, 3.0], refit=False)
    chosen.fit(train, validation, seed=0)
    assert chosen.ridge == max(scores, key=scores.get)


def test_strains_of_any_number_of_genes_add_up_and_unseen_genes_add_nothing():
    examples, _ = planted(noise=0.0, rank=0)
    inner = (examples.genotypes.pairs() < 50).all(axis=1)
    train, validation, _ = split(examples.take(inner))
    model = Additive()
    model.fit(train, validation, seed=0)
    strains = Genotypes(GENES, np.array([0, 0, 1, 4, 5]), np.array([3, 3, 7, 9, 55], dtype=np.int32))
    none, one, three, unseen = model.predict(strains)
    effects = model.effects
    assert none == unseen == model.intercept
    np.testing.assert_allclose([one, three], model.intercept + np.array([effects[3], effects[[3, 7, 9]].sum()]))


def test_genes_are_matched_by_name():
    examples, _ = planted(noise=0.0, rank=0)
    train, validation, _ = split(examples)
    model = Additive()
    model.fit(train, validation, seed=0)
    few = Genotypes(("Y010", "Y020"), np.array([0, 2]), np.array([0, 1], dtype=np.int32))
    same = Genotypes(GENES, np.array([0, 2]), np.array([10, 20], dtype=np.int32))
    assert model.predict(few) == pytest.approx(model.predict(same))


def test_a_saved_model_predicts_the_same_and_its_bytes_are_stable(tmp_path):
    train, validation, test = split(planted()[0])
    contents = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        model = Additive()
        model.fit(train, validation, seed=0)
        model.save(tmp_path / name)
        contents.append((tmp_path / name / "additive.safetensors").read_bytes())
    other = Additive()
    other.load(tmp_path / "first")
    assert contents[0] == contents[1]
    assert np.array_equal(other.predict(test.genotypes), model.predict(test.genotypes))
