"""A representation: one vector per gene, protein, variant or molecule, with its provenance."""

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class Representation:
    """A table of vectors.

    name: as in params.yaml. names: of the rows; of genes the systematic names, sorted. matrix: float32, shape (rows,
    dimensions), dense, or sparse where most entries are zero (one_hot). provenance: what it was made from (source
    files, hashes, model name and revision), kept in the stored file's metadata.
    """

    name: str
    names: tuple[str, ...]
    matrix: NDArray[np.float32] | sp.csr_matrix
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.matrix.shape[1])
