"""Bins of a label, fitted on training rows: equal width or equal frequency, and the centre that stands for each."""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from knockon.errors import KnockonError
from knockon.losses.loss import Loss

Binning = Literal["equal_width", "equal_frequency"]


class BinnedLoss(Loss):
    """A loss that sees a label as one of K ordered bins.

    Inner edges e₁ ≤ … ≤ e_{K−1}; bin k holds eₖ < y ≤ eₖ₊₁, the outer bins are open. A bin's centre is the mean of its
    training labels, or the middle of its edges where it holds none. Repeated labels can make edges of equal
    frequency coincide: the bins between them stay empty, which costs nothing.
    """

    edges: Tensor
    centres: Tensor

    def __init__(self, heads: tuple[str, ...], bins: int, binning: Binning, outputs: int) -> None:
        super().__init__(heads, outputs)
        if bins < 2:
            raise KnockonError(f"loss {self.name}: bins is {bins}; it must be 2 or more")
        if binning not in ("equal_width", "equal_frequency"):
            raise KnockonError(f"loss {self.name}: binning is {binning!r}; choose equal_width or equal_frequency")
        self.bins = bins
        self.binning = binning
        self.register_buffer("edges", torch.zeros(len(heads), bins - 1))
        self.register_buffer("centres", torch.zeros(len(heads), bins))

    def fit(self, values: NDArray[np.float64]) -> None:
        """Learn the bins, and the normalisation, from the training rows; see `Loss.fit`."""
        super().fit(values)
        for head, column in enumerate(self._columns(values)):
            edges = inner_edges(column, self.bins, self.binning)
            self.edges[head] = torch.from_numpy(edges)
            self.centres[head] = torch.from_numpy(bin_centres(column, edges))

    def bin_of(self, target: Tensor) -> Tensor:
        """Bin of each label, int64 0 … K−1, shape (rows, heads)."""
        edges = self.edges.to(target.dtype)
        # torch.searchsorted looks rows up in rows: heads lead.
        return torch.searchsorted(edges, target.T.contiguous()).T


def inner_edges(values: NDArray[np.float64], bins: int, binning: Binning) -> NDArray[np.float64]:
    """The K−1 inner edges of K bins over `values`, non-decreasing."""
    if binning == "equal_width":
        return np.linspace(values.min(), values.max(), bins + 1)[1:-1]
    return np.quantile(values, np.arange(1, bins) / bins)


def bin_centres(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the values of each bin, shape (K,); the middle of the bin's edges where it is empty."""
    # Edges are compared as float32, the precision in which a loss sees labels.
    place = np.searchsorted(edges.astype(np.float32), values.astype(np.float32))
    counts = np.bincount(place, minlength=len(edges) + 1)
    sums = np.bincount(place, weights=values, minlength=len(edges) + 1)
    bounds = np.concatenate([[values.min()], edges, [values.max()]])
    return np.where(counts > 0, sums / np.maximum(counts, 1), (bounds[:-1] + bounds[1:]) / 2)
