"""Labelled pairs as a file, for models that are asked with their training pairs at hand."""

from pathlib import Path
from typing import Any

from knockon.models.binding.protocol import Pairs
from knockon.models.storage import load_arrays, save_arrays

_COLUMNS = ("ligand", "protein", "values", "relation")


def save_pairs(path: Path, kind: str, pairs: Pairs, **settings: Any) -> None:
    """Write pairs, and JSON-able settings beside them. kind: of the file, checked on reading."""
    listed = {"ligands": list(pairs.ligands), "proteins": list(pairs.proteins)}
    save_arrays(path, kind, {name: getattr(pairs, name) for name in _COLUMNS}, {**settings, **listed})


def load_pairs(path: Path, kind: str) -> tuple[Pairs, dict[str, Any]]:
    """Read pairs and settings. Raises what `load_arrays` raises."""
    arrays, settings = load_arrays(path, kind)
    return Pairs(tuple(settings.pop("ligands")), tuple(settings.pop("proteins")), **arrays), settings
