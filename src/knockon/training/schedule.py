"""The learning rate as a pure function of the step: nothing to save, nothing to get out of step."""

import math

from torch import nn
from torch.optim import AdamW

from knockon.training.settings import TrainingSettings


def learning_rate(settings: TrainingSettings, step: int, total_steps: int) -> float:
    """Learning rate of a step, counted from 0: linear warm-up, then cosine to 0 at `total_steps`, or constant."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (step - settings.warmup_steps) / max(1, total_steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def build_optimizer(module: nn.Module, settings: TrainingSettings) -> AdamW:
    """AdamW (Loshchilov & Hutter 2019) that decays weights, but not biases, norms and thresholds."""
    decayed: list[nn.Parameter] = []
    kept: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            weighs = name.endswith("weight") and parameter.ndim >= 2
            (decayed if weighs else kept).append(parameter)
    groups = [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    return AdamW([group for group in groups if group["params"]], lr=settings.learning_rate, fused=True)
