"""What must be beaten: the mean of each gene, and the nearest sample that was trained on."""

from pathlib import Path

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.dataset.cellstate.scaling import Scaling
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.storage import load_arrays, save_arrays

_FILE = "model.safetensors"


class GeneMean:
    """Every sample is the mean of the training samples: its R², centred on that mean, is 0 by definition."""

    def __init__(self) -> None:
        self.mean: Values = np.zeros(0)

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`."""
        self.mean = Scaling.fit(data.values, data.train).mean

    def reconstruct(self, values: Matrix) -> Matrix:
        """See `CellModel.reconstruct`."""
        return np.repeat(self.mean[None].astype(np.float32), len(values), axis=0)

    def save(self, folder: Path) -> None:
        """See `CellModel.save`."""
        save_arrays(folder / _FILE, "cells.mean", {"mean": self.mean}, {})

    def load(self, folder: Path) -> None:
        """See `CellModel.load`."""
        self.mean = load_arrays(folder / _FILE, "cells.mean")[0]["mean"]


class NearestSample:
    """Every sample is the training sample that is nearest to it in the genes that are not hidden."""

    def __init__(self) -> None:
        self.known: Matrix = np.zeros((0, 0), dtype=np.float32)

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`. A hole of a training sample is filled with the gene's mean."""
        rows = np.asarray(data.values[data.train])
        mean = Scaling.fit(data.values, data.train).mean.astype(np.float32)
        self.known = np.where(np.isnan(rows), mean, rows)

    def reconstruct(self, values: Matrix) -> Matrix:
        """See `CellModel.reconstruct`."""
        seen = np.isfinite(values).astype(np.float32)
        filled = np.nan_to_num(values)
        # Σ over the genes seen of (x − k)², less Σ x², which is the same for every training sample.
        distance = seen @ (self.known**2).T - 2 * filled @ self.known.T
        return self.known[np.argmin(distance, axis=1)]

    def save(self, folder: Path) -> None:
        """See `CellModel.save`."""
        save_arrays(folder / _FILE, "cells.nearest", {"known": self.known}, {})

    def load(self, folder: Path) -> None:
        """See `CellModel.load`."""
        self.known = load_arrays(folder / _FILE, "cells.nearest")[0]["known"]
