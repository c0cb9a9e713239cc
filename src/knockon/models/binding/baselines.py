"""What a model must beat: means, biases of ligands and proteins, and the nearest training pair."""

from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.pair_files import load_pairs, save_pairs
from knockon.models.binding.protocol import Pairs, require_labels
from knockon.models.storage import load_arrays, save_arrays

BIASES = {"mean": (), "biases": ("ligand", "protein"), "ligand_only": ("ligand",), "protein_only": ("protein",)}
_FILE = "model.safetensors"
_SIMILARITY = {"ligand": ligand_similarity, "protein": protein_similarity}


class Biases:
    """mean + bias of the ligand + bias of the protein, or only some of these.

    A bias is the sum of residuals over (pairs + shrinkage), the two kinds in turns until they rest. One that is not in
    training gets the mean bias of the `neighbours` most similar ones, weighted by similarity to the fourth power.
    """

    def __init__(self, kind: str = "biases", shrinkage: float = 1.0, neighbours: int = 5) -> None:
        if kind not in BIASES:
            raise KnockonError(f"binding model: there is no {kind!r}; choose one of {', '.join(BIASES)}")
        self.kind, self.shrinkage, self.neighbours = kind, shrinkage, neighbours
        self.mean = 0.0
        self.names: dict[str, tuple[str, ...]] = {}
        self.biases: dict[str, Values] = {}

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`; validation pairs are not looked at."""
        require_labels(train)
        self.mean = float(train.values.mean())
        places, self.names, self.biases = {}, {}, {}
        for side in BIASES[self.kind]:
            present, places[side] = np.unique(getattr(train, side), return_inverse=True)
            self.names[side] = tuple(np.array(getattr(train, f"{side}s"), dtype=object)[present])
            self.biases[side] = np.zeros(len(present))
        for _ in range(100 if len(places) > 1 else 1):
            before = np.concatenate([*self.biases.values(), [0.0]])
            for side in places:
                self.biases[side] = self._bias(train, side, places)
            if np.abs(np.concatenate([*self.biases.values(), [0.0]]) - before).max() < 1e-9:
                break

    def _bias(self, train: Pairs, side: str, places: dict[str, Integers]) -> Values:
        others = [self.biases[other][place] for other, place in places.items() if other != side]
        residual = train.values - self.mean - sum(others, np.zeros(len(train)))
        size = len(self.biases[side])
        counts = np.bincount(places[side], minlength=size)
        return np.asarray(np.bincount(places[side], residual, size) / (counts + self.shrinkage))

    def predict(self, pairs: Pairs) -> Values:
        """See `BindingModel.predict`."""
        found = np.full(len(pairs), self.mean)
        for side in BIASES[self.kind]:
            asked, place = np.unique(getattr(pairs, side), return_inverse=True)
            names = [getattr(pairs, f"{side}s")[number] for number in asked]
            found += self._biases_of(side, names)[place]
        return found

    def _biases_of(self, side: str, names: list[str]) -> Values:
        known = {name: number for number, name in enumerate(self.names[side])}
        found = np.array([self.biases[side][known[name]] if name in known else np.nan for name in names])
        new = [name for name in names if name not in known]
        if new:
            alike = _SIMILARITY[side](new, self.names[side]).astype(np.float64)
            count = min(self.neighbours, alike.shape[1])
            nearest = np.argsort(-alike, axis=1, kind="stable")[:, :count]
            weights = np.take_along_axis(alike, nearest, 1) ** 4 + 1e-9
            found[np.isnan(found)] = (weights * self.biases[side][nearest]).sum(axis=1) / weights.sum(axis=1)
        return found

    def save(self, folder: Path) -> None:
        """See `BindingModel.save`."""
        settings: dict[str, Any] = {
            "mean": self.mean,
            "names": {side: list(names) for side, names in self.names.items()},
        }
        save_arrays(folder / _FILE, f"binding.{self.kind}", dict(self.biases), settings)

    def load(self, folder: Path) -> None:
        """See `BindingModel.load`."""
        self.biases, settings = load_arrays(folder / _FILE, f"binding.{self.kind}")
        self.mean = settings["mean"]
        self.names = {side: tuple(names) for side, names in settings["names"].items()}


class NearestAnalogue:
    """The value of the training pair that is most alike: Tanimoto of the ligands times word cosine of the proteins.

    Where several are equally near, their mean.
    """

    _BLOCK = 256

    def __init__(self) -> None:
        self.train: Pairs | None = None

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`; it keeps the pairs."""
        require_labels(train)
        self.train = train

    def predict(self, pairs: Pairs) -> Values:
        """See `BindingModel.predict`."""
        train = self.train
        assert train is not None
        ligands = ligand_similarity(pairs.ligands, train.ligands)
        proteins = protein_similarity(pairs.proteins, train.proteins)
        found = np.empty(len(pairs))
        for start in range(0, len(pairs), self._BLOCK):
            rows = slice(start, start + self._BLOCK)
            alike = ligands[pairs.ligand[rows]][:, train.ligand] * proteins[pairs.protein[rows]][:, train.protein]
            # Float32 products of equal factors are equal but for their last digits.
            nearest = alike >= alike.max(axis=1, keepdims=True) - 1e-6
            found[rows] = (nearest @ train.values) / nearest.sum(axis=1)
        return found

    def save(self, folder: Path) -> None:
        """See `BindingModel.save`."""
        assert self.train is not None
        save_pairs(folder / _FILE, "binding.nearest_analogue", self.train)

    def load(self, folder: Path) -> None:
        """See `BindingModel.load`."""
        self.train, _ = load_pairs(folder / _FILE, "binding.nearest_analogue")
