"""Settings of sharding, and one process, which holds all."""

import pytest
import torch
from torch import nn

from knockon.errors import KnockonError
from knockon.training.block_linear import in_blocks
from knockon.training.settings import TrainingSettings
from knockon.training.sharding import ShardedProcesses, Sharding


def test_impossible_settings_are_refused():
    with pytest.raises(KnockonError, match="states is 'half'; choose float32 or bf16"):
        Sharding(True, states="half")
    with pytest.raises(KnockonError, match="need sharded: true"):
        Sharding(states="bf16")
    with pytest.raises(KnockonError, match="need sharded: true"):
        Sharding(checkpoint_activations=True)


def test_one_process_fills_the_whole_module_and_leaves_the_generator_alone():
    processes = ShardedProcesses(TrainingSettings(max_steps=1, device="cpu"))
    module = nn.Sequential(*in_blocks([nn.Linear(6, 9)], most=20))
    before = torch.get_rng_state()
    processes.spread(module, module, seed=3)
    assert torch.equal(torch.get_rng_state(), before)
    assert processes.mesh is None
    assert processes.accelerator.prepare_model(module) is module
    assert sum(parameter.numel() for parameter in module.parameters() if not parameter.is_meta) == 63
