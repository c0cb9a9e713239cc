"""Additive gene effects: every gene shifts the label by its own amount, whatever else is perturbed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.models.context import Context, Inputs
from knockon.models.protocol import Examples, Model, PlainModel
from knockon.models.selection import join, rank_key
from knockon.models.storage import Arrays, load_arrays, save_arrays
from knockon.models.strains.gene_axis import indicator, perturbed_genes

RIDGES = (300.0, 100.0, 30.0, 10.0, 3.0)

_FILE = "additive.safetensors"


class Additive(PlainModel):
    """y = μ + Σ β_g over the perturbed genes; weighted ridge by conjugate gradients on the sparse design.

    ridge: penalties on β to choose from, in units of one strain of mean weight; the first wins a tie. The best on
    validation is refitted on training and validation rows together if `refit`. A gene that no such strain perturbs has
    effect 0.
    """

    name = "additive"

    def __init__(self, ridge: Sequence[float] = RIDGES, refit: bool = True) -> None:
        self._ridges = tuple(ridge)
        self._refit = refit
        self.genes: tuple[str, ...] = ()
        self.effects = np.zeros(0)
        self.intercept = 0.0
        self.ridge = self._ridges[0]

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Choose the penalty on validation rows (none are needed where there is one penalty), then solve."""
        if len(self._ridges) > 1:
            scores = []
            for ridge in self._ridges:
                self.solve(train, ridge)
                scores.append(rank_key(validation.values, self.predict(validation.genotypes)))
            self.ridge = self._ridges[scores.index(max(scores))]
        self.solve(join(train, validation) if self._refit else train, self.ridge)

    def refit(self, examples: Examples, seed: int) -> None:
        """Solve with the penalty that the last `fit` chose."""
        self.solve(examples, self.ridge)

    def solve(self, examples: Examples, ridge: float) -> None:
        """Fit the effects with one penalty."""
        # scikit-learn takes a second to import: who only predicts does not wait for it.
        from sklearn.linear_model import Ridge

        self.genes = perturbed_genes(examples.genotypes)
        design = indicator(examples.genotypes, self.genes)
        weights = examples.weights / examples.weights.mean()
        solver = Ridge(alpha=ridge, solver="sparse_cg", tol=1e-8, max_iter=1000)
        solver.fit(design, examples.values, sample_weight=weights)
        self.effects, self.intercept = np.asarray(solver.coef_, dtype=np.float64), float(solver.intercept_)

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The sum of effects, in the label's unit, shape (strains,)."""
        return self.intercept + indicator(genotypes, self.genes) @ self.effects

    def arrays(self) -> Arrays:
        """What is learnt, for a file."""
        return {"effects": self.effects, "intercept": np.array([self.intercept]), "ridge": np.array([self.ridge])}

    def restore(self, arrays: Arrays, genes: Sequence[str]) -> None:
        """Take back what `arrays` gave."""
        self.genes, self.effects = tuple(genes), arrays["effects"]
        self.intercept, self.ridge = float(arrays["intercept"][0]), float(arrays["ridge"][0])

    def save(self, folder: Path) -> None:
        """Write the effects."""
        save_arrays(folder / _FILE, self.name, self.arrays(), {"genes": self.genes})

    def load(self, folder: Path) -> None:
        """Read the effects."""
        arrays, settings = load_arrays(folder / _FILE, self.name)
        self.restore(arrays, settings["genes"])


def additive(inputs: Inputs, context: Context, *, ridge: Sequence[float] = RIDGES, refit: bool = True) -> Model:
    """Additive gene effects; see `Additive`."""
    return Additive(ridge, refit)
