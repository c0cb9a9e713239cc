"""What a model of protein and ligand is asked: pairs with measured strengths in, strengths of any pairs out."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Rows, Values
from knockon.errors import KnockonError
from knockon.hashing import digest

RELATIONS = {-1: "<", 0: "=", 1: ">"}


@dataclass(frozen=True)
class Pairs:
    """Pairs of a ligand and a protein.

    ligands: SMILES; proteins: sequences; each once. ligand, protein: int64 (pairs,), their places. values: float64
    (pairs,), larger is stronger (pK); NaN where only a prediction is wanted. relation: int8 (pairs,), -1 where the
    truth lies below the value (a floor), 0 where it is the value, +1 above. Raises KnockonError where they don't fit.
    """

    ligands: tuple[str, ...]
    proteins: tuple[str, ...]
    ligand: Integers
    protein: Integers
    values: Values
    relation: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.ligand) == len(self.protein) == len(self.values) == len(self.relation):
            raise KnockonError(
                f"pairs: {len(self.ligand)} ligands, {len(self.protein)} proteins, {len(self.values)} values"
            )
        for what, place, known in (("ligand", self.ligand, self.ligands), ("protein", self.protein, self.proteins)):
            if len(place) and not (place.min() >= 0 and place.max() < len(known)):
                raise KnockonError(f"pairs: a {what} lies outside the {len(known)} that are listed")
            if len(set(known)) != len(known):
                raise KnockonError(f"pairs: a {what} is listed twice; list each once")
        if not np.isin(self.relation, list(RELATIONS)).all():
            raise KnockonError("pairs: a relation is none of -1 (<), 0 (=), 1 (>)")

    def __len__(self) -> int:
        return len(self.ligand)

    def take(self, rows: Rows) -> "Pairs":
        """The pairs of some rows, over the same ligands and proteins."""
        chosen = {name: getattr(self, name)[rows] for name in ("ligand", "protein", "values", "relation")}
        return replace(self, **chosen)

    def digest(self) -> str:
        """What identifies the pairs and their labels."""
        names = "\n".join((*self.ligands, "", *self.proteins))
        return digest(self.ligand, self.protein, self.values, self.relation, names=names)


def require_labels(train: Pairs) -> None:
    """Raise KnockonError where there is nothing to learn from."""
    if not len(train):
        raise KnockonError("there are no training pairs: look at the split")
    if not np.isfinite(train.values).all():
        raise KnockonError(
            f"{int((~np.isfinite(train.values)).sum())} training pairs have no finite value: leave them out"
        )


class BindingModel(Protocol):
    """A model of pairs. With equal seeds and data, equal predictions, and equal bytes from `save`."""

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """Learn. validation: stops early and chooses; it teaches nothing. folder: of checkpoints, None keeps none."""

    def predict(self, pairs: Pairs) -> Values:
        """Strengths in the unit of the training values, float64 (pairs,); ligands and proteins may be new."""

    def save(self, folder: Path) -> None:
        """Write the fitted model into an existing folder, without pickle."""

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where it is absent, damaged or of another kind."""
