import numpy as np
import pytest
import scipy.sparse as sp

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.represent.aggregate import METHODS, aggregate, factors
from knockon.represent.representation import Representation

GENES = tuple(f"Y{number:03d}" for number in range(30))


def _strains(rng, strains=50, genes=GENES):
    counts = rng.integers(0, 4, size=strains)
    counts[0] = 0
    indices = np.concatenate([rng.choice(len(genes), size=count, replace=False) for count in counts])
    return Genotypes(genes, np.concatenate([[0], np.cumsum(counts)]), indices.astype(np.int32))


def _loop(genotypes, matrix, method):
    """The definition, strain by strain."""
    rows = []
    for start, end in zip(genotypes.indptr[:-1], genotypes.indptr[1:], strict=True):
        perturbed = np.isin(np.arange(len(matrix)), genotypes.indices[start:end])
        chosen = matrix[perturbed if method.startswith("pert") else ~perturbed].astype(np.float64)
        total = chosen.sum(axis=0)
        rows.append(total / max(len(chosen), 1) if method.endswith("mean") else total)
    return np.array(rows)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_aggregation_equals_its_definition(method, kind):
    rng = np.random.default_rng(1)
    dense = rng.normal(size=(30, 7)).astype(np.float32)
    if kind == "sparse":
        dense[rng.random(dense.shape) < 0.7] = 0
    matrix = sp.csr_matrix(dense) if kind == "sparse" else dense
    genotypes = _strains(rng)
    result = aggregate(genotypes, Representation("r", GENES, matrix), method)
    assert result.dtype == np.float32
    assert sp.issparse(result) == (kind == "sparse" and method.startswith("pert"))
    found = result.toarray() if sp.issparse(result) else result
    np.testing.assert_allclose(found, _loop(genotypes, dense, method), rtol=1e-4, atol=1e-5)


def test_genes_are_matched_by_name_not_by_position():
    """The dataset and the representation may list different genes: a shift by one would go unnoticed otherwise."""
    matrix = np.arange(30, dtype=np.float32)[:, None]
    few = ("Y003", "Y017")
    genotypes = Genotypes(few, np.array([0, 1, 3]), np.array([1, 0, 1], dtype=np.int32))
    result = aggregate(genotypes, Representation("r", GENES, matrix), "pert_sum")
    assert result[:, 0].tolist() == [17, 20]


def test_a_gene_without_a_vector_is_named():
    genotypes = Genotypes(("Y000", "Z"), np.array([0, 2]), np.array([0, 1], dtype=np.int32))
    with pytest.raises(KnockonError, match="'Z'"):
        aggregate(genotypes, Representation("r", GENES, np.ones((30, 1), dtype=np.float32)), "pert_sum")


def test_a_gene_without_a_vector_that_no_strain_perturbs_does_not_matter():
    genotypes = Genotypes(("Y000", "Z"), np.array([0, 1]), np.array([0], dtype=np.int32))
    representation = Representation("r", GENES, np.ones((30, 1), dtype=np.float32))
    assert aggregate(genotypes, representation, "pert_sum").tolist() == [[1.0]]


def test_an_unknown_method_is_answered_with_the_known_ones():
    with pytest.raises(KnockonError, match="intact_mean"):
        aggregate(
            _strains(np.random.default_rng(0)), Representation("r", GENES, np.ones((30, 1), np.float32)), "pert_max"
        )


@pytest.mark.parametrize("method", METHODS)
def test_blocks_together_are_the_whole(method):
    rng = np.random.default_rng(2)
    genotypes = _strains(rng)
    representation = Representation("r", GENES, rng.normal(size=(30, 4)).astype(np.float32))
    product = factors(genotypes, representation, method)
    blocks = np.vstack([block for _, block in product.blocks(7)])
    np.testing.assert_allclose(blocks, aggregate(genotypes, representation, method), rtol=1e-5, atol=1e-5)


def test_intact_takes_work_in_the_perturbed_genes_not_in_the_genome():
    """A strain × genome matrix of these 50,000 strains would have 3·10⁸ entries."""
    genes = tuple(f"Y{number:05d}" for number in range(6000))
    rng = np.random.default_rng(3)
    indices = rng.integers(0, 6000, size=100_000).astype(np.int32)
    genotypes = Genotypes(genes, np.arange(0, 100_001, 2), indices)
    representation = Representation("r", genes, rng.normal(size=(6000, 20)).astype(np.float32))
    assert factors(genotypes, representation, "intact_mean").strains.nnz <= 3 * 50_000
    assert aggregate(genotypes, representation, "intact_mean").shape == (50_000, 20)
