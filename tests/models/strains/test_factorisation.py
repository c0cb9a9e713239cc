import numpy as np
import pytest

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.protocol import Examples
from knockon.models.soft_impute import LowRank
from knockon.models.strains.additive import Additive
from knockon.models.strains.factorisation import Factorisation, pair_matrix, pair_sums
from tests.models.made_up import GENES, correlation, planted, split


def test_a_planted_low_rank_interaction_is_recovered_where_additive_effects_fail():
    examples, _ = planted(noise=0.3)
    train, validation, test = split(examples)
    model, additive = Factorisation(), Additive()
    for fitted in (model, additive):
        fitted.fit(train, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.9
    assert correlation(test.values, additive.predict(test.genotypes)) < 0.85


def test_sums_over_pairs_equal_a_loop_for_any_number_of_genes():
    rng = np.random.default_rng(0)
    matrix = LowRank(rng.normal(size=(60, 4)), rng.normal(size=4))
    strains = [[], [5], [1, 9], [0, 3, 8], [2, 4, 6, 10]]
    indptr = np.concatenate([[0], np.cumsum([len(strain) for strain in strains])])
    genotypes = Genotypes(GENES, indptr, np.array([gene for strain in strains for gene in strain], dtype=np.int32))
    dense = matrix.dense()
    expected = [sum(dense[g, h] for g in strain for h in strain if g < h) for strain in strains]
    np.testing.assert_allclose(pair_sums(genotypes, GENES, matrix), expected, atol=1e-12)


def test_strains_of_one_pair_are_averaged_by_weight():
    genotypes = Genotypes(("A", "B"), np.array([0, 2, 4]), np.array([0, 1, 1, 0], dtype=np.int32))
    examples = Examples(genotypes, np.array([1.0, 4.0]), np.array([2.0, 1.0]), np.zeros(2))
    observed, weights = pair_matrix(examples, ("A", "B"), examples.values)
    np.testing.assert_allclose(observed, [[0, 2], [2, 0]])
    np.testing.assert_allclose(weights, [[0, 1], [1, 0]])


def test_singles_and_triples_among_the_training_strains_do_no_harm():
    examples, _ = planted(noise=0.0)
    train, validation, test = split(examples)
    extra = Genotypes(GENES, np.array([0, 1, 4]), np.array([0, 1, 2, 3], dtype=np.int32))
    mixed = Examples(
        Genotypes(
            GENES,
            np.concatenate([train.genotypes.indptr, train.genotypes.indptr[-1] + extra.indptr[1:]]),
            np.concatenate([train.genotypes.indices, extra.indices]),
        ),
        np.append(train.values, [0.0, 0.0]),
        np.append(train.weights, [1.0, 1.0]),
        train.singles,
    )
    model = Factorisation()
    model.fit(mixed, validation, seed=0)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.9


def test_genes_in_no_training_pair_get_the_additive_prediction_alone():
    examples, _ = planted(noise=0.1)
    inner = (examples.genotypes.pairs() < 50).all(axis=1)
    train, validation, _ = split(examples.take(inner))
    model = Factorisation(refit=False)
    additive = Additive(refit=False)
    for fitted in (model, additive):
        fitted.fit(train, validation, seed=0)
    outer = examples.take(~inner).genotypes
    np.testing.assert_allclose(model.predict(outer), additive.predict(outer))


def test_fixed_settings_need_no_validation_rows():
    train, _, test = split(planted(noise=0.1)[0])
    model = Factorisation(rank=[4], shrinkage=[0.3], ridge=[3.0])
    model.fit(train, test.take(np.zeros(0, dtype=int)), seed=0)
    assert len(model.residual.values) <= 4
    assert correlation(test.values, model.predict(test.genotypes)) > 0.8


def test_a_saved_model_predicts_the_same_and_its_bytes_are_stable(tmp_path):
    train, validation, test = split(planted()[0])
    contents = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        model = Factorisation()
        model.fit(train, validation, seed=0)
        model.save(tmp_path / name)
        contents.append((tmp_path / name / "factorisation.safetensors").read_bytes())
    other = Factorisation()
    other.load(tmp_path / "first")
    assert contents[0] == contents[1]
    assert other.chosen == model.chosen
    assert np.array_equal(other.predict(test.genotypes), model.predict(test.genotypes))
    for fitted in (model, other):
        # Another memory layout gives other last digits on some processors only.
        assert fitted.residual.vectors.flags.c_contiguous


@pytest.mark.parametrize("settings", [{"rank": []}, {"rank": [0]}, {"shrinkage": [0.0]}, {"shrinkage": [2.0]}])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(KnockonError, match="factorisation"):
        Factorisation(**settings)
