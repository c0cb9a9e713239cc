"""A new protein with k labelled ligands: a trained model's prediction is corrected by ridge on what it got wrong.

Ridge in its dual form, for k rows and many features: a correction of ligand x is κ(x, X) (κ(X, X) + λ I)⁻¹ r, with
κ(x, y) = 1 + x·y for unit vectors x and y, and r what the offset leaves of the labels. The 1 is an offset of the
protein, shrunken like the rest: without labels, or with a large λ, the offset alone stands.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Values
from knockon.evaluation.concordance import concordance_index
from knockon.models.binding.protocol import Pairs


def corrected(kernel: Values, offset: Values, values: Values, labelled: Integers, penalty: float) -> Values:
    """Predictions for all ligands of a protein, float64 (ligands,).

    kernel: κ, (ligands, ligands). offset, values: (ligands,); only the `labelled` ones of the values are looked at.
    """
    inner = kernel[np.ix_(labelled, labelled)] + penalty * np.eye(len(labelled))
    residual = values[labelled] - offset[labelled]
    return np.asarray(offset + kernel[:, labelled] @ np.linalg.solve(inner, residual))


def alone(kernel: Values, values: Values, labelled: Integers, penalty: float) -> Values:
    """The same from the k labels alone: their mean in the offset's place."""
    return corrected(kernel, np.full(len(values), values[labelled].mean()), values, labelled, penalty)


def kernel_of(features: np.ndarray) -> Values:
    """κ of ligands, float64 (ligands, ligands), from their features (ligands, width)."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True).astype(np.float64)
    rows = features / np.maximum(lengths, 1e-12)
    return np.asarray(1.0 + rows @ rows.T)


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Mean label of every protein and ligand, float64 (proteins, ligands), NaN where there is none."""

    values: Values

    @classmethod
    def of(cls, pairs: Pairs) -> "LabelTable":
        """Repeats of one sequence and ligand are averaged."""
        shape = len(pairs.proteins), len(pairs.ligands)
        cell = pairs.protein * shape[1] + pairs.ligand
        sums, counts = (np.bincount(cell, weights, shape[0] * shape[1]) for weights in (pairs.values, None))
        with np.errstate(invalid="ignore"):
            return cls((sums / counts).reshape(shape))


@dataclass(frozen=True)
class Draw:
    """Of one protein: labelled, ligands in the order in which they are given; tested, those never labelled."""

    protein: int
    labelled: Integers
    tested: Integers


def draws(table: LabelTable, largest: int, repeats: int, seed: int) -> list[Draw]:
    """`repeats` draws of `largest` ligands for every protein that has at least 5 more; the rest is tested."""
    random = np.random.default_rng(seed)
    found = []
    for protein, row in enumerate(table.values):
        measured = np.flatnonzero(np.isfinite(row))
        for _ in range(repeats if len(measured) >= largest + 5 else 0):
            order = random.permutation(measured)
            found.append(Draw(protein, order[:largest], np.sort(order[largest:])))
    return found


def squared_error(table: LabelTable, draw: Draw, predicted: Values) -> float:
    """Mean over the tested ligands. predicted: of all ligands."""
    return float(np.mean((table.values[draw.protein] - predicted)[draw.tested] ** 2))


def concordance(table: LabelTable, draw: Draw, predicted: Values) -> float:
    """Concordance index of the tested ligands; NaN where their labels are equal. predicted: of all ligands."""
    return concordance_index(table.values[draw.protein][draw.tested], predicted[draw.tested])
