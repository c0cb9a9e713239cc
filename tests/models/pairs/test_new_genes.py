"""Interactions that follow from what is known of genes are told of genes that no pair holds."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.dataset.genotypes import Genotypes
from knockon.models.pairs.new_genes import NewGenes, as_side, feature_names, features, tell
from knockon.models.pairs.similarity import Similarities
from knockon.models.protocol import Examples

GENES, GROUPS = 90, 6
SETTINGS = NewGenes(parts=3, rounds=60, leaves=7, rows=20)


def planted(seed: int) -> tuple[Examples, np.ndarray]:
    """Pairs whose ε is a constant of the two genes' groups, with noise; and the group of each gene."""
    random = np.random.default_rng(seed)
    group = np.arange(GENES) % GROUPS
    between = random.normal(size=(GROUPS, GROUPS))
    between += between.T
    first, second = np.triu_indices(GENES, k=1)
    values = between[group[first], group[second]] + 0.3 * random.normal(size=len(first))
    genotypes = Genotypes(
        tuple(f"G{number:02}" for number in range(GENES)),
        2 * np.arange(len(first) + 1),
        np.column_stack([first, second]).ravel().astype(np.int32),
    )
    return Examples(genotypes, values, np.ones(len(first)), np.full(GENES, np.nan)), group


@pytest.fixture
def held_out() -> np.ndarray:
    mask = np.zeros(GENES, dtype=np.bool_)
    mask[np.random.default_rng(5).permutation(GENES)[:14]] = True
    return mask


def score(strains: Examples, held_out: np.ndarray, side: dict[str, sp.csr_matrix]) -> tuple[float, float]:
    told = tell(strains, held_out, side, SETTINGS, 1)
    tested = held_out[strains.genotypes.pairs()].any(axis=1)
    return float(np.corrcoef(told.predicted, strains.values[tested])[0, 1]), told.validation


def test_what_is_known_of_genes_tells_new_ones_and_chance_does_not(held_out):
    strains, group = planted(2)
    membership = sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])
    noise = as_side(np.random.default_rng(3).normal(size=(GENES, 8)).astype(np.float32))
    known, expected = score(strains, held_out, {"group": membership})
    assert known > 0.85
    assert expected == pytest.approx(known, abs=0.15)
    assert score(strains, held_out, {"noise": noise})[0] < 0.5


def test_no_label_of_a_held_out_gene_moves_anything(held_out):
    strains, group = planted(2)
    side = {"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])}
    tested = held_out[strains.genotypes.pairs()].any(axis=1)
    changed = np.where(tested, 99.0, strains.values)
    other = Examples(strains.genotypes, changed, strains.weights, strains.singles)
    one, two = (tell(each, held_out, side, SETTINGS, 1) for each in (strains, other))
    assert np.array_equal(one.predicted, two.predicted)
    assert one.validation == two.validation


def test_the_features_have_their_names_and_a_screened_gene_stands_for_itself():
    strains, group = planted(4)
    alike = Similarities({"group": sp.csr_matrix(np.eye(GROUPS, dtype=np.float32)[group])}, GENES)
    found = features(strains.genotypes.pairs().astype(np.int64), strains, alike)
    names = feature_names(alike)
    assert found.shape == (len(strains), len(names))
    assert (found[:, names.index("new_genes")] == 0).all()
    total = found[:, names.index("effects")] + found[:, names.index("expected")]
    # Nothing is new: effects and the pair's own residual give the label back, but for what the ridge shrinks.
    assert np.corrcoef(total, strains.values)[0, 1] > 0.99


def test_genes_without_a_vector_are_like_none():
    vectors = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    vectors[2] = np.nan
    found = as_side(vectors).toarray()
    assert not found[2].any()
    assert found[[0, 1, 3, 4]].mean(axis=0) == pytest.approx(0, abs=1e-6)
