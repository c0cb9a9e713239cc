"""The batched DCell is the module-per-term DCell: outputs, gradients, running statistics, term by term."""

import numpy as np
import pytest
import torch

from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import arrange
from knockon.models.networks.batches import seeded
from tests.models.dcell.reference import ReferenceDCell, copy_into, gradient_views, views

GENES = tuple(f"Y{number:02d}" for number in range(90))


def random_topology(seed: int):
    """40 terms of very different sizes on five levels, with shared children; all genes are reached."""
    generator = np.random.default_rng(seed)
    own = {f"T{term:02d}": set(generator.choice(GENES, generator.integers(1, 9)).tolist()) for term in range(39)}
    children = {f"T{term:02d}": set() for term in range(39)}
    for term in range(12, 39):
        below = generator.choice(term // 8 * 8, generator.integers(1, 4))
        children[f"T{term:02d}"] = {f"T{child:02d}" for child in below}
    called = {child for kids in children.values() for child in kids}
    own["root"], children["root"] = set(GENES), set(children) - called
    return arrange(own, children)


def strains(count: int, seed: int):
    """Random strains of one to three genes: CSR tensors, and the dense 0/1 matrix."""
    generator = np.random.default_rng(seed)
    sets = [generator.choice(len(GENES), generator.integers(1, 4), replace=False) for _ in range(count)]
    dense = torch.zeros(count, len(GENES), dtype=torch.float64)
    for row, members in enumerate(sets):
        dense[row, members] = 1
    indptr = np.concatenate([[0], np.cumsum([len(members) for members in sets])])
    return {"indices": torch.from_numpy(np.concatenate(sets)), "indptr": torch.from_numpy(indptr)}, dense


@pytest.fixture
def pair():
    """Both implementations in double precision, with the same random parameters."""
    topology = random_topology(1)
    with seeded(0):
        model = DCell(topology, GENES, outputs=2).double()
        reference = ReferenceDCell(topology, outputs=2).double()
        for block in model.blocks:
            block.scale.data.uniform_(0.5, 1.5)
    copy_into(reference, model)
    return model, reference


def ordered(model, guesses):
    return torch.stack([guesses[name] for name in model.term_names], dim=1)


def both(pair, batch, dense):
    model, reference = pair
    found, (states, guesses) = model(batch), reference(dense)
    fast = torch.cat([found.auxiliary, found.outputs[:, None]], dim=1)[:, :, 0]
    return fast, ordered(model, guesses), states


def test_blocks_hold_many_terms(pair):
    """Otherwise nothing is batched."""
    model, _ = pair
    assert len(model.blocks) <= 2 * len(model.topology.levels)
    assert sum(len(block.terms) for block in model.blocks) == len(model.topology.terms)


@pytest.mark.parametrize("training", [True, False])
def test_outputs_and_states_are_identical(pair, training):
    model = pair[0]
    batch, dense = strains(50, 2)
    both(pair, batch, dense)
    for one in pair:
        one.train(training)
    fast, slow, states = both(pair, batch, dense)
    assert torch.allclose(fast, slow, rtol=1e-9, atol=1e-10)
    for name, state in model.states(batch).items():
        assert torch.allclose(state, states[name], rtol=1e-8, atol=1e-9)


def test_gradients_and_running_statistics_are_identical(pair):
    model, reference = pair
    batch, dense = strains(60, 3)
    fast, slow, _ = both(pair, batch, dense)
    weights = torch.linspace(-1, 2, fast.numel()).view(fast.shape)
    for outputs in (fast, slow):
        (weights * outputs.square()).sum().backward()
    for name, gradients in gradient_views(model).items():
        for key, gradient in gradients.items():
            expected = reference.parts[name].get_parameter(key).grad
            assert torch.allclose(gradient, expected, rtol=1e-7, atol=1e-8 * expected.abs().max().item() + 1e-12)
    for name, values in views(model).items():
        for key in ("norm.running_mean", "norm.running_var"):
            assert torch.allclose(values[key], reference.parts[name].get_buffer(key), rtol=1e-10)


def test_padding_never_learns(pair):
    """Padded weights stay 0 through steps with momentum and weight decay, so that terms never mix."""
    model, _ = pair
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.1)
    for seed in range(3):
        batch, _ = strains(40, seed)
        optimizer.zero_grad()
        found = model(batch)
        (found.outputs.square().sum() + found.auxiliary.square().sum()).backward()
        optimizer.step()
    for block in model.blocks:
        inside = torch.zeros_like(block.weight, dtype=torch.bool)
        for place, term in enumerate(block.terms):
            inside[place, : term.width, : int((block.inputs[place] > 0).sum())] = True
        assert (block.weight[~inside] == 0).all()
        assert (block.weight[inside] != 0).all()


def test_a_gene_that_the_hierarchy_lacks_has_no_effect():
    with seeded(0):
        model = DCell(random_topology(1), (*GENES, "Y99")).eval()
    known = model({"indices": torch.tensor([3]), "indptr": torch.tensor([0, 1])}).outputs
    extra = model({"indices": torch.tensor([3, 90]), "indptr": torch.tensor([0, 2])}).outputs
    wild = model({"indices": torch.tensor([], dtype=torch.int64), "indptr": torch.tensor([0, 0])}).outputs
    assert torch.equal(known, extra)
    assert not torch.equal(known, wild)


def test_the_order_of_genes_in_a_strain_does_not_matter():
    with seeded(0):
        model = DCell(random_topology(1), GENES).eval()
    one = model({"indices": torch.tensor([3, 7]), "indptr": torch.tensor([0, 2])}).outputs
    other = model({"indices": torch.tensor([7, 3]), "indptr": torch.tensor([0, 2])}).outputs
    assert torch.equal(one, other)


def test_a_saved_model_predicts_alike():
    with seeded(0):
        model = DCell(random_topology(1), GENES)
    batch, _ = strains(30, 4)
    model(batch)
    with seeded(5):
        other = DCell(random_topology(1), GENES)
    other.load_state_dict(model.state_dict())
    assert torch.equal(model.eval()(batch).outputs, other.eval()(batch).outputs)
