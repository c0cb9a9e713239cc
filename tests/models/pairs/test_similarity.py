import numpy as np
import pytest
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.models.pairs.similarity import COMBINED, Similarities, largest

TERMS = sp.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 0, 0]], dtype=float))
PROFILES = sp.csr_matrix(np.array([[1, -1.0], [-2, 2], [1, -1], [0, 3]]))
EVERY = np.arange(4)


def test_profiles_are_compared_by_their_cosine():
    expected = [[1, -1, 1, -(0.5**0.5)], [-1, 1, -1, 0.5**0.5], [1, -1, 1, -(0.5**0.5)]]
    found = Similarities({"profile": PROFILES}, 4).between("profile", EVERY, EVERY)
    np.testing.assert_allclose(found[:3], expected, atol=1e-6)


def test_sharing_a_rare_term_counts_more_than_sharing_a_common_one():
    terms = sp.csr_matrix(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1], [0, 1, 0], [0, 1, 0]], dtype=float))
    similarity = Similarities({"terms": terms}, 5)
    rare, common = similarity.of_pairs("terms", np.array([0, 0]), np.array([2, 1]))
    assert rare > common > 0


def test_a_gene_without_features_is_like_no_gene():
    similarity = Similarities({"terms": TERMS}, 4)
    assert not similarity.between("terms", np.array([3]), EVERY).any()
    assert similarity.neighbours("terms", np.array([3]), EVERY, 2).nnz == 0


def test_pairs_give_what_the_whole_table_gives():
    similarity = Similarities({"terms": TERMS, "profile": PROFILES}, 4)
    first, second = np.divmod(np.arange(16), 4)
    for kind in similarity.kinds:
        table = similarity.between(kind, EVERY, EVERY)
        np.testing.assert_allclose(similarity.of_pairs(kind, first, second), table.ravel(), atol=1e-6)


def test_the_combined_similarity_is_the_mean_of_all():
    similarity = Similarities({"terms": TERMS, "profile": PROFILES}, 4)
    mean = sum(similarity.between(kind, EVERY, EVERY) for kind in ("terms", "profile")) / 2
    np.testing.assert_allclose(similarity.between(COMBINED, EVERY, EVERY), mean, atol=1e-6)


def test_a_gene_is_not_its_own_neighbour_and_only_the_nearest_are_kept():
    near = Similarities({"terms": TERMS}, 4).neighbours("terms", EVERY, EVERY, 1).toarray()
    assert near.astype(bool).sum(axis=1).tolist() == [1, 1, 1, 0]
    assert near[0, 1] == pytest.approx(1)
    assert near[1, 0] == pytest.approx(1)


def test_of_equal_similarities_the_first_are_kept():
    assert largest(np.full((1, 5), 0.5, dtype=np.float32), 2).indices.tolist() == [0, 1]


def test_negative_similarities_are_no_neighbours():
    assert largest(np.array([[-1, 0, 0.5]], dtype=np.float32), 3).toarray().tolist() == [[0, 0, 0.5]]


def test_no_side_information_is_no_error():
    assert Similarities({}, 4).kinds == ()


@pytest.mark.parametrize(
    ("side", "message"), [(TERMS[:2], "2 rows for 4 genes"), (sp.csr_matrix(np.full((4, 1), np.nan)), "not finite")]
)
def test_side_information_that_does_not_fit_is_refused(side, message):
    with pytest.raises(KnockonError, match=message):
        Similarities({"bad": side}, 4)


def test_directions_put_like_genes_together_and_say_nothing_of_unknown_ones():
    module = np.arange(30) % 3
    terms = sp.csr_matrix((np.ones(30), (np.arange(30), module)), shape=(31, 4))
    found = Similarities({"terms": terms}, 31).directions(8)
    assert found.shape == (31, 8)
    assert found.dtype == np.float32
    assert not found[30].any()
    assert np.allclose(found[0], found[3], atol=1e-5)
    assert np.abs(found[0] - found[1]).max() > 1
    assert np.array_equal(found, Similarities({"terms": terms}, 31).directions(8))
