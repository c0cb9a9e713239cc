"""Gradients as products: the same gradient and norm as torch's, and no bit depends on who asks for which rows."""

import pytest
import torch
from torch import nn

from knockon.training.block_linear import block_layers, in_blocks
from knockon.training.factored import Factors


@pytest.fixture(scope="module")
def both():
    """Factors of a network's three layers after two parts of a batch, and torch's gradients of the same network."""
    torch.manual_seed(0)
    layers = [nn.Linear(7, 23), nn.Tanh(), nn.Linear(23, 5), nn.ReLU(), nn.Linear(5, 6)]
    plain, blocks = nn.Sequential(*layers), nn.Sequential(*in_blocks(layers, most=40))
    torch.manual_seed(1)
    for layer in block_layers(blocks):
        layer.fill(torch.device("cpu"))
    torch.manual_seed(1)
    for layer in plain[::2]:
        layer.reset_parameters()
    for values in (torch.randn(4, 7), torch.randn(3, 7)):
        for module in (plain, blocks):
            module(values).square().sum().backward()
    return [layer.factors for layer in block_layers(blocks)], [
        (each.weight.grad, each.bias.grad) for each in plain[::2]
    ]


def weights(factors):
    size = factors.outputs[0].shape[1]
    return factors.weights(slice(0, size), torch.full((size + 1, factors.inputs[0].shape[1]), torch.nan))


def test_the_products_are_torchs_gradients(both):
    for factors, (weight, bias) in zip(*both, strict=True):
        assert [len(part) for part in factors.inputs] == [4, 3]
        torch.testing.assert_close(weights(factors), weight)
        torch.testing.assert_close(factors.bias(), bias)
        torch.testing.assert_close(factors.weights(slice(2, 4), torch.empty(9, weight.shape[1])), weight[2:4])


def test_their_norm_is_that_of_the_gradients(both):
    for factors, gradients in zip(*both, strict=True):
        wanted = sum(float(each.double().square().sum()) for each in gradients)
        assert factors.squared_norm() == pytest.approx(wanted, rel=1e-6)


def test_what_cancels_has_a_norm_of_about_0_not_below():
    inputs, outputs = torch.rand(1, 50), torch.rand(1, 40)
    cancelled = Factors([inputs, inputs], [outputs, -outputs])
    assert 0 <= cancelled.squared_norm() < 1e-12


def test_a_factor_scales_the_gradient_and_leaves_what_it_was_made_of(both):
    factors = both[0][0]
    before = [part.clone() for part in factors.outputs]
    torch.testing.assert_close(weights(factors.scaled(0.25)), 0.25 * weights(factors))
    assert all(torch.equal(part, kept) for part, kept in zip(factors.outputs, before, strict=True))


def test_factors_in_bfloat16_make_a_gradient_in_float32():
    inputs, outputs = torch.randn(3, 5), torch.randn(3, 4).bfloat16()
    scaled = Factors([inputs], [outputs]).scaled(2.0)
    assert weights(scaled).dtype == torch.float32
    torch.testing.assert_close(weights(scaled), 2 * outputs.float().T @ inputs)


def test_one_process_has_the_parts_of_all(both):
    again = both[0][1].of_all_processes()
    for mine, given in ((again.inputs, both[0][1].inputs), (again.outputs, both[0][1].outputs)):
        assert all(torch.equal(one, other) for one, other in zip(mine, given, strict=True))


def test_nothing_is_kept_where_no_gradient_is_asked_for():
    module = nn.Sequential(*in_blocks([nn.Linear(4, 5)], most=10))
    module[0].fill(torch.device("cpu"))
    with torch.no_grad():
        module(torch.randn(2, 4))
    assert module[0].factors == Factors([], [])
    module(torch.randn(2, 4)).sum().backward()
    assert all(parameter.grad is None for parameter in module.parameters())
    assert len(module[0].factors.inputs) == 1
