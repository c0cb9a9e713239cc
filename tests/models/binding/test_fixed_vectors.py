"""Fixed vectors in a tower: each text reads its own row, a text without one is named, and a fit needs them."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.features import composition, fingerprints
from knockon.models.binding.fixed_vectors import FixedVectors
from knockon.models.binding.registry import build
from tests.models.binding.planted import split

TRAINING = {"epochs": 3, "batch_size": 32, "learning_rate": 5e-3, "device": "cpu", "precision": "float32"}
SETTINGS = {"width": 16, "projection": 8, "tile": 1, "dropout": 0.0, "ligand_encoder": "features"}


def of_proteins(texts, matrix=None):
    return {"protein": FixedVectors("planted", texts, composition(texts) if matrix is None else matrix)}


def predicted(vectors, **settings):
    train, validation, test = split()
    model = build("dual", {**SETTINGS, **settings}, TRAINING, vectors)
    model.fit(train, validation, seed=1)
    return model, model.predict(test)


def test_a_tower_on_composition_as_vectors_is_the_tower_on_composition():
    train, _, _ = split()
    _, own = predicted(None, protein_encoder="features")
    _, given = predicted(of_proteins(train.proteins), protein_encoder="vectors")
    assert np.array_equal(own, given)


def test_rows_are_found_by_their_text_in_any_order():
    train, _, _ = split()
    _, one = predicted(of_proteins(train.proteins), protein_encoder="vectors")
    _, other = predicted(of_proteins(train.proteins[::-1]), protein_encoder="vectors")
    assert np.array_equal(one, other)
    found = of_proteins(train.proteins)["protein"]
    assert np.array_equal(found.rows(train.proteins[3:5]), composition(train.proteins)[3:5])
    mixed = np.random.default_rng(0).permutation(composition(train.proteins))
    _, wrong = predicted(of_proteins(train.proteins, mixed), protein_encoder="vectors")
    assert not np.allclose(wrong, one, atol=1e-3)


def test_ligands_may_have_vectors_too():
    train, _, _ = split()
    _, own = predicted(None, protein_encoder="features")
    given = {"ligand": FixedVectors("ecfp", train.ligands, fingerprints(train.ligands))}
    _, found = predicted(given, ligand_encoder="vectors", protein_encoder="features")
    assert np.array_equal(own, found)


def test_a_text_without_a_vector_is_named():
    train, _, _ = split()
    some = FixedVectors("planted", train.proteins[2:], composition(train.proteins[2:]))
    with pytest.raises(KnockonError, match=f"none of {train.proteins[0][:20]}.* of 1 others"):
        predicted({"protein": some}, protein_encoder="vectors")


def test_a_tower_that_is_given_no_vectors_says_so():
    with pytest.raises(KnockonError, match="protein_encoder is vectors, but it was given none"):
        predicted(None, protein_encoder="vectors")


def test_texts_and_vectors_must_fit():
    rows = np.zeros((2, 3), dtype=np.float32)
    with pytest.raises(KnockonError, match="1 distinct texts, 2 vectors"):
        FixedVectors("planted", ("MKV", "MKV"), rows)
    assert FixedVectors("a", ("M", "K"), rows).digest != FixedVectors("a", ("K", "M"), rows).digest


def test_a_saved_model_answers_alike_where_it_is_given_the_same_vectors(tmp_path):
    train, _, test = split()
    vectors = of_proteins(train.proteins)
    model, before = predicted(vectors, protein_encoder="vectors")
    model.save(tmp_path)
    again = build("dual", {**SETTINGS, "protein_encoder": "vectors"}, TRAINING, vectors)
    again.load(tmp_path)
    assert np.array_equal(again.predict(test), before)
