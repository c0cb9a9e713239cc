"""Principal components of transcriptomes, and what they say of hidden genes."""

from pathlib import Path

import numpy as np

from knockon.arrays import Mask, Matrix, Values
from knockon.dataset.cellstate.scaling import Scaling
from knockon.errors import KnockonError
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.storage import Arrays, load_arrays, save_arrays

_FILE = "model.safetensors"

MOST_SAMPLES = 6000
"""Of more training samples so many, drawn by the seed, give the components: their Gram matrix is dense."""


class Components:
    """mean: float64 (genes,). axes: float32 (width, genes), orthonormal. variance: float64 (width,), of the training
    samples along each. noise: mean variance of a gene that the components leave.
    """

    def __init__(self, mean: Values, axes: Matrix, variance: Values, noise: float) -> None:
        self.mean, self.axes, self.variance, self.noise = mean, axes, variance, noise

    @classmethod
    def of(cls, data: Transcriptomes, width: int, seed: int, beside: Matrix | None = None) -> "Components":
        """The leading components of the training samples; of n samples there are at most n − 1.

        beside: float32 (rows, genes), deviations from the mean that count as samples do; they add to the directions and
        not to the mean, and there are as many components more. A hole is filled with the gene's mean. Raises
        KnockonError for fewer than two samples, or equal ones.
        """
        mean = Scaling.fit(data.values, data.train).mean
        rows = data.train
        if len(rows) > MOST_SAMPLES:
            rows = np.sort(np.random.default_rng([seed, 21]).choice(rows, MOST_SAMPLES, replace=False))
        centred = np.nan_to_num(data.values[rows] - mean)
        squares = float((centred**2).mean())
        most = len(rows) - 1
        if beside is not None:
            centred, most = np.concatenate([centred, beside]), most + len(beside)
        values, vectors = np.linalg.eigh(centred @ centred.T)
        # eigh sorts upwards; what is left of rounding is no component.
        kept = np.argsort(values)[::-1][: min(width, most)]
        kept = kept[values[kept] > 1e-9 * values.max()]
        axes = (vectors[:, kept].T @ centred) / np.sqrt(values[kept])[:, None]
        variance = values[kept] / len(rows)
        left = max(squares - float(variance.sum()) / len(mean), 1e-6)
        return cls(mean, axes.astype(np.float32), variance, left)

    @property
    def width(self) -> int:
        """Number of components."""
        return len(self.axes)

    def coordinates(self, values: Matrix) -> Matrix:
        """float32 (samples, width) of samples whose hidden genes are NaN.

        A whole sample is projected. Where genes are hidden, the coordinates are their posterior mean, given that they
        spread as in training and every gene scatters by `noise` (Tipping & Bishop 1999): the fewer genes are seen, the
        nearer to the mean.
        """
        centred = (values - self.mean).astype(np.float32)
        seen = np.isfinite(centred)
        found = np.nan_to_num(centred) @ self.axes.T
        for mask in np.unique(seen, axis=0):
            if not mask.all():
                rows = (seen == mask).all(axis=1)
                found[rows] = self._posterior(mask, found[rows])
        return found

    def _posterior(self, mask: Mask, projected: Matrix) -> Matrix:
        """Solve for the coordinates of samples of which the same genes are seen."""
        axes = self.axes[:, mask].astype(np.float64)
        gram = axes @ axes.T + np.diag(self.noise / self.variance)
        return np.linalg.solve(gram, projected.T.astype(np.float64)).T.astype(np.float32)

    def levels(self, coordinates: Matrix) -> Matrix:
        """Samples from coordinates, float32 (samples, genes)."""
        return (coordinates @ self.axes + self.mean).astype(np.float32)

    def leading(self, width: int) -> "Components":
        """The first `width` of them; what the others held is noise."""
        left = float(self.variance[width:].sum()) / len(self.mean)
        return Components(self.mean, self.axes[:width], self.variance[:width], self.noise + left)

    def arrays(self) -> Arrays:
        """What a file of it holds."""
        return {
            "mean": self.mean,
            "axes": self.axes,
            "variance": self.variance,
            "noise": np.array([self.noise]),
        }


def components_from(arrays: Arrays) -> Components:
    """Undo `Components.arrays`."""
    return Components(arrays["mean"], arrays["axes"], arrays["variance"], float(arrays["noise"][0]))


class Pca:
    """A sample is its projection on the leading components. width: their number, the latent width of a network."""

    def __init__(self, width: int = 50) -> None:
        if width < 1:
            raise KnockonError(f"cell model pca: width is {width}; it must be 1 or more")
        self.width = width
        self.components: Components | None = None

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`."""
        self.components = Components.of(data, self.width, seed)

    def reconstruct(self, values: Matrix) -> Matrix:
        """See `CellModel.reconstruct`."""
        assert self.components is not None
        return self.components.levels(self.components.coordinates(values))

    def save(self, folder: Path) -> None:
        """See `CellModel.save`."""
        assert self.components is not None
        save_arrays(folder / _FILE, "cells.pca", self.components.arrays(), {"width": self.width})

    def load(self, folder: Path) -> None:
        """See `CellModel.load`."""
        arrays, settings = load_arrays(folder / _FILE, "cells.pca")
        self.width, self.components = int(settings["width"]), components_from(arrays)
