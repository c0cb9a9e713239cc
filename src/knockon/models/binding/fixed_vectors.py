"""Vectors of ligands or proteins that a pretrained model has given: a tower reads them in place of its own features."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from knockon.arrays import Matrix
from knockon.errors import KnockonError
from knockon.hashing import digest


@dataclass(frozen=True, eq=False)
class FixedVectors:
    """name: of the representation. texts: SMILES or sequences, each once; matrix: float32 (texts, dimensions).

    Raises KnockonError where they don't fit.
    """

    name: str
    texts: tuple[str, ...]
    matrix: Matrix

    def __post_init__(self) -> None:
        if len(self._places) != len(self.matrix):
            raise KnockonError(f"vectors {self.name}: {len(self._places)} distinct texts, {len(self.matrix)} vectors")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {text: place for place, text in enumerate(self.texts)}

    def rows(self, texts: Sequence[str]) -> Matrix:
        """float32 (texts, dimensions). Raises KnockonError for a text without a vector."""
        if absent := [text for text in texts if text not in self._places]:
            raise KnockonError(
                f"vectors {self.name}: there is none of {absent[0][:40]}{'…' if len(absent[0]) > 40 else ''}, "
                f"and of {len(absent) - 1} others; embed them first"
            )
        return self.matrix[[self._places[text] for text in texts]]

    @property
    def digest(self) -> str:
        """What identifies them."""
        return digest(self.matrix, names="\n".join((self.name, *self.texts)))
