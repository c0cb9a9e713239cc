import numpy as np
import pytest
import scipy.sparse as sp

from knockon.dataset.genotypes import Genotypes
from knockon.errors import FormatError, KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.pairs.boosted import boosted
from knockon.models.pairs.table import pairs_within
from knockon.models.protocol import Examples
from knockon.models.strains.additive import Additive
from knockon.represent.gene_vectors import one_hot
from tests.models.made_up import all_pairs, correlation, split

GENES = tuple(f"Y{number:03d}" for number in range(90))
MODULE = np.arange(90) % 9
SIDE = {"module": sp.csr_matrix((np.ones(90), (np.arange(90), MODULE)), shape=(90, 9))}


def _modules(noise=0.5):
    """Pairs whose label depends on the modules of their two genes: what side information can tell of a new gene."""
    rng = np.random.default_rng(0)
    between = rng.normal(size=(9, 9))
    between += between.T
    genotypes = all_pairs(GENES).take(rng.permutation(90 * 89 // 2))
    first, second = genotypes.pairs().T
    values = between[MODULE[first], MODULE[second]] + noise * rng.normal(size=len(genotypes))
    return Examples(genotypes, values, np.ones(len(values)), np.full(90, np.nan))


def _model(**settings):
    return boosted(
        Inputs(one_hot(GENES), "pert_sum"),
        Context("interaction", side=lambda: SIDE),
        rounds=25,
        rate=0.2,
        rows=20,
        folds=2,
        jobs=1,
        **settings,
    )


@pytest.fixture(scope="module")
def fitted():
    train, validation, test = split(_modules())
    model = _model()
    model.fit(train, validation, seed=0)
    return model, train, validation, test


def test_unseen_pairs_are_predicted_far_better_than_by_additive_effects(fitted):
    model, train, validation, test = fitted
    additive = Additive()
    additive.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.85
    assert correlation(test.values, additive.predict(test.genotypes)) < 0.6


def test_pairs_with_a_new_gene_are_predicted_through_side_information():
    examples = _modules()
    new = np.isin(examples.genotypes.pairs(), np.arange(80, 90)).any(axis=1)
    train, validation, _ = split(examples.take(~new))
    model, additive = _model(), Additive()
    for fitted in (model, additive):
        fitted.fit(train, validation, seed=0)
    test = examples.take(new)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.7
    assert correlation(test.values, additive.predict(test.genotypes)) < 0.4


def test_labels_without_any_pattern_give_no_pattern():
    """If a row's own label reached its features, training would find a signal in pure noise."""
    examples = _modules()
    noise = np.random.default_rng(1).normal(size=len(examples))
    train, validation, test = split(Examples(examples.genotypes, noise, examples.weights, examples.singles))
    model = _model()
    model.fit(train, validation, seed=0)
    predicted = model.predict(test.genotypes)
    assert abs(correlation(test.values, predicted)) < 0.12
    assert predicted.std() < 0.3


def test_strains_of_any_number_of_genes_get_a_prediction(fitted):
    model = fitted[0]
    strains = Genotypes(GENES, np.array([0, 0, 1, 3, 6]), np.array([4, 4, 5, 4, 5, 6], dtype=np.int32))
    none, single, pair, triple = model.predict(strains)
    assert np.isfinite([none, single, pair, triple]).all()
    alone = model.predict(strains.take(np.array([2])))
    assert alone[0] == pytest.approx(pair)


def test_pairs_within_strains_are_all_of_them():
    strains = Genotypes(GENES, np.array([0, 1, 3, 6]), np.array([9, 1, 2, 3, 4, 5], dtype=np.int32))
    owner, pairs = pairs_within(strains)
    assert sorted(zip(owner.tolist(), map(tuple, pairs.tolist()), strict=True)) == [
        (1, (1, 2)),
        (2, (3, 4)),
        (2, (3, 5)),
        (2, (4, 5)),
    ]


def test_a_saved_model_predicts_the_same(fitted, tmp_path):
    model, _, _, test = fitted
    model.save(tmp_path)
    other = _model()
    other.load(tmp_path)
    np.testing.assert_allclose(model.predict(test.genotypes), other.predict(test.genotypes), rtol=1e-12)


def test_training_again_gives_the_same_bytes(fitted, tmp_path):
    model, train, validation, _ = fitted
    again = _model()
    again.fit(train, validation, seed=0)
    for name, one in (("first", model), ("second", again)):
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
    files = [path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()]
    assert len(files) == 3
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_a_model_of_other_side_information_is_refused(fitted, tmp_path):
    fitted[0].save(tmp_path)
    other = boosted(Inputs(one_hot(GENES), "pert_sum"), Context("interaction", side=lambda: {"other": SIDE["module"]}))
    with pytest.raises(KnockonError, match="other side information"):
        other.load(tmp_path)


def test_a_damaged_booster_is_named(fitted, tmp_path):
    fitted[0].save(tmp_path)
    (tmp_path / "seen" / "booster.txt").write_text("tree\nhalf")
    with pytest.raises(FormatError, match="damaged"):
        _model().load(tmp_path)


def test_a_label_without_pairs_is_refused():
    singles = Genotypes(GENES, np.arange(91), np.arange(90, dtype=np.int32))
    examples = Examples(singles, np.zeros(90), np.ones(90), np.zeros(90))
    with pytest.raises(KnockonError, match="two perturbed genes"):
        _model().fit(examples, examples, seed=0)


def test_predicting_before_fitting_is_refused():
    with pytest.raises(KnockonError, match="not fitted"):
        _model().predict(all_pairs(GENES))


def test_the_history_tells_the_loss_of_each_number_of_trees(fitted):
    """In units of the labels' variance, as a network's log does."""
    history = fitted[0].history
    assert [line["step"] for line in history] == list(range(1, 26))
    assert history[-1]["loss"] < 0.7 * history[0]["loss"] < 0.8
