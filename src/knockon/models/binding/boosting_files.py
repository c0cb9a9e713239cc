"""What boosting keeps beside its trees: the training pairs with their constructs, and the kernel's coefficients."""

from pathlib import Path
from typing import Any

from knockon.arrays import Values
from knockon.models.binding.constructs import NamedPairs
from knockon.models.binding.protocol import Pairs
from knockon.models.storage import load_arrays, save_arrays

_FILE, _KIND = "train.safetensors", "binding.boosted_pairs"
_COLUMNS = ("ligand", "protein", "values", "relation")


def save_known(folder: Path, train: Pairs, coefficients: Values) -> None:
    """Write into an existing folder."""
    arrays = {name: getattr(train, name) for name in _COLUMNS} | {"coefficients": coefficients}
    settings = {"ligands": list(train.ligands), "proteins": list(train.proteins), "names": []}
    if isinstance(train, NamedPairs):
        arrays["name"], settings["names"] = train.name, list(train.names)
    save_arrays(folder / _FILE, _KIND, arrays, settings)


def load_known(folder: Path) -> tuple[Pairs, Values]:
    """Read the pairs and the coefficients. Raises what `load_arrays` raises."""
    arrays, settings = load_arrays(folder / _FILE, _KIND)
    coefficients = arrays.pop("coefficients")
    columns: dict[str, Any] = {**arrays, **{name: tuple(settings[name]) for name in ("ligands", "proteins")}}
    if settings["names"]:
        return NamedPairs(**columns, names=tuple(settings["names"])), coefficients
    return Pairs(**columns), coefficients
