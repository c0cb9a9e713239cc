"""The autoencoder whose training is spread over processes, or holds one block of a layer at a time."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from knockon.models.cells.network import Autoencoder, LinearSkip, ScoredAutoencoder
from knockon.models.supervised import SupervisedTask
from knockon.training.block_linear import MOST_ELEMENTS, in_blocks
from knockon.training.loop import WEIGHTS_FILE
from knockon.training.settings import TrainingSettings
from knockon.training.sharded_run import train_sharded
from knockon.training.sharding import Sharding


class Recomputed(nn.Sequential):
    """Layers whose activations are computed again in the backward pass, not kept; the dropout is the same."""

    def forward(self, values: Tensor) -> Tensor:
        """See nn.Sequential."""
        if not torch.is_grad_enabled():
            return super().forward(values)
        found: Tensor = checkpoint(super().forward, values, use_reentrant=False)
        return found


def part_into_blocks(network: Autoencoder | LinearSkip, sharding: Sharding) -> None:
    """Give a network, made on the meta device, layers of blocks that have no memory yet; it is changed in place."""
    sequence = Recomputed if sharding.checkpoint_activations else nn.Sequential
    for name in ("encoder", "decoder"):
        layers = in_blocks(getattr(network, name), isinstance(network, LinearSkip), MOST_ELEMENTS)
        setattr(network, name, sequence(*layers))
    if isinstance(network, LinearSkip):
        network.gain = torch.ones(())


def fit_sharded(
    task: SupervisedTask, settings: TrainingSettings, sharding: Sharding, folder: Path | None
) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """Train a task whose module is a `ScoredAutoencoder` made on the meta device.

    Gives the whole weights of the best step, as a map of their file, and the metric log. See `train_sharded`.
    """
    module = task.module
    assert isinstance(module, ScoredAutoencoder)
    assert isinstance(module.network, Autoencoder | LinearSkip)
    part_into_blocks(module.network, sharding)
    history = train_sharded(task, module.network, settings, sharding, folder, "autoencoder")
    assert folder is not None
    return load_file(folder / WEIGHTS_FILE), history
