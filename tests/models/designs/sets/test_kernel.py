import numpy as np

from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.sets.kernel import PARTS, Rows, SetKernel, alikeness
from knockon.models.designs.sets.strains import genotypes_of

GENES = ("a", "b", "c", "d")
SETS = [(), ("a",), ("a", "b"), ("a", "b", "c"), ("c", "d"), ("a", "b")]
FEATURES = GeneFeatures(GENES, ("locus",), np.array([[1.0], [2.0], [50.0], [np.nan]], dtype=np.float32))


def rows(cycles=(0, 0, 0, 1, 1, -1)):
    return Rows(genotypes_of(SETS, GENES), np.array(cycles))


def test_each_kernel_by_hand():
    kernels = SetKernel(FEATURES, 3.0).parts(rows(), rows())
    assert set(kernels) == set(PARTS)
    assert kernels["gene"][2].tolist() == [0, 1, 2, 2, 0, 2]
    assert kernels["pair"][3].tolist() == [0, 0, 1, 3, 0, 1]
    assert kernels["built"][0].tolist() == [0] * 6
    assert kernels["cycle"].tolist()[5] == [0] * 6
    near = np.exp(-1 / 3)
    np.testing.assert_allclose(kernels["alike"][1, 2], 1 + near)
    # {a, b} with itself as a pair of like genes: aa·bb + ab·ba.
    np.testing.assert_allclose(kernels["alike_pair"][2, 2], 1 + near**2)


def test_a_pair_of_like_genes_is_the_sum_over_pairs():
    kernel = SetKernel(FEATURES, 3.0).parts(rows(), rows())["alike_pair"]
    alike = alikeness(FEATURES, np.arange(4), 3.0)
    left, right = (0, 1, 2), (2, 3)
    expected = sum(
        alike[i, k] * alike[j, m] + alike[i, m] * alike[j, k]
        for i, j in ((0, 1), (0, 2), (1, 2))
        for k, m in ((right[0], right[1]),)
    )
    assert left == tuple("abc".index(gene) for gene in SETS[3])
    np.testing.assert_allclose(kernel[3, 4], expected, atol=1e-12)


def test_every_kernel_is_a_covariance():
    for kernel in SetKernel(FEATURES, 3.0).parts(rows(), rows()).values():
        assert np.linalg.eigvalsh(kernel).min() > -1e-9
        np.testing.assert_allclose(kernel, kernel.T)


def test_the_diagonal_is_that_of_the_matrix():
    kernel, variances = SetKernel(FEATURES, 3.0), {name: 0.1 + place for place, name in enumerate(PARTS)}
    whole = kernel.total(rows(), rows(), variances)
    np.testing.assert_allclose(kernel.diagonal(rows(), variances), np.diag(whole))


def test_a_gene_without_features_is_like_itself_alone():
    np.testing.assert_allclose(alikeness(FEATURES, np.array([0, 3]), 3.0), np.eye(2))
    assert alikeness(None, np.arange(2), 3.0) is None


def test_kernels_add_up_by_their_variances():
    kernel = SetKernel(None, 1.0)
    parts = kernel.parts(rows(), rows(), ("gene", "pair"))
    assert list(parts) == ["gene", "pair"]
    expected = 2 * parts["gene"] + 0.5 * parts["pair"]
    np.testing.assert_allclose(kernel.total(rows(), rows(), {"gene": 2.0, "pair": 0.5, "cycle": 0.0}), expected)
    assert not kernel.total(rows(), rows(), {}).any()
