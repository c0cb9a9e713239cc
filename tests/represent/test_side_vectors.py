"""Vectors of genes from annotations: genes of one complex are alike, kinds weigh alike, bytes are the same again."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.represent.side_vectors import side_vectors

GENES = tuple(f"Y{number:02d}" for number in range(40))


def complexes(groups=8):
    rows = np.arange(len(GENES))
    return sp.csr_matrix((np.ones(len(GENES), np.float32), (rows, rows % groups)), shape=(len(GENES), groups))


def noise(scale=1.0):
    return sp.random(len(GENES), 30, density=0.1, random_state=1, format="csr", dtype=np.float32) * scale


def test_genes_of_one_group_have_one_vector():
    vectors = side_vectors({"complex": complexes()}, GENES, 6, seed=1)
    assert vectors.matrix.shape == (40, 6)
    assert np.allclose(vectors.matrix[:8], vectors.matrix[8:16], atol=1e-4)
    assert not np.allclose(vectors.matrix[0], vectors.matrix[1], atol=1e-2)


def test_the_unit_of_a_kind_does_not_matter():
    found = [side_vectors({"complex": complexes(), "links": noise(scale)}, GENES, 5, 1) for scale in (1.0, 1000.0)]
    assert np.allclose(found[0].matrix, found[1].matrix, atol=1e-3)


def test_the_same_seed_gives_the_same_bytes():
    made = [side_vectors({"complex": complexes(), "links": noise()}, GENES, 5, 1) for _ in range(2)]
    assert made[0].matrix.tobytes() == made[1].matrix.tobytes()
    assert made[0].provenance == {"kinds": "complex, links"}


def test_few_features_give_short_vectors():
    assert side_vectors({"complex": complexes()}, GENES, 100, 1).dimensions == 7


def test_a_kind_without_entries_is_left_out_and_no_kind_is_an_error():
    empty = sp.csr_matrix((len(GENES), 3), dtype=np.float32)
    assert side_vectors({"complex": complexes(), "pathway": empty}, GENES, 5, 1).provenance["kinds"] == "complex"
    with pytest.raises(KnockonError, match="nothing is known"):
        side_vectors({"pathway": empty}, GENES, 5, 1)
