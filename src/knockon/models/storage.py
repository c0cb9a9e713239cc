"""Fitted models on disk as safetensors: arrays and settings; equal content gives equal bytes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from knockon.artifact import UNSTAMPED, check, content, stamp
from knockon.atomic import atomic_path
from knockon.errors import FormatError, KnockonError

Arrays = dict[str, NDArray[Any]]

_SETTINGS = "knockon"
_KIND, _VERSION = "model.arrays", 1


def save_arrays(path: Path, kind: str, arrays: Arrays, settings: dict[str, Any]) -> None:
    """Write arrays and JSON-able settings. kind: the model's name, checked on reading."""
    # One metadata key: safetensors doesn't keep the order of several, and the bytes would differ between runs.
    described = {**stamp(_KIND, _VERSION), "kind": kind, **settings}
    metadata = {_SETTINGS: json.dumps(described, sort_keys=True, ensure_ascii=False)}
    with atomic_path(path) as temporary:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary, metadata)


def load_arrays(path: Path, kind: str) -> tuple[Arrays, dict[str, Any]]:
    """Read arrays and settings.

    Raises KnockonError where the file is absent or of another model, FormatError where it is damaged or of a newer
    version.
    """
    if not path.exists():
        raise KnockonError(f"{path}: there is no such model; train it with `dvc repro`")
    try:
        with safe_open(path, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
            settings = json.loads((file.metadata() or {}).get(_SETTINGS, "{}"))
    except (SafetensorError, json.JSONDecodeError) as error:
        raise FormatError(f"{path}: not a readable model file ({error}); train it again") from error
    check(settings, _KIND, (UNSTAMPED, _VERSION), path)
    if settings.get("kind") != kind:
        raise KnockonError(f"{path}: holds a model of kind {settings.get('kind')!r}, not {kind!r}")
    return arrays, content(settings)
