import numpy as np
import pytest
import torch

HEADS = ("interaction", "fitness")


@pytest.fixture
def labels() -> np.ndarray:
    """200 training rows of two heads on different scales, with missing labels and repeated values."""
    generator = np.random.default_rng(3)
    values = np.stack([generator.normal(0.02, 0.1, 200), generator.normal(80.0, 15.0, 200).round()], axis=1)
    values[generator.random(values.shape) < 0.3] = np.nan
    return values


@pytest.fixture
def batch(labels):
    """12 rows: target (double, NaN where missing), mask, features."""
    generator = torch.Generator().manual_seed(5)
    target = torch.from_numpy(labels[:12].copy())
    target[3, 1] = target[5, 1] = target[7, 1] = 81.0
    mask = ~target.isnan()
    features = torch.randn(12, 6, generator=generator, dtype=torch.float64, requires_grad=True)
    return target, mask, features
