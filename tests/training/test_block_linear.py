"""Dense layers in blocks of rows: the same layer as torch's, bit by bit in its first weights."""

import pytest
import torch
from torch import nn

from knockon.errors import KnockonError
from knockon.training.block_linear import BlockLinear, block_layers, by_row, in_blocks, own_rows, whole_parameters

CPU = torch.device("cpu")


def test_blocks_are_the_layer_that_torch_would_draw():
    torch.manual_seed(5)
    plain = nn.Linear(7, 23)
    torch.manual_seed(5)
    layer = BlockLinear(7, 23, most=50)
    layer.fill(CPU)
    assert [len(block.weight) for block in layer.blocks] == [7, 7, 7, 2]
    assert torch.equal(torch.cat([block.weight for block in layer.blocks]), plain.weight)
    assert torch.equal(torch.cat([block.bias for block in layer.blocks]), plain.bias)
    values = torch.randn(5, 7)
    torch.testing.assert_close(layer(values), plain(values))


def test_nothing_has_memory_before_it_is_filled_and_the_last_layer_may_begin_at_0():
    layers = in_blocks([nn.Linear(4, 9), nn.ReLU(), nn.Linear(9, 3)], zero_last=True, most=20)
    module = nn.Sequential(*layers)
    assert all(parameter.is_meta for parameter in module.parameters())
    for layer in block_layers(module):
        layer.fill(CPU)
    assert module[0].blocks[1].weight.abs().min() > 0
    assert not any(parameter.any() for parameter in module[2].parameters())


def test_names_and_order_are_those_of_the_whole_layers():
    layers = in_blocks([nn.Linear(4, 60), nn.ReLU(), nn.Linear(60, 3)], most=20)
    module = nn.Sequential(*layers)
    for layer in block_layers(module):
        layer.fill(CPU)
    found = dict(whole_parameters(module))
    assert sorted(found) == ["0.bias", "0.weight", "2.bias", "2.weight"]
    assert len(found["0.weight"]) == 12
    # Ten and more blocks come in the order of their numbers, not of their names.
    assert all(each is block.weight for each, block in zip(found["0.weight"], module[0].blocks, strict=True))


def test_parameters_outside_blocks_are_refused_by_name():
    module = nn.Sequential(BlockLinear(3, 4), nn.LayerNorm(4))
    with pytest.raises(KnockonError, match=r"can't be sharded: 1\.weight, 1\.bias are not in layers of blocks"):
        block_layers(module)


def test_one_process_holds_all_rows_and_a_bias_is_a_column():
    bias = torch.arange(5.0)
    assert own_rows(bias) == slice(0, 5)
    assert by_row(bias).shape == (5, 1)
    assert by_row(torch.zeros(0, 4)).shape == (0, 4)
