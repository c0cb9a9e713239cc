"""What a checkpoint holds beside the weights comes back as it was."""

import pytest
import torch

from knockon.training.state import (
    optimizer_tensors,
    random_state,
    restore_optimizer,
    restore_random,
    seed_process,
)

CPU = torch.device("cpu")


def trained_optimizer(steps: int) -> torch.optim.AdamW:
    parameters = [torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(2, 2))]
    optimizer = torch.optim.AdamW(parameters, lr=0.1)
    for step in range(steps):
        for parameter in parameters:
            parameter.grad = torch.full_like(parameter, step + 1.0)
        optimizer.step()
    return optimizer


def test_the_optimizer_comes_back():
    saved = optimizer_tensors(trained_optimizer(3))
    names = ("exp_avg", "exp_avg_sq", "step")
    assert sorted(saved) == [f"optimizer.{number}.{name}" for number in (0, 1) for name in names]
    fresh = trained_optimizer(0)
    restore_optimizer(fresh, {**saved, "random.cpu": torch.zeros(1)})
    again = optimizer_tensors(fresh)
    assert set(again) == set(saved)
    for name, tensor in saved.items():
        torch.testing.assert_close(again[name], tensor, rtol=0, atol=0)
        assert again[name].data_ptr() != tensor.data_ptr()


def test_each_process_gets_its_own_generator_back():
    stacked = []
    for rank in range(2):
        torch.manual_seed(rank)
        stacked.append(random_state(CPU)["random.cpu"])
    state = {"random.cpu": torch.stack(stacked), "optimizer.0.step": torch.ones(1)}
    torch.manual_seed(1)
    expected = torch.rand(4)
    torch.manual_seed(99)
    assert restore_random(state, rank=1, processes=2, device=CPU)
    torch.testing.assert_close(torch.rand(4), expected, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["random.cpu", "random.cuda"])
def test_states_of_other_processes_or_devices_are_left_alone(name: str):
    torch.manual_seed(5)
    state = {name: torch.get_rng_state()[None], "random.cpu": torch.get_rng_state()[None]}
    expected = torch.rand(4)
    torch.manual_seed(5)
    assert not restore_random(state, rank=0, processes=1 + (name == "random.cpu"), device=CPU)
    torch.testing.assert_close(torch.rand(4), expected, rtol=0, atol=0)


def test_dropout_differs_between_seeds_processes_and_resumes():
    draws = set()
    for seed, rank, step in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 1, 0)]:
        seed_process(seed, rank, step)
        draws.add(float(torch.rand(1, dtype=torch.float64)))
    assert len(draws) == 6
