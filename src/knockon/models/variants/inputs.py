"""What the models of protein variants learn from: one matrix of inputs, the measured brightness, and who trains."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from knockon.arrays import Rows
from knockon.hashing import digest
from knockon.training.task import Batch

Matrix = NDArray[np.floating] | NDArray[np.integer] | sp.csr_matrix


@dataclass(frozen=True)
class VariantInputs:
    """Variants of one protein, as one model sees them.

    reference: the protein without a mutation, a letter a residue. matrix: (variants, width): float32 vectors, dense or
    CSR, or integer tokens. brightness: float64, log10 fluorescence. barcodes: int32, independent measurements behind
    it. mutations: int64, their number. names: the mutations as text. train, validation: row numbers.
    """

    reference: str
    matrix: Matrix
    brightness: NDArray[np.float64]
    barcodes: NDArray[np.int32]
    mutations: NDArray[np.int64]
    names: tuple[str, ...]
    train: Rows
    validation: Rows

    def __len__(self) -> int:
        return len(self.brightness)

    @property
    def width(self) -> int:
        """Length of a variant's row."""
        return int(self.matrix.shape[1])

    def take(self, rows: NDArray[np.integer]) -> Tensor:
        """Rows of the matrix: float32 vectors or int64 tokens, shape (rows, width)."""
        chosen = self.matrix[rows].toarray() if isinstance(self.matrix, sp.csr_matrix) else self.matrix[rows]
        tokens = np.issubdtype(chosen.dtype, np.integer)
        return torch.from_numpy(np.ascontiguousarray(chosen, dtype=np.int64 if tokens else np.float32))

    def weights(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """Trust in a measurement of n barcodes, n / (n + 1): the error between variants is about that of a barcode."""
        barcodes = self.barcodes[rows].astype(np.float64)
        return barcodes / (barcodes + 1)

    @cached_property
    def digest(self) -> str:
        """A hash of everything here but the names and the reference."""
        measured = (self.brightness, self.barcodes, self.mutations)
        return digest(self.matrix, *measured, self.train, self.validation)


@dataclass(frozen=True)
class VariantBatches:
    """Variants as a source of batches. variants: int64 (rows, answers), a row of `data` for each answer of a network.

    One that answers once a row is given one variant, a MIMO network as many as it has subnetworks.
    """

    data: VariantInputs
    variants: Rows

    def batch(self, rows: Rows) -> Batch:
        """`inputs` (rows, answers, width) and `barcodes` float32 (rows, answers)."""
        chosen = self.variants[rows]
        inputs = self.data.take(chosen.ravel()).reshape(*chosen.shape, -1)
        return {"inputs": inputs, "barcodes": torch.from_numpy(self.data.barcodes[chosen]).float()}

    def names(self, rows: Rows) -> list[str]:
        """The mutations of each row's variants; those of several are parted by semicolons."""
        names = self.data.names
        return [";".join(dict.fromkeys(names[one] or "wild type" for one in row)) for row in self.variants[rows]]


def standardised(vectors: NDArray[np.float32], train: Rows) -> NDArray[np.float32]:
    """Each column less its mean, divided by its standard deviation, both over the training rows.

    The vectors of a language model differ little between variants of one protein; without this they can't be told
    apart at any learning rate. A column that is constant in training becomes 0.
    """
    mean = vectors[train].mean(axis=0, dtype=np.float64)
    deviation = vectors[train].std(axis=0, dtype=np.float64)
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 1e-9)
    return ((vectors - mean) * scale).astype(np.float32)
