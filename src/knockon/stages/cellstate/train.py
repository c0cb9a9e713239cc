"""cellstate_train@<model>: a fit on every fold; how well each tested sample is given back, whole and from a part."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.arrays import Integers, Rows
from knockon.atomic import atomic_directory, write_parquet
from knockon.dataset.cellstate.reads import counting_variance, read_units
from knockon.dataset.cellstate.scaling import Scaling
from knockon.dataset.cellstate.splits import sides
from knockon.dataset.cellstate.store import ExpressionStore
from knockon.evaluation.levels import level_sums
from knockon.evaluation.plots import plot_table
from knockon.evaluation.reconstruction import gene_sums, sample_sums
from knockon.models.cells.protocol import CellModel, Transcriptomes, family_names, group_numbers, hidden_genes, hide
from knockon.models.cells.registry import build
from knockon.progress import track
from knockon.stages.cellstate import paths
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits, name_of
from knockon.training.launch import start
from knockon.training.signals import StopSignals

READS = (paths.STORE, paths.LENGTHS, paths.SPLITS)
PARAMS = (
    "cellstate.models.{model}",
    "cellstate.train.hidden",
    "cellstate.train.levels",
    "cellstate.train.seed",
    "cellstate.train.threads",
)
ITEMS = {"model": "cellstate.train.models"}

KEPT = ("study", 0)
"""Split and fold whose fit is kept in models/cellstate."""

_FILES = ("samples", "genes", "levels", "curves")
_PANELS = {"loss": ("train", "training loss"), "validation_mse": ("validation", "squared error on validation samples")}


class Study:
    """The compendium as one model's fits see it."""

    def __init__(self, params: Params, model: str) -> None:
        self.model = model
        self.section: Mapping[str, Any] = params[f"cellstate.models.{model}"]
        self.seed: int = params["cellstate.train.seed"]
        self.hidden: float = params["cellstate.train.hidden"]
        self.store = ExpressionStore(paths.STORE)
        self.folds = pq.read_table(paths.SPLITS)
        self.levels: list[float] = params["cellstate.train.levels"]
        self.lengths = pq.read_table(paths.LENGTHS)["length"].to_numpy()
        genes = self.store.genes
        families = family_names(genes["symbol"].to_pylist())
        self.groups = {"operon": group_numbers(genes["operon"].to_pylist()), "family": group_numbers(families)}
        self.names = tuple(self.store.samples["sample"].to_pylist())

    def fit(self, split: str, number: int, fits: FitFolders) -> Path:
        """Fit one fold; the folder with _FILES, and the model of KEPT. A fold that is done is found again."""
        fold: Integers = self.folds[split].to_numpy()
        parts = sides(fold, number)
        data = Transcriptomes(self.store.values, self.names, parts.train, parts.validation, self.groups)
        section = identity(self.section)
        what = {"section": section, "split": split, "fold": number, "seed": self.seed, "hidden": self.hidden}
        what |= {"levels": self.levels}
        name = name_of({**what, "data": data.digest()})
        done = fits.folder("folds", name)
        if not done.exists():
            settings, training, sharding = (self.section.get(part) for part in ("settings", "training", "sharding"))
            model = build(self.section["kind"], settings or {}, training, sharding)
            model.fit(data, self.seed, fits.folder("training", name))
            if not is_main():
                return done
            with atomic_directory(done) as folder:
                self._write(folder, model, split, number, parts.validation, parts.test, data)
                if (split, number) == KEPT:
                    (folder / "model").mkdir()
                    model.save(folder / "model")
        return done

    def _write(
        self,
        folder: Path,
        model: CellModel,
        split: str,
        number: int,
        validation: Rows,
        test: Rows,
        data: Transcriptomes,
    ) -> None:
        """Sums of one fold by sample and by gene, and its curve."""
        mean = Scaling.fit(data.values, data.train).mean
        hidden = hidden_genes(len(mean), self.hidden, self.seed)
        tables = []
        for side, rows in (("validation", validation), ("test", test)):
            values = self.store.take(rows)
            whole = model.reconstruct(values)
            found = sample_sums(values, whole, mean)
            shown = model.reconstruct(hide(values, hidden))
            told = sample_sums(values, shown, mean, hidden)
            columns = {
                "split": [split] * len(rows),
                "fold": np.full(len(rows), number),
                "side": [side] * len(rows),
                "sample": [self.names[row] for row in rows],
                "study": self.store.samples["study"].take(pa.array(rows)),
                **vars(found),
                "hidden_residual": told.residual,
                "hidden_about_mean": told.about_mean,
            }
            tables.append(pa.table(columns))
            if side == "test":
                residual, about = gene_sums(values, whole, mean)
                counted = counting_variance(values, read_units(values, self.lengths), self.lengths)
                by_level = level_sums(values, (whole, shown), mean, hidden, counted, np.asarray(self.levels))
                keys = {name: np.tile(columns[name], len(self.levels) + 1) for name in ("split", "sample", "study")}
                write_parquet(folder / "levels.parquet", pa.table({**keys, **by_level}))
        write_parquet(folder / "samples.parquet", pa.concat_tables(tables))
        genes = self.store.genes["gene"]
        by_gene = {"split": [split] * len(genes), "gene": genes, "residual": residual, "about_mean": about}
        write_parquet(folder / "genes.parquet", pa.table(by_gene))
        curve = getattr(model, "history", []) if (split, number) == KEPT else []
        write_parquet(folder / "curves.parquet", plot_table("loss_curves", curve_rows(self.model, curve)))


