"""Labelled strains and variants as vectors: torch Datasets that a plain DataLoader batches."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from knockon.models.protocol import Examples
from knockon.represent.aggregate import Features, aggregate
from knockon.represent.representation import Representation

Item = tuple[Tensor, Tensor, Tensor]
"""Vector (dimensions,), label () and weight (), each float32."""


class Vectors(Dataset[Item]):
    """Rows of features with a label and a weight; the features of a batch are made when it is asked for."""

    def __init__(
        self,
        features: Callable[[NDArray[np.int64]], Features],
        values: NDArray[np.float64],
        weights: NDArray[np.float64],
    ) -> None:
        self._features = features
        self._values = torch.from_numpy(values.astype(np.float32))
        self._weights = torch.from_numpy(weights.astype(np.float32))

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, row: int) -> Item:
        """One row; counted from the end where it is negative."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return self.__getitems__([row % len(self)])[0]

    def __getitems__(self, rows: Sequence[int]) -> list[Item]:
        """What a DataLoader calls for a whole batch: one product, not one a row."""
        numbers = np.asarray(rows, dtype=np.int64)
        found = self._features(numbers)
        dense = found if isinstance(found, np.ndarray) else found.toarray()
        vectors = torch.from_numpy(np.ascontiguousarray(dense, dtype=np.float32))
        return list(zip(vectors, self._values[numbers], self._weights[numbers], strict=True))


class StrainVectors(Vectors):
    """Strains; the vector is what the genes' vectors come to by `aggregation`, see `represent.aggregate`."""

    def __init__(self, examples: Examples, representation: Representation, aggregation: str) -> None:
        def features(rows: NDArray[np.int64]) -> Features:
            return aggregate(examples.genotypes.take(rows), representation, aggregation)

        # An unknown aggregation is told now, not in the first batch.
        features(np.zeros(0, dtype=np.int64))
        super().__init__(features, examples.values, examples.weights)
