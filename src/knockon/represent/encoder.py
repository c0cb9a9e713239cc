"""What a sequence model must offer to become a representation: gene → sequence → vector."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knockon.errors import KnockonError


class AbsentWeightsError(KnockonError):
    """Weights that are neither in the folder nor in the hub's cache, and that could not be downloaded."""


class SequenceEncoder(Protocol):
    """A model that turns sequences (nucleotides or amino acids) into vectors.

    name and revision identify the weights: a vector from the cache is used only where both agree. dimensions: length
    of a vector. encode: float32, shape (sequences, dimensions), one row a sequence, independent of the other sequences.
    """

    name: str
    revision: str
    dimensions: int

    def encode(self, sequences: Sequence[str]) -> NDArray[np.float32]:
        """Embed sequences."""
