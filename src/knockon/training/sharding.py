"""Weights that are spread over the processes: each holds its rows of every layer, and gathers a block while it is used.

torch's `fully_shard` (FSDP2) over a mesh of the processes: gloo on CPUs, NCCL on GPUs. Not by Accelerate's plugin: on a
CPU it gives plain data parallel without a word (findings/accelerate_fsdp_on_cpu_does_not_shard.sh).
There are no gradients for it to sum (`factored`).
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from knockon.errors import KnockonError
from knockon.training.block_linear import block_layers
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings

States = Literal["float32", "bf16"]


@dataclass(frozen=True)
class Sharding:
    """sharded: over the processes of the training; one process holds all, in blocks. checkpoint_activations: those of
    encoder and decoder are computed again in the backward pass, not kept. states: what AdamW's moments are kept in.
    """

    sharded: bool = False
    checkpoint_activations: bool = False
    states: States = "float32"

    def __post_init__(self) -> None:
        if self.states not in ("float32", "bf16"):
            raise KnockonError(f"sharding: states is {self.states!r}; choose float32 or bf16")
        if not self.sharded and (self.checkpoint_activations or self.states != "float32"):
            raise KnockonError("sharding: checkpoint_activations and states need sharded: true, on one process, too")


class _Prepared:
    """Accelerate, as the engine asks it; but a module that is spread already is not copied to each process."""

    def __init__(self, accelerator: Any) -> None:
        self._accelerator = accelerator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accelerator, name)

    def prepare_model(self, module: nn.Module) -> nn.Module:
        return module


class ShardedProcesses(Processes):
    """The processes of a training over which its weights are spread."""

    def __init__(self, settings: TrainingSettings) -> None:
        super().__init__(settings)
        self.accelerator = _Prepared(self.accelerator)
        self.mesh = init_device_mesh(self.device.type, (self.count,)) if self.count > 1 else None

    def spread(self, module: nn.Module, root: nn.Module, seed: int) -> None:
        """Shard the blocks of a module's layers and give each process its rows of the first weights.

        root: the part of the module that holds the blocks, and that every use of them goes through.
        """
        layers = block_layers(module)
        if self.mesh is not None:
            for block in (block for layer in layers for block in layer.blocks):
                fully_shard(block, mesh=self.mesh)
            fully_shard(root, mesh=self.mesh)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for layer in layers:
                layer.fill(self.device)
        # Buffers that were made on the CPU; the parameters are where they belong.
        module.to(self.device)
