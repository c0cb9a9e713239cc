"""The small networks, by hand: sets of genes in, the same numbers out."""

import numpy as np
import torch

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Inputs
from knockon.models.networks.batches import seeded, strain_of_perturbation, strain_tensors
from knockon.models.networks.bilinear import BilinearDesign
from knockon.models.networks.set import SetDesign
from tests.models.made_up import GENES, all_pairs, dense_inputs, planted


def strains(*sets):
    indptr = np.concatenate([[0], np.cumsum([len(members) for members in sets])])
    return Genotypes(GENES, indptr.astype(np.int64), np.concatenate(sets).astype(np.int32))


def test_strains_become_csr_tensors():
    batch = strain_tensors(strains([3, 7], [1], [2, 4, 6]), np.array([2, 0]))
    assert batch["indices"].tolist() == [2, 4, 6, 3, 7]
    assert batch["indptr"].tolist() == [0, 3, 5]
    assert strain_of_perturbation(**batch).tolist() == [0, 0, 0, 1, 1]


def test_bilinear_is_effects_plus_products_of_all_pairs():
    """Written as a loop over the pairs of a triple mutant."""
    with seeded(0):
        network = BilinearDesign(dense_inputs(), width=5).network(GENES, 1, 1)
    genes = [4, 9, 30]
    effect, factor = network.effect.weight, network.interaction.weight
    pairs = sum(factor[a] * factor[b] for a, b in ((4, 9), (4, 30), (9, 30)))
    expected = network.head(torch.cat([effect[genes].sum(0), pairs]))
    found = network(strain_tensors(strains(genes), np.array([0]))).outputs
    assert torch.allclose(found.flatten(), expected, atol=1e-6)


def test_the_order_of_genes_does_not_matter():
    with seeded(0):
        network = BilinearDesign(dense_inputs(), use_vectors=True).network(GENES, 2, 3)
    found = [network(strain_tensors(strains(genes), np.array([0]))).outputs for genes in ([1, 8, 5], [8, 5, 1])]
    assert found[0].shape == (1, 2, 3)
    assert torch.allclose(*found, atol=1e-6)


def test_with_vectors_a_new_gene_is_known_by_its_representation():
    """Two genes with equal vectors, neither seen in training, are interchangeable; genes with different ones aren't."""
    inputs = dense_inputs()
    inputs.representation.matrix[11] = inputs.representation.matrix[10]
    design = BilinearDesign(inputs, use_vectors=True)
    with seeded(0):
        network = design.network(GENES, 1, 1)
    examples, _ = planted()
    design.prepare(network, examples.take((examples.genotypes.pairs() > 12).all(axis=1)))
    batch = strain_tensors(strains([10, 40], [11, 40], [12, 40]), np.arange(3))
    first, second, third = network(batch).outputs.flatten()
    assert torch.allclose(first, second)
    assert not torch.allclose(first, third)


def test_the_perceptron_sees_standardised_vectors():
    examples, _ = planted()
    design = SetDesign(dense_inputs("pert_mean"))
    network = design.network(GENES, 1, 1)
    design.prepare(network, examples)
    vectors = design.batches(all_pairs()).batch(np.arange(len(all_pairs())))["vectors"]
    standardised = (vectors - network.center) / network.spread
    assert torch.allclose(standardised.mean(0), torch.zeros(8), atol=1e-5)
    assert torch.allclose(standardised.std(0), torch.ones(8), atol=1e-2)


def test_a_column_without_spread_does_no_harm():
    inputs = dense_inputs()
    matrix = inputs.representation.matrix.copy()
    matrix[:, 2] = 1.5
    examples, _ = planted()
    design = SetDesign(Inputs(type(inputs.representation)("flat", GENES, matrix), "pert_sum"))
    network = design.network(GENES, 1, 1).eval()
    design.prepare(network, examples)
    assert torch.isfinite(network(design.batches(examples.genotypes).batch(np.arange(5))).outputs).all()
