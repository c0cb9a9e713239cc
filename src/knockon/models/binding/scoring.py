"""What two towers say of a pair once both are vectors, in NumPy alone: importing PyTorch takes longer than a screen."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.models.binding.sizes import DualSizes
from knockon.models.storage import Arrays, load_arrays

_FILE = "model.safetensors"
# As torch.nn.functional.normalize has it.
_EPSILON = 1e-12


@dataclass(frozen=True)
class DualScorer:
    """The part of `ScoredDual.predict` behind the towers. arrays: the state of the network with its loss."""

    sizes: DualSizes
    arrays: Arrays
    tokens: tuple[str, ...]

    def scores(self, ligands: Matrix, protein: Matrix) -> Values:
        """Strengths in the unit of the training labels, float64 (ligands,).

        ligands: float32 (ligands, projection); protein: float32 (projection,); both as `Towers` gives them.
        """
        answer = self._cosines if self.sizes.head == "cosine" or self.sizes.loss == "contrastive" else self._head
        return (answer(ligands, protein) * self.arrays["loss.scale"][0] + self.arrays["loss.mean"][0]).astype(
            np.float64
        )

    def _cosines(self, ligands: Matrix, protein: Matrix) -> Matrix:
        lengths = np.maximum(np.linalg.norm(ligands, axis=1), _EPSILON)
        cosines = ligands @ (protein / max(float(np.linalg.norm(protein)), _EPSILON)) / lengths
        slope, offset = self.arrays["network.line"]
        return np.asarray(cosines * slope + offset, dtype=np.float32)

    def _head(self, ligands: Matrix, protein: Matrix) -> Matrix:
        """The perceptron; of one protein its first layer is a layer on the ligand: l, p, l·p → l W."""
        own, others, products = np.split(self.arrays["network.head.0.weight"], 3, axis=1)
        weight = own + products * protein
        hidden = ligands @ weight.T + (others @ protein + self.arrays["network.head.0.bias"])
        np.maximum(hidden, 0.0, out=hidden)
        found = hidden @ self.arrays["network.head.3.weight"][0] + self.arrays["network.head.3.bias"]
        return np.asarray(found, dtype=np.float32)

    def tower(self, side: str) -> str:
        """What identifies the vectors of a side, `ligand` or `protein`: its weights and how it reads a text."""
        names = sorted(
            name for name in self.arrays if name.startswith((f"network.{side}.", f"network.project_{side}."))
        )
        sizes = self.sizes
        reading = (getattr(sizes, f"{side}_encoder"), getattr(sizes, f"longest_{side}"), *self.tokens)
        return digest(*(self.arrays[name] for name in names), names="\n".join(map(str, (*names, *reading))))


def read_scorer(folder: Path, settings: dict[str, Any]) -> DualScorer:
    """Read what `NetworkModel.save` wrote of a `dual`. settings: those it was built with.

    Raises KnockonError where it is absent, damaged, of another kind or size.
    """
    known = [field.name for field in fields(DualSizes)]
    sizes = DualSizes(**{name: value for name, value in settings.items() if name in known})
    arrays, said = load_arrays(folder / _FILE, f"binding.{DualSizes.name}")
    if said["sizes"] != repr(sizes):
        raise KnockonError(f"{folder}: holds a model of {said['sizes']}, not {sizes!r}; train it again")
    return DualScorer(sizes, arrays, tuple(said["tokens"]))
