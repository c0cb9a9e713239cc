"""Ways to predict the other ligands of a new protein of which k are labelled, and the penalty that each likes best."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Values
from knockon.models.binding.every_pair import tower_scores
from knockon.models.binding.features import fingerprints
from knockon.models.binding.few_labels import (
    Draw,
    LabelTable,
    alone,
    concordance,
    corrected,
    draws,
    kernel_of,
    squared_error,
)
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs

SCORES = ("mse", "ci")
MEAN, ALONE = "ligand_mean", "labels_alone"


@dataclass(frozen=True, eq=False)
class Way:
    """kernel: of ligands, (ligands, ligands). offset: (proteins, ligands), or None for the mean of the k labels."""

    kernel: Values
    offset: Values | None

    def predict(self, table: LabelTable, draw: Draw, k: int, penalty: float) -> Values:
        """Of all ligands of the draw's protein, told the first k labels."""
        values, labelled = table.values[draw.protein], draw.labelled[:k]
        if self.offset is None:
            return alone(self.kernel, values, labelled, penalty)
        own = self.offset[draw.protein]
        return own if k == 0 else corrected(self.kernel, own, values, labelled, penalty)


@dataclass(frozen=True, eq=False)
class Side:
    """New proteins, what is drawn of each, and the ways to predict."""

    table: LabelTable
    drawn: list[Draw]
    ways: dict[str, Way]

    def scores(self, way: str, k: int, penalty: float) -> Values:
        """SCORES of every draw, (draws, 2)."""
        found = self._predicted(way, k, penalty)
        return np.array([(squared_error(self.table, *each), concordance(self.table, *each)) for each in found])

    def error(self, way: str, k: int, penalty: float) -> float:
        """Mean squared error over draws."""
        return float(np.mean([squared_error(self.table, *each) for each in self._predicted(way, k, penalty)]))

    def _predicted(self, way: str, k: int, penalty: float) -> Iterator[tuple[Draw, Values]]:
        return ((draw, self.ways[way].predict(self.table, draw, k, penalty)) for draw in self.drawn)


def ligand_means(train: Pairs, ligands: Sequence[str]) -> Values:
    """Mean training label of each ligand, of all pairs for one that has none, (ligands,)."""
    place = {smiles: number for number, smiles in enumerate(train.ligands)}
    size = len(train.ligands)
    means = np.bincount(train.ligand, train.values, size) / np.maximum(np.bincount(train.ligand, minlength=size), 1)
    overall = float(train.values.mean())
    return np.array([means[place[smiles]] if smiles in place else overall for smiles in ligands])


def side_of(pairs: Pairs, train: Pairs, models: Mapping[str, NetworkModel], most: int, repeats: int, seed: int) -> Side:
    """Draws and ways: each model with its own ligand vectors; ligands' means, and the labels alone, on fingerprints.

    most: labels that are drawn of a protein, `repeats` times.
    """
    table = LabelTable.of(pairs)
    drawn = draws(table, most, repeats, seed)
    plain = kernel_of(fingerprints(pairs.ligands))
    found = {
        name: Way(
            kernel_of(model.vectors("ligand", pairs.ligands)),
            tower_scores(model, pairs.proteins, pairs.ligands, "head"),
        )
        for name, model in models.items()
    }
    means = np.tile(ligand_means(train, pairs.ligands), (len(pairs.proteins), 1))
    return Side(table, drawn, {**found, MEAN: Way(plain, means), ALONE: Way(plain, None)})


def best_penalty(side: Side, way: str, k: int, penalties: Sequence[float]) -> float:
    """The penalty with the least mean squared error on validation proteins; the larger of equal ones."""
    return min(sorted(penalties, reverse=True), key=lambda penalty: side.error(way, k, penalty))
