"""A served model is the fitted one, bit for bit: its arrays lie in memory alike, so that no processor tells them apart.

Products round otherwise where one factor is Fortran-ordered: on some processors only, and by 4·10⁻¹⁶.
"""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from knockon.models.registry import MODELS, build
from tests.models.made_up import dense_inputs, planted, split

TRAINING = {"epochs": 1, "batch_size": 64, "learning_rate": 0.01, "device": "cpu"}
SMALL: dict[str, dict[str, Any]] = {
    "random_forest": {"trees": 3},
    "mlp": {"width": 8, "layers": 1},
    "bilinear": {"width": 4},
}
# They need a graph, an ontology or side information; their networks are torch modules, whose tensors are contiguous
# whenever safetensors takes them, and their tests compare predictions.
ELSEWHERE = {"network", "dcell", "pair_network", "network_boosted", "boosted"}


def arrays_of(found: Any, name: str = "", seen: set[int] | None = None) -> dict[str, np.ndarray]:
    """Every array below an object, by the path of attributes and keys that leads to it."""
    seen = set() if seen is None else seen
    if id(found) in seen:
        return {}
    seen.add(id(found))
    if isinstance(found, np.ndarray):
        return {name: found}
    if isinstance(found, torch.Tensor):
        return {name: found.detach().numpy()}
    if isinstance(found, dict):
        parts = {str(key): value for key, value in found.items()}
    elif isinstance(found, list | tuple):
        parts = {str(number): value for number, value in enumerate(found)}
    elif isinstance(found, torch.nn.Module):
        parts = dict(found.state_dict())
    elif dataclasses.is_dataclass(found) or type(found).__module__.startswith(("knockon", "sklearn")):
        parts = dict(getattr(found, "__dict__", {}))
    else:
        return {}
    return {path: array for part in parts for path, array in arrays_of(parts[part], f"{name}.{part}", seen).items()}


def context_of(folder: Path) -> Any:
    from knockon.models.context import Context

    return Context("interaction", training=TRAINING)


@pytest.mark.parametrize("name", sorted(set(MODELS) - ELSEWHERE))
def test_a_loaded_model_has_the_arrays_of_the_fitted_one(name, tmp_path):
    examples, _ = planted()
    train, validation, test = split(examples)
    fitted = build(name, dense_inputs(), context_of(tmp_path), SMALL.get(name, {}))
    fitted.fit(train, validation, 1)
    fitted.save(tmp_path)
    loaded = build(name, dense_inputs(), context_of(tmp_path), SMALL.get(name, {}))
    loaded.load(tmp_path)
    assert np.array_equal(fitted.predict(test.genotypes), loaded.predict(test.genotypes))
    mine, theirs = arrays_of(fitted), arrays_of(loaded)
    shared = set(mine) & set(theirs)
    different = {
        path: (mine[path].strides, theirs[path].strides)
        for path in shared
        if mine[path].shape == theirs[path].shape and mine[path].strides != theirs[path].strides
    }
    assert not different
    if name not in ("mean", "smf_product"):
        assert shared, "what is compared is seen"


def test_another_layout_is_seen():
    """Without this the test above could walk past every array."""
    found = arrays_of({"a": [np.zeros((3, 2), order="F")], "b": torch.zeros(2, 3)})
    assert found[".a.0"].strides == (8, 24)
    assert set(found) == {".a.0", ".b"}
