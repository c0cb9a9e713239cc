"""Mean and spread of genes, of training samples alone: what is learnt from others is known before it is tested."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Matrix, Rows, Values
from knockon.errors import KnockonError

_BLOCK = 2048


@dataclass(frozen=True)
class Scaling:
    """mean: float64 (genes,) of the training samples; spread: one standard deviation over all genes about their means.

    One spread for all: a gene that hardly changes would else weigh as much as one that does, and its noise is learnt.
    """

    mean: Values
    spread: float

    @classmethod
    def fit(cls, values: Matrix, train: Rows) -> "Scaling":
        """From training rows of values (samples, genes), NaN where missing, in blocks.

        A gene without any training value has mean 0. Raises KnockonError for fewer than two samples, or none that
        differ.
        """
        if len(train) < 2:
            raise KnockonError(f"{len(train)} training samples: at least 2 are needed to know how genes vary")
        sums, counts = np.zeros(values.shape[1]), np.zeros(values.shape[1])
        for block in _blocks(values, train):
            sums += np.nansum(block, axis=0)
            counts += np.isfinite(block).sum(axis=0)
        mean = sums / np.maximum(counts, 1)
        squares = sum(float(np.nansum((block - mean) ** 2)) for block in _blocks(values, train))
        if not squares > 0:
            raise KnockonError(f"the {len(train)} training samples are all alike: there is nothing to learn")
        return cls(mean, float(np.sqrt(squares / counts.sum())))

    def apply(self, values: Matrix) -> Matrix:
        """(values − mean) / spread, float32; missing stays NaN."""
        return ((values - self.mean) / self.spread).astype(np.float32)

    def undo(self, values: Matrix) -> Matrix:
        """What `apply` was given, float32."""
        return (values * self.spread + self.mean).astype(np.float32)


def _blocks(values: Matrix, rows: Rows) -> list[Values]:
    # Slices of a map are read where they lie; float64, since sums of 10⁵ float32 lose digits.
    return [values[rows[start : start + _BLOCK]].astype(np.float64) for start in range(0, len(rows), _BLOCK)]
