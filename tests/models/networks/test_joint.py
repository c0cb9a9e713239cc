"""The network of joint phenotypes: a function of the set of genes, that knows what to say of a new one."""

import numpy as np
import pytest
import torch

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.networks.batches import strain_tensors
from knockon.models.networks.joint import JointDesign
from knockon.models.protocol import Examples
from tests.models.made_up import GENES, dense_inputs


@pytest.fixture
def design():
    return JointDesign(dense_inputs().representation, hidden=16, width=4)


@pytest.fixture
def network(design):
    torch.manual_seed(0)
    return design.network(GENES, 3, 2).eval()


def strains(*sets):
    counts = [len(genes) for genes in sets]
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Genotypes(GENES, indptr, np.array([gene for genes in sets for gene in genes], dtype=np.int32))


def outputs(network, genotypes):
    with torch.no_grad():
        return network(strain_tensors(genotypes, np.arange(len(genotypes)))).outputs


def test_the_order_of_the_genes_does_not_matter(network):
    assert torch.allclose(*outputs(network, strains((3, 7, 9), (9, 3, 7))), atol=1e-6)


def test_a_strain_does_not_depend_on_the_others_of_its_batch(network):
    alone, together = outputs(network, strains((3, 7))), outputs(network, strains((1,), (3, 7), (2, 5, 7)))
    assert alone.shape == (1, 3, 2)
    assert torch.allclose(alone[0], together[1], atol=1e-6)


def test_the_factors_of_a_single_deletion_say_nothing(network):
    features = network(strain_tensors(strains((3,)), np.arange(1))).features
    assert torch.allclose(features[0, 4:], torch.zeros(4), atol=1e-6)


def test_a_gene_without_training_strains_is_what_its_vector_says(design, network):
    train = Examples(strains((1,), (2, 3)), np.zeros((2, 3)), np.ones((2, 3)), np.full(len(GENES), np.nan))
    design.prepare(network, train)
    unseen = torch.tensor([gene for gene in range(len(GENES)) if gene not in (1, 2, 3)])
    assert (network.identity.weight[unseen] == 0).all()
    assert (network.identity.weight[torch.tensor([1, 2, 3])] != 0).any()
    assert not torch.equal(*outputs(network, strains((10,), (11,))))


def test_training_forgets_identities_and_prediction_does_not(network):
    network.known.eval()
    network.forgetting = 1.0
    with torch.no_grad():
        known = network.known(network.vectors[:5])
        assert not torch.allclose(network._states(torch.arange(5)), known)
        network.training = True
        assert torch.allclose(network._states(torch.arange(5)), known)


def test_other_genes_are_refused(design):
    with pytest.raises(KnockonError, match="other genes"):
        design.network(GENES[:5], 1, 1)


def test_a_design_describes_what_it_depends_on(design):
    other = JointDesign(dense_inputs(seed=1).representation, hidden=16, width=4)
    assert design.describe() != other.describe()
    assert design.describe() != JointDesign(dense_inputs().representation, hidden=8, width=4).describe()
