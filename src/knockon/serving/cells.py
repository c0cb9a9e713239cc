"""Models of a person's own transcriptomes: fitted and judged on held-out groups, and asked afterwards.

A folder of it holds the compendium as a store, the network beside components and the components alone, the edges of
regulators where a network was given, and what was measured.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.arrays import Integers, Matrix, Values
from knockon.artifact import check, stamp
from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.cellstate.scaling import Scaling
from knockon.dataset.cellstate.splits import folds_by_group, refuse_leaks, sides
from knockon.dataset.cellstate.store import ExpressionStore, write_store
from knockon.errors import FormatError, KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.reconstruction import centred_interval, centred_r2, paired_difference, sample_sums
from knockon.evaluation.units import Units
from knockon.models.cells.pca import Pca
from knockon.models.cells.protocol import CellModel, Transcriptomes
from knockon.models.cells.registry import build
from knockon.models.cells.regulators import regulons_of
from knockon.models.cells.regulon_model import RegulonModel
from knockon.serving.cells_measured import MeasuredKnockouts
from knockon.sources.cellstate.genes import GeneTable
from knockon.training.fit_folders import kept_fits, name_of

KIND, VERSION = "cells.folder", 1
MOST_FOLDS, FEWEST_GROUPS = 5, 3
_INDEX = "cells.json"
_TRAINING = {
    "batch_size": 64, "learning_rate": 0.0003, "weight_decay": 0.01, "warmup_steps": 10, "validation_steps": 40,
    "patience": 3, "checkpoint_steps": 100, "log_steps": 20, "precision": "float32",
}  # fmt: skip
_WIDTH, _HIDDEN = 50, 128


@dataclass(frozen=True)
class CellsSettings:
    """How a model is fitted. width: of the latent state and of the PCA beside it, at most. steps: of the training."""

    width: int = _WIDTH
    hidden: int = _HIDDEN
    steps: int = 200
    masked: float = 0.2
    seed: int = 1

    def __post_init__(self) -> None:
        if min(self.width, self.hidden, self.steps) < 1 or not 0 <= self.masked < 1 or self.seed < 0:
            raise KnockonError("cells: width, hidden and steps must be 1 or more, masked in 0 … 1, seed 0 or more")


@dataclass(frozen=True)
class Score:
    """Of one model on held-out groups: centred R², its interval, and what it gains over PCA with its interval."""

    model: str
    r2: float
    low: float | None
    high: float | None
    over_pca: float | None
    over_pca_low: float | None
    over_pca_high: float | None


def check_groups(groups: Sequence[str]) -> None:
    """Raise KnockonError where groups are too few to train on some, validate with some and test others."""
    if (number := len(set(groups))) < FEWEST_GROUPS:
        raise KnockonError(
            f"{number} group{'s' if number != 1 else ''} of samples; at least {FEWEST_GROUPS} are needed: to train on, "
            "to validate with and to test"
        )


def fit_cells(
    out: Path,
    values: Matrix,
    samples: Sequence[str],
    genes: Sequence[str],
    groups: Sequence[str],
    scale: str,
    settings: CellsSettings,
    network: pa.Table | None = None,
    knockouts: pa.Table | None = None,
    symbols: Mapping[str, str] | None = None,
) -> list[Score]:
    """Fit on some groups, judge on others, and write `out` as a whole; a run that was stopped goes on.

    values: float32 (samples, genes), log2(level + 1). knockouts: KNOCKOUT_SCHEMA, those that were measured. symbols: of
    genes that have one. Raises KnockonError for too few groups, or a folder that is not one of this.
    """
    check_groups(groups)
    refuse_foreign(out)
    fold = folds_by_group(groups, min(MOST_FOLDS, len(set(groups))), settings.seed)
    refuse_leaks(groups, fold, "group")
    parts = sides(fold, 0)
    data = Transcriptomes(values, tuple(samples), parts.train, parts.validation)
    # As many components as genes give everything back, and tell nothing.
    width = max(1, min(settings.width, len(parts.train) - 1, len(genes) // 2))
    network_model = _autoencoder(width, settings)
    models: dict[str, CellModel] = {"gene mean": build("mean", {}), "PCA": Pca(width), "network": network_model}
    with kept_fits(out.with_name(f".{out.name}_fits")) as fits:
        name = name_of({"settings": asdict(settings), "data": data.digest()})
        for model in models.values():
            model.fit(data, settings.seed, fits.folder(name))
        scores = _scores(models, values, parts.test, groups, Scaling.fit(values, parts.train).mean)
        with atomic_directory(out) as folder:
            said = {"sample": list(samples), "study": list(groups), "tested": (fold == 0).tolist()}
            # Not `symbol`: by that, where a store has it, its knock-outs are named.
            named = {"gene": list(genes), "called": [(symbols or {}).get(gene, "") for gene in genes]}
            write_store(folder / "store", pa.table(named), pa.table(said), [values], scale)
            for part in ("PCA", "network"):
                (folder / part.lower()).mkdir()
                models[part].save(folder / part.lower())
            if network is not None:
                write_parquet(folder / "regulons.parquet", network)
            if knockouts is not None:
                write_parquet(folder / "knockouts.parquet", knockouts)
            described = {
                "settings": asdict(settings),
                "width": width,
                "scores": [asdict(score) for score in scores],
                "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)},
            }
            write_json(folder / _INDEX, {**stamp(KIND, VERSION), **described})
    return scores


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def refuse_foreign(out: Path) -> None:
    """Raise KnockonError for a folder with other things in it, which would be replaced."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / _INDEX).exists())):
        raise KnockonError(f"{out}: exists and is no folder of knockon cells: give another --out")


