"""AdamW in chunks: torch's own to rounding, and with moments in bfloat16 near it."""

import pytest
import torch
from torch import nn

from knockon.training import chunked_adamw
from knockon.training.block_linear import in_blocks, whole_parameters
from knockon.training.chunked_adamw import MOMENTS, ChunkedAdamW, rounded_
from knockon.training.schedule import build_optimizer
from knockon.training.settings import TrainingSettings

SETTINGS = TrainingSettings(max_steps=1, learning_rate=0.01, weight_decay=0.1, seed=4)


def trained(module, make, steps=200):
    """Weights after some steps towards noisy targets; the layer is of 30 columns and 41 rows."""
    optimizer, draws = make(module), torch.Generator().manual_seed(0)
    wanted = torch.randn(41, 30, generator=draws)
    for _ in range(steps):
        optimizer.zero_grad()
        inputs = torch.randn(8, 30, generator=draws)
        noise = 0.5 * torch.randn(8, 41, generator=draws)
        (module(inputs) - inputs @ wanted.T + noise).square().mean().backward()
        optimizer.step()
    return *(torch.cat([each.detach() for each in whole]) for _, whole in whole_parameters(module)), optimizer


def in_parts(states):
    """The same layer in blocks of 5 rows, trained in chunks of two."""
    module = nn.Sequential(*in_blocks([nn.Linear(30, 41)], most=150))
    torch.manual_seed(0)
    module[0].fill(torch.device("cpu"))
    return trained(module, lambda module: ChunkedAdamW(module, SETTINGS, states))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    for states in ("float32", "bf16"):
        monkeypatch.setitem(chunked_adamw._CHUNKS, states, 60)


@pytest.fixture(scope="module")
def torchs():
    torch.manual_seed(0)
    return trained(nn.Linear(30, 41), lambda module: build_optimizer(module, SETTINGS))


def test_it_is_torchs_adamw(torchs):
    bias, weight, optimizer = in_parts("float32")
    torch.testing.assert_close(bias, torchs[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(weight, torchs[1], rtol=1e-4, atol=1e-5)
    assert optimizer.step_number == 200
    mine = torch.cat([state["exp_avg_sq"] for state in list(optimizer.state.values())[::2]])
    torch.testing.assert_close(mine, next(iter(torchs[2].state.values()))["exp_avg_sq"], rtol=1e-4, atol=1e-8)


def test_moments_in_bfloat16_take_half_the_memory_and_move_the_weights_little(torchs):
    _, weight, optimizer = in_parts("bf16")
    assert all(state[name].dtype == torch.bfloat16 for state in optimizer.state.values() for name in MOMENTS)
    # The weights have moved by up to 2 (200 steps of 0.01).
    error = (weight - torchs[1]).square().mean().sqrt()
    assert 0 < error < 0.01


def test_a_second_moment_that_changes_by_a_thousandth_is_followed():
    """Rounded to the nearest it stays where it is: bfloat16 has steps of 1/128 to 1/256."""
    values, nearest = torch.ones(64, 64), torch.ones(64, 64, dtype=torch.bfloat16)
    kept = values.bfloat16()
    for step in range(500):
        noise = torch.randint(0, 2**16, (64, 64), generator=torch.Generator().manual_seed(step), dtype=torch.int32)
        values = values * 0.999
        kept = rounded_(kept.float() * 0.999, noise).bfloat16()
        nearest = (nearest.float() * 0.999).bfloat16()
    assert float(nearest.float().mean()) == 1.0
    assert float(kept.float().mean()) == pytest.approx(float(values.mean()), rel=0.02)


def test_rounding_leaves_what_bfloat16_can_hold_and_the_sign():
    exact = torch.tensor([[1.0, -0.5, 0.0, 3.140625]])
    most = torch.full((1, 4), 2**16 - 1, dtype=torch.int32)
    assert torch.equal(rounded_(exact.clone(), most), exact)
    between = torch.tensor([[1.001, -1.001]])
    up, down = (rounded_(between.clone(), noise[:, :2]) for noise in (most, torch.zeros_like(most)))
    assert up.tolist() == [[1.0078125, -1.0078125]]
    assert down.tolist() == [[1.0, -1.0]]
    assert torch.equal(up.bfloat16().float(), up)
