"""The network model: the genome once a batch, strains as sets, new genes known by their network."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from knockon.errors import KnockonError
from knockon.models.networks.batches import seeded, strain_tensors
from knockon.models.networks.delta import DeltaDesign
from knockon.models.networks.genome_encoder import CONVOLUTIONS, genome_network
from tests.models.made_up import GENES, dense_inputs, planted
from tests.models.networks.test_batches import strains


def side():
    """A random physical network with scores up to 1000, and six annotation groups."""
    generator = np.random.default_rng(0)
    links = sp.random(60, 60, 0.1, format="csr", random_state=generator, dtype=np.float32) * 1000
    groups = sp.csr_matrix((np.ones(60), (np.arange(60), np.arange(60) % 6)), shape=(60, 6), dtype=np.float32)
    return {"physical": links, "complexes": groups}


def built(convolution="transformer", **options):
    with seeded(0):
        return DeltaDesign(dense_inputs(), side(), convolution=convolution, width=8, **options).network(GENES, 1, 2)


def test_networks_become_edges_in_both_directions():
    genome = genome_network(side(), 60)
    assert set(genome.edges) == {
        ("gene", "physical", "gene"),
        ("gene", "physical_back", "gene"),
        ("gene", "complexes", "complexes"),
        ("complexes", "complexes_back", "gene"),
    }
    forward, back = genome.edges["gene", "physical", "gene"], genome.edges["gene", "physical_back", "gene"]
    assert torch.equal(forward, back.flip(0))
    assert genome.attributes["gene", "physical", "gene"].max() == 1
    assert genome.groups == {"complexes": 6}
    sums = torch.zeros(60).index_add(0, genome.neighbours[1], genome.shares)
    assert torch.allclose(sums[sums > 0], torch.ones(()), atol=1e-5)


@pytest.mark.parametrize("convolution", CONVOLUTIONS)
def test_the_genome_is_encoded_once_a_batch(convolution):
    """Whatever the number of strains."""
    network, calls = built(convolution).eval(), []
    network.encoder.register_forward_hook(lambda *_: calls.append(1))
    batch = strain_tensors(strains([1, 2], [3], [4, 5, 6], [1, 7]), np.arange(4))
    found = network(batch)
    assert found.outputs.shape == (4, 1, 2)
    assert len(calls) == 1


def test_a_batch_is_its_strains_one_by_one_whatever_the_order_of_genes():
    network = built().eval()
    together = network(strain_tensors(strains([1, 2], [3], [4, 5, 6]), np.arange(3))).outputs
    alone = [network(strain_tensors(strains(genes), np.array([0]))).outputs[0] for genes in ([2, 1], [3], [6, 4, 5])]
    assert torch.allclose(together, torch.stack(alone), atol=1e-5)


def test_memory_of_a_strain_is_by_its_genes():
    """No tensor of strains × genes is kept for the gradients: what 4,096 strains add is a few vectors each."""
    network, sizes = built(), []
    for count in (1, 4096):
        kept = {}

        def note(tensor, kept=kept):
            kept[tensor.data_ptr()] = tensor.numel()
            return tensor

        genotypes = strains(*([[1, 2]] * count))
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            network(strain_tensors(genotypes, np.arange(count)))
        sizes.append(sum(kept.values()))
    assert (sizes[1] - sizes[0]) / 4095 < 2 * len(GENES)


def test_distributed_training_needs_every_parameter_in_the_graph():
    """DDP waits for gradients of all parameters: those that no gene reads are not built."""
    network = built(use_vectors=True)
    network(strain_tensors(strains([1, 2], [3, 9], [4, 5]), np.arange(3))).outputs.square().sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_genes_without_training_strains_have_no_identity():
    examples, _ = planted()
    network = built()
    design = DeltaDesign(dense_inputs(), side(), width=8)
    design.prepare(network, examples.take((examples.genotypes.pairs() > 3).all(axis=1)))
    assert (network.encoder.identity.weight[:4] == 0).all()
    assert (network.encoder.identity.weight[4:] != 0).any()


def test_wrong_networks_are_named():
    with pytest.raises(KnockonError, match="no network regulation; there are complexes, physical"):
        DeltaDesign(dense_inputs(), side(), networks=("regulation",))
    with pytest.raises(KnockonError, match="transformer, gat, gin"):
        DeltaDesign(dense_inputs(), side(), convolution="sage")
    with pytest.raises(KnockonError, match="3 rows for 60 genes"):
        genome_network({"physical": sp.csr_matrix((3, 3))}, 60)


def test_without_networks_it_still_predicts():
    with seeded(0):
        network = DeltaDesign(dense_inputs(), {}, width=8).network(GENES, 1, 1).eval()
    assert torch.isfinite(network(strain_tensors(strains([1, 2]), np.array([0]))).outputs).all()


def test_the_description_tells_networks_apart():
    other = side() | {"physical": side()["complexes"] @ side()["complexes"].T}
    assert DeltaDesign(dense_inputs(), side()).describe() != DeltaDesign(dense_inputs(), other).describe()