def _autoencoder(width: int, settings: CellsSettings) -> CellModel:
    sizes = {"widths": [settings.hidden, width], "masked": settings.masked, "skip": True}
    return build("autoencoder", sizes, {**_TRAINING, "max_steps": settings.steps})


def _scores(
    models: dict[str, CellModel], values: Matrix, test: Integers, groups: Sequence[str], mean: Values
) -> list[Score]:
    tested = values[test]
    units = Units.groups("group", np.asarray([groups[row] for row in test], dtype=str))
    resampling = Resampling(1000)
    sums = {name: sample_sums(tested, model.reconstruct(tested), mean) for name, model in models.items()}
    found = []
    for name, each in sums.items():
        low, high = centred_interval(each.residual, each.about_mean, units, resampling)
        gained: dict[str, float | None] = {}
        if name == "network":
            other = sums["PCA"].residual
            gained = dict(paired_difference(each.residual, other, each.about_mean, units, resampling))
        r2 = centred_r2(each.residual, each.about_mean)
        told = (gained.get(key) for key in ("difference", "difference_low", "difference_high"))
        found.append(Score(name, r2, low, high, *told))
    return found


class FittedCells:
    """A folder that `fit_cells` wrote. Raises KnockonError where it is none, or of a newer version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = _read_index(folder)
        self.store = ExpressionStore(folder / "store")
        self.genes = _genes(self.store.genes)
        self.mean = np.nan_to_num(np.nanmean(np.asarray(self.store.values, dtype=np.float64), axis=0))

    def names(self) -> list[str]:
        """What people call the genes: symbols, and ids of those that have none."""
        return [self.genes.symbols.get(gene, gene) for gene in self.genes.ids]

    def model(self) -> CellModel:
        """The network beside components, loaded."""
        model = _autoencoder(self.index["width"], CellsSettings(**self.index["settings"]))
        model.load(self.folder / "network")
        return model

    def latent(self, values: Matrix) -> Matrix:
        """Coordinates on the components, float32 (samples, width)."""
        pca = Pca()
        pca.load(self.folder / "pca")
        assert pca.components is not None
        return pca.components.coordinates(values)

    def filled(self, values: Matrix) -> Values:
        """Levels with the compendium's mean where a file lacks a gene, float64."""
        return np.where(np.isnan(values), self.mean, values).astype(np.float64)

    def regulons(self, network: pa.Table | None = None, least: int = 5) -> RegulonModel:
        """Regulators fitted to the compendium. Raises KnockonError where no network was given here or with the fit."""
        path = self.folder / "regulons.parquet"
        if network is None and not path.exists():
            raise KnockonError(f"{self.folder}: no network was given with the fit: give --network, a table of edges")
        edges = pq.read_table(path) if network is None else network
        model = RegulonModel(regulons_of(edges, self.genes.ids, least))
        model.fit(self.samples(), self.groups())
        return model

    def measured(self, network: pa.Table | None = None) -> MeasuredKnockouts | None:
        """What the knock-outs that were measured say of others; None where the fit was given none."""
        path, own = self.folder / "knockouts.parquet", self.folder / "regulons.parquet"
        if not path.exists():
            return None
        edges = pq.read_table(own) if network is None and own.exists() else network
        return MeasuredKnockouts(self.store, pq.read_table(path), edges)

    def samples(self) -> Values:
        """The compendium, float64 (samples, genes), without holes."""
        return self.filled(np.asarray(self.store.values))

    def groups(self) -> Integers | None:
        """A number for each sample's group; None where each sample is its own, whose shifts can't be taken out."""
        names = np.asarray(self.store.samples["study"].to_pylist(), dtype=str)
        numbers = np.unique(names, return_inverse=True)[1]
        return None if np.bincount(numbers).max() < 2 else numbers


def _genes(table: pa.Table) -> GeneTable:
    ids = table["gene"].to_pylist()
    symbols = table["called"].to_pylist() if "called" in table.column_names else [""] * len(ids)
    return GeneTable(ids, {gene: symbol for gene, symbol in zip(ids, symbols, strict=True) if symbol})


def _read_index(folder: Path) -> dict[str, Any]:
    path = folder / _INDEX
    try:
        index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KnockonError(f"{folder}: no folder of knockon cells: run `knockon cells fit` first") from error
    except ValueError as error:
        raise FormatError(f"{path}: damaged ({error}): fit again") from error
    check(index, KIND, (VERSION,), path)
    for name, size in index.get("files", {}).items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != size:
            raise FormatError(
                f"{folder / name}: damaged or gone: run `knockon cells fit` again, or copy the whole folder"
            )
        if not os.access(folder / name, os.R_OK):
            raise KnockonError(f"{folder / name}: may not be read by you: ask its owner for permission")
    return index
