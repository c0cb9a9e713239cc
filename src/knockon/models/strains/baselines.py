"""The models that any other must beat without effort: the mean, and the product of single-mutant fitness."""

from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.selection import join
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.strains.gene_axis import indicator

_FILE = "model.safetensors"


class Mean(PlainModel):
    """Predicts one number: the weighted mean of all rows that it may see (training and validation)."""

    name = "mean"

    def __init__(self) -> None:
        self._mean = np.zeros(1)

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Take the mean."""
        seen = join(train, validation)
        self._mean = np.array([np.average(seen.values, weights=seen.weights)])

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The mean, shape (strains,)."""
        return np.full(len(genotypes), self._mean[0])

    def save(self, folder: Path) -> None:
        """Write the mean."""
        save_arrays(folder / _FILE, self.name, {"mean": self._mean}, {})

    def load(self, folder: Path) -> None:
        """Read the mean."""
        self._mean = load_arrays(folder / _FILE, self.name)[0]["mean"]


class SmfProduct(PlainModel):
    """The expectation without interaction: the product of single-mutant fitness (Mani et al. 2008, PNAS 105:3461).

    label: for `fitness` the prediction is that product; an interaction is measured as the distance from it, so that
    for any other label the prediction is 0. A gene whose single mutant was not measured has the median of the others.
    """

    name = "smf_product"

    def __init__(self, label: str) -> None:
        self._label = label
        self._genes: tuple[str, ...] = ()
        self._logarithms = np.zeros(0)

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Take the measured single-mutant fitness; no label is used."""
        singles = train.singles.astype(np.float64)
        measured = np.isfinite(singles)
        middle = np.median(singles[measured]) if measured.any() else 1.0
        # A dead strain is measured as 0 or slightly below; a product has no use for a negative fitness.
        self._logarithms = np.log(np.maximum(np.where(measured, singles, middle), 1e-6))
        self._genes = train.genotypes.genes

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The expected fitness (1 = wild type) or interaction (0), shape (strains,)."""
        if self._label != "fitness":
            return np.zeros(len(genotypes))
        strains: sp.csr_matrix = indicator(genotypes, self._genes)
        return np.exp(strains @ self._logarithms)

    def save(self, folder: Path) -> None:
        """Write the single-mutant fitness by gene."""
        save_arrays(folder / _FILE, self.name, {"logarithms": self._logarithms}, {"genes": self._genes})

    def load(self, folder: Path) -> None:
        """Read the single-mutant fitness by gene."""
        arrays, settings = load_arrays(folder / _FILE, self.name)
        self._logarithms, self._genes = arrays["logarithms"], tuple(settings["genes"])


def mean(inputs: Inputs, context: Context) -> Model:
    """The mean."""
    return Mean()


def smf_product(inputs: Inputs, context: Context) -> Model:
    """The product of single-mutant fitness."""
    return SmfProduct(context.label)
