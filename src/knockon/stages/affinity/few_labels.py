"""Task `few_labels`: k labelled ligands of a new protein correct what a trained model says of its other ligands.

On a split whose tested proteins are new. Of each protein as many ligands are drawn as the largest k, and the first k
are told; all others are the same test for every k. The penalty of each way and k is chosen on validation proteins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knockon.arrays import Integers, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.units import Units
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
from knockon.models.binding.towers import fit_tower
from knockon.progress import track
from knockon.stages.affinity.runs import Run, Tables
from knockon.training.fit_folders import FitFolders

SCORES, ENDS = ("mse", "ci"), ("", "_low", "_high")
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


def side_of(pairs: Pairs, train: Pairs, models: Mapping[str, NetworkModel], section: Mapping[str, Any]) -> Side:
    """Draws and ways: each model with its own ligand vectors; ligands' means, and the labels alone, on fingerprints."""
    table = LabelTable.of(pairs)
    drawn = draws(table, max(section["labels"]), section["repeats"], section["seed"])
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


def fit_models(section: Mapping[str, Any], run: Run, fits: FitFolders) -> dict[str, NetworkModel]:
    """A tower with and one without the contrastive loss; validation pairs choose the step."""
    return {
        name: fit_tower(
            {**section["settings"], **own, "threshold": section["binder"]},
            section["training"],
            run.pairs("train"),
            section["seed"],
            fits,
            run.pairs("validation"),
        )
        for name, own in track(section["models"].items(), "a new protein with k ligands")
    }


def over_proteins(found: Values, proteins: Integers, resampling: Resampling) -> dict[str, float | None]:
    """Means over draws of each of SCORES, with intervals that draw proteins. found: (draws, 2)."""
    said: dict[str, float | None] = {}
    for place, name in enumerate(SCORES):
        known = np.isfinite(found[:, place])
        values, units = found[known, place], Units(proteins[known], ("protein",))
        if not len(values):
            said |= {name: None, f"{name}_low": None, f"{name}_high": None}
            continue
        drawn = [
            weights @ values / weights.sum(axis=1) for weights in resampled_weights(len(values), units, resampling)
        ]
        said[name] = float(values.mean())
        said[f"{name}_low"], said[f"{name}_high"] = interval(np.concatenate(drawn), resampling.confidence)
    return said


def best_penalty(side: Side, way: str, k: int, penalties: Sequence[float]) -> float:
    """The penalty with the least mean squared error on validation proteins; the larger of equal ones."""
    return min(sorted(penalties, reverse=True), key=lambda penalty: side.error(way, k, penalty))


def rows_of(chosen: Side, final: Side, section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for every way and k; k = 0 is the model as it is. over_alone: mse less that of the labels alone, paired."""
    resampling = Resampling(section["resamples"], seed=section["seed"])
    proteins = np.array([draw.protein for draw in final.drawn])
    rows = []
    for k in (0, *section["labels"]):
        scores: dict[str, tuple[float | None, Values]] = {}
        for way in final.ways:
            if k == 0 and final.ways[way].offset is None:
                continue
            penalty = best_penalty(chosen, way, k, section["penalties"]) if k else None
            scores[way] = penalty, final.scores(way, k, penalty or 1.0)
        for way, (penalty, found) in scores.items():
            row = {"labels": k, "way": way, "penalty": penalty, **over_proteins(found, proteins, resampling)}
            if k and way != ALONE:
                gained = over_proteins(found - scores[ALONE][1], proteins, resampling)
                row |= {f"{name}_over_alone{end}": gained[f"{name}{end}"] for name in SCORES for end in ENDS}
            rows.append(row)
    return rows


def adapt(section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """run, numbers of proteins and of tested ligands, and rows; see `rows_of`."""
    run = Tables().run(section["run"])
    models, train = fit_models(section, run, fits), run.pairs("train")
    chosen, final = (side_of(run.pairs(side), train, models, section) for side in ("validation", "test"))
    tested = [len(draw.tested) for draw in final.drawn]
    return {
        "run": section["run"],
        "proteins": len({draw.protein for draw in final.drawn}),
        "repeats": section["repeats"],
        "tested_ligands": float(np.mean(tested)) if tested else 0.0,
        "rows": rows_of(chosen, final, section) if tested else [],
    }