def is_main() -> bool:
    """Whether this process writes the files; one beside it only trains."""
    return int(os.environ.get("RANK", "0")) == 0


def identity(section: Mapping[str, Any]) -> dict[str, Any]:
    """A model's section but for what a training may go on with another value of: how many processes share it."""
    harmless = ["processes", *(["accumulation"] if section.get("sharding", {}).get("sharded") else [])]
    training = {name: value for name, value in section.get("training", {}).items() if name not in harmless}
    return {**section, "training": training}


def curve_rows(model: str, history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the plot of losses, from the trainer's log; both are in units of the training samples' spread."""
    return [
        {"panel": _PANELS[name][1], "series": model, "part": _PANELS[name][0], "training_step": record["step"],
         "loss": float(record[name])}
        for record in history
        for name in _PANELS
        if name in record
    ]  # fmt: skip


def main(params: Params, model: str) -> None:
    """Fit every fold of every split of the model's section, in so many processes as it asks for; after a stop the same
    command goes on.
    """
    section = params[f"cellstate.models.{model}"]
    start(section.get("training", {}).get("processes", 1))
    if section["kind"] == "autoencoder":
        import torch

        # More threads split sums otherwise, and the last digits would depend on the machine's cores.
        torch.set_num_threads(params["cellstate.train.threads"])
    study = Study(params, model)
    numbers = {split: int(study.folds[split].to_numpy().max()) + 1 for split in section["splits"]}
    todo = [(split, number) for split, count in numbers.items() for number in range(count)]
    root = paths.fits_of(model)
    if not is_main():
        with StopSignals() as signals:
            for each in todo:
                study.fit(*each, FitFolders(root, signals))
        return
    with kept_fits(root) as fits:
        done = {each: study.fit(*each, fits) for each in track(todo, model)}
        with atomic_directory(paths.MODELS / model) as folder:
            if KEPT in done:
                shutil.copytree(done[KEPT] / "model", folder, dirs_exist_ok=True)
        with atomic_directory(paths.PREDICTIONS / model) as folder:
            for file in _FILES:
                parts = [pq.read_table(place / f"{file}.parquet") for place in done.values()]
                write_parquet(folder / f"{file}.parquet", pa.concat_tables(parts))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
