"""Near proteins: tables of a split's sides, likeness by vectors and by words, and what a look-up of them is worth."""

import numpy as np
import pytest

from knockon.models.binding.near_proteins import ProteinTables, judged, likeness, scaled, words
from knockon.models.binding.protocol import Pairs
from tests.models.binding.planted import proteins

LIGANDS = tuple("C" * length for length in range(1, 9))
SEQUENCES = proteins(12)
KIND = np.arange(12) % 3
SIDES = {"train": range(6), "validation": range(6, 9), "test": range(9, 12)}


def side(numbers, repeats=1):
    """All pairs of some proteins: the kind of a protein says which ligands bind it."""
    numbers = list(numbers)
    protein, ligand = (each.ravel() for each in np.meshgrid(range(len(numbers)), range(8), indexing="ij"))
    protein, ligand = np.tile(protein, repeats), np.tile(ligand, repeats)
    values = np.where(ligand % 3 == KIND[numbers][protein], 8.0, 5.0)
    texts = tuple(SEQUENCES[number] for number in numbers)
    return Pairs(LIGANDS, texts, ligand, protein, values, np.zeros(len(values), dtype=np.int8))


@pytest.fixture
def tables():
    return ProteinTables.of({name: side(numbers, 2) for name, numbers in SIDES.items()}, threshold=7.0, least=2)


def by_kind(names):
    return {name: np.eye(3, dtype=np.float32)[KIND[list(SIDES[name])]] for name in names}


def test_repeats_are_averaged_in_tables_and_kept_among_the_tested_pairs(tables):
    assert tables.strengths["train"].shape == (6, 8)
    assert len(tables.tested) == 2 * 3 * 8
    shared = tables.labels("test", "train")
    assert np.array_equal(shared, (KIND[9:, None] == KIND[None, :6]).astype(float))
    own = tables.own_labels()
    assert {name: each.shape for name, each in own.items()} == {"train": (6, 6), "validation": (3, 3), "test": (3, 3)}
    assert np.isnan(np.diag(own["train"])).all()
    assert np.isfinite(own["train"]).sum() == 30


def test_vectors_that_tell_what_binds_are_looked_up_without_an_error(tables):
    right = judged(tables, [likeness(by_kind(SIDES))], near=2, temperatures=[1.0, 0.01])
    blind = {name: np.zeros((len(numbers), 6)) for name, numbers in SIDES.items()}
    wrong = judged(tables, [blind], near=2, temperatures=[1.0, 0.01])
    assert right["near"].tolist() == [1.0, 1.0, 1.0]
    assert right["squared"].sum() < 1e-6 < wrong["squared"].sum()
    assert np.isnan(wrong["near"]).all(), "where all are equally alike none is near"
    both = judged(tables, [likeness(by_kind(SIDES)), blind], near=2, temperatures=[1.0, 0.01])
    assert both["squared"] == pytest.approx((right["squared"] + wrong["squared"]) / 2)


def test_words_in_common_are_a_likeness_of_every_side_to_training(tables):
    found = words(tables, 3)
    assert {name: each.shape for name, each in found.items()} == {"train": (6, 6), "validation": (3, 6), "test": (3, 6)}
    assert np.diag(found["train"]) == pytest.approx(np.ones(6), abs=1e-6)


def test_vectors_are_scaled_by_training_alone():
    vectors = {"train": np.array([[1.0, 7.0], [3.0, 7.0]]), "test": np.array([[5.0, 9.0]])}
    found = scaled(vectors)
    assert found["train"].tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert found["test"].tolist() == [[3.0, 0.0]]
