"""Components of a covariance that is drawn towards what is known of the genes, or of other samples.

Some hundred samples of thousands of genes say little of most pairs of genes. What is known beforehand stands beside
them as rows that count as samples: one of each operon, whose genes are transcribed together, one of each family by
name, or the samples of another compendium. Validation chooses how much each kind counts; with 0 this is PCA (a
shrinkage of Ledoit & Wolf's kind, 2004, towards blocks instead of the identity).
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from knockon.arrays import Matrix
from knockon.errors import KnockonError
from knockon.models.cells.pca import Components, components_from
from knockon.models.cells.protocol import Transcriptomes, hidden_genes, hide
from knockon.models.storage import load_arrays, save_arrays

WEIGHTS = (0.0, 0.03, 0.1, 0.3, 1.0)
NOISES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Variance of a gene about what all components say, as a share of the genes' mean variance."""

_FILE = "model.safetensors"
_HIDDEN = 0.2

Beside = Callable[[Transcriptomes], Matrix]
"""Rows to stand beside training samples, float32 (rows, genes): their summed squares are a covariance of weight 1."""


class ShrunkPca:
    """A sample is its projection on the leading components; hidden genes are told by all of them.

    width: number of components that a whole sample is given back from. weights: what each kind of rows beside counts,
    as validation samples chose it.
    """

    def __init__(self, width: int, beside: Mapping[str, Beside]) -> None:
        if width < 1:
            raise KnockonError(f"cell model grouped: width is {width}; it must be 1 or more")
        self.width, self._beside = width, beside
        self.weights: dict[str, float] = {}
        self.components: Components | None = None

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """See `CellModel.fit`. Without validation samples the weights are 0."""
        rows = {name: rows for name, make in self._beside.items() if len(rows := make(data))}
        held = np.asarray(data.values[data.validation])
        self.weights = dict.fromkeys(self._beside, 0.0)
        if len(held):
            self._choose_weights(data, rows, held, seed)
        everything = len(data.values) + sum(map(len, rows.values()))
        self.components = self._components(data, rows, everything, seed, self.weights)
        self._choose_noise(data, held, seed)

    def _choose_weights(self, data: Transcriptomes, rows: Mapping[str, Matrix], held: Matrix, seed: int) -> None:
        """One kind after the other, and once more where there are several: what one counts changes the others' part."""
        tried: dict[tuple[float, ...], float] = {}
        for _ in range(min(len(rows), 2)):
            for name in rows:
                errors = []
                for weight in WEIGHTS:
                    weights = {**self.weights, name: weight}
                    if (key := tuple(weights.values())) not in tried:
                        found = self._components(data, rows, self.width, seed, weights)
                        tried[key] = _error(found, held)
                    errors.append(tried[key])
                self.weights[name] = WEIGHTS[int(np.argmin(errors))]

    def _components(
        self, data: Transcriptomes, rows: Mapping[str, Matrix], width: int, seed: int, weights: Mapping[str, float]
    ) -> Components:
        """Leading components of the training samples and the rows beside them, so much as each kind counts."""
        parts = [
            part * np.float32(np.sqrt(weights[name] * len(data.train))) for name, part in rows.items() if weights[name]
        ]
        return Components.of(data, width, seed, np.concatenate(parts) if parts else None)

    def _choose_noise(self, data: Transcriptomes, held: Matrix, seed: int) -> None:
        """How far a gene scatters, by genes that are hidden of the validation samples; others than those of a test."""
        found = self.components
        assert found is not None
        variance = float(np.nanmean((data.values[data.train] - found.mean) ** 2))
        hidden = hidden_genes(len(found.mean), _HIDDEN, seed + 1)
        choices = [Components(found.mean, found.axes, found.variance, share * variance) for share in NOISES]
        errors = [_error(each, held, hide(held, hidden)) for each in choices]
        self.components = choices[int(np.argmin(errors))]

    def reconstruct(self, values: Matrix) -> Matrix:
        """See `CellModel.reconstruct`."""
        assert self.components is not None
        whole = np.isfinite(values).all(axis=1)
        found = np.empty(values.shape, dtype=np.float32)
        for rows, told in ((whole, self.components.leading(self.width)), (~whole, self.components)):
            if rows.any():
                found[rows] = told.levels(told.coordinates(values[rows]))
        return found

    def save(self, folder: Path) -> None:
        """See `CellModel.save`."""
        assert self.components is not None
        settings = {"width": self.width, "weights": self.weights}
        save_arrays(folder / _FILE, "cells.shrunk", self.components.arrays(), settings)

    def load(self, folder: Path) -> None:
        """See `CellModel.load`."""
        arrays, settings = load_arrays(folder / _FILE, "cells.shrunk")
        self.width, self.weights = int(settings["width"]), dict(settings["weights"])
        self.components = components_from(arrays)


def group_rows(name: str) -> Beside:
    """A row of each group of two genes or more: their standard deviations over training samples, 0 elsewhere."""

    def rows_of(data: Transcriptomes) -> Matrix:
        groups = data.groups.get(name)
        if groups is None:
            return np.zeros((0, data.values.shape[1]), dtype=np.float32)
        spread = np.nan_to_num(np.nanstd(data.values[data.train].astype(np.float64), axis=0))
        known = np.flatnonzero(groups >= 0)
        numbers, place, sizes = np.unique(groups[known], return_inverse=True, return_counts=True)
        rows = np.zeros((len(numbers), data.values.shape[1]), dtype=np.float32)
        rows[place, known] = spread[known]
        return rows[sizes > 1]

    return rows_of


def _error(components: Components, values: Matrix, shown: Matrix | None = None) -> float:
    """Mean squared error of samples told from themselves, or from what is shown of them."""
    if not len(values):
        return 0.0
    given = values if shown is None else shown
    return float(np.nanmean((components.levels(components.coordinates(given)) - values) ** 2))
