"""The state beside the weights as named tensors: AdamW's moments and the random number generators of every process."""

import torch
from torch import Tensor
from torch.optim import Optimizer

from knockon.training.checkpoint import Tensors

_OPTIMIZER = "optimizer."
_RANDOM = "random."


def optimizer_tensors(optimizer: Optimizer) -> Tensors:
    """The optimizer's state, by parameter number and name."""
    state = optimizer.state_dict()["state"]
    return {f"{_OPTIMIZER}{number}.{name}": value for number, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: Optimizer, tensors: Tensors) -> None:
    """Give the optimizer the state that `optimizer_tensors` took."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith(_OPTIMIZER):
            # Cloned: what was loaded is still a view of the file, which is going to be removed.
            number, name = key.removeprefix(_OPTIMIZER).split(".")
            state.setdefault(int(number), {})[name] = value.clone()
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def random_state(device: torch.device) -> Tensors:
    """This process's generators, uint8 each: the CPU's, and the GPU's where it trains on one."""
    states = {f"{_RANDOM}cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states[f"{_RANDOM}cuda"] = torch.cuda.get_rng_state(device)
    return states


def restore_random(tensors: Tensors, rank: int, processes: int, device: torch.device) -> bool:
    """Set this process's generators from the states of all; False where their number or device is another."""
    stacked = {name.removeprefix(_RANDOM): value for name, value in tensors.items() if name.startswith(_RANDOM)}
    wanted = {"cpu", "cuda"} if device.type == "cuda" else {"cpu"}
    if set(stacked) != wanted or len(stacked["cpu"]) != processes:
        return False
    # Cloned: torch 2.15 crashes on a state that is a view into a larger tensor.
    set_random_state({f"{_RANDOM}{name}": value[rank].clone() for name, value in stacked.items()}, device)
    return True


def set_random_state(states: Tensors, device: torch.device) -> None:
    """Set this process's generators as `random_state` took them."""
    torch.set_rng_state(states[f"{_RANDOM}cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[f"{_RANDOM}cuda"], device)


def seed_process(seed: int, rank: int, step: int = 0) -> None:
    """Start this process's generators: dropout differs from process to process, and from resume to resume by `step`."""
    # Three numbers into one, without a collision for any that occur.
    torch.manual_seed(((seed * 1_000_003 + rank) * 1_000_003 + step) % 2**63)
