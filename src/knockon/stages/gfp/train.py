"""gfp_train@<model>: the grid, then every seed on both splits; predictions of all variants, curves, weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.variants import SPLITS
from knockon.evaluation.plots import plot_table
from knockon.models.grid import Choice
from knockon.models.variants.calibration import Step, asks_for_more, one_step, served_widths
from knockon.models.variants.fitting import Fitted, Setting, fit, mean_of
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.predicted import SplitVariants, calibrating
from knockon.models.variants.selection import answers_of, choose_setting
from knockon.progress import track
from knockon.serving.gfp import save_served
from knockon.stages.gfp import paths
from knockon.stages.gfp.inputs import inputs_of
from knockon.stages.gfp.landscape import read_landscape, read_parts
from knockon.stages.stage import Params, run_stage
from knockon.training.checkpoint import save_weights
from knockon.training.fit_folders import FitFolders, kept_fits

READS = (paths.VARIANTS, paths.SPLITS, paths.EMBEDDINGS)
PARAMS = ("gfp.models.{model}", "gfp.train.seeds", "gfp.train.threads")
ITEMS = {"model": "gfp.train.models"}

SERVED, ENSEMBLE = "global_epistasis", "global_epistasis_ensemble"
"""The model behind `knockon predict gfp`; its mean over the seeds is a model of its own."""

GRID_SCHEMA = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        pa.field("representation", pa.string(), nullable=False),
        pa.field("setting", pa.string(), nullable=False, metadata={"unit": "name=value, …"}),
        pa.field("mse", pa.float64(), metadata={"unit": "log10 fluorescence squared; null where skipped"}),
        pa.field("skipped", pa.string(), metadata={"unit": "why, null where it was fitted"}),
        pa.field("chosen", pa.bool_(), nullable=False),
    ]
)


_PANELS = {"train": "training loss", "validation": "mean squared error on validation variants"}


class Study:
    """One model's run over both splits: what it reads, and the tables that it writes."""

    def __init__(self, params: Params, model: str) -> None:
        self.model = model
        self.section: Mapping[str, Any] = params[f"gfp.models.{model}"]
        self.seeds: Mapping[str, list[int]] = params["gfp.train.seeds"]
        self.landscape = landscape = read_landscape()
        self.splits = {
            split: SplitVariants(split, landscape.variants, landscape.keys, read_parts(split)) for split in SPLITS
        }
        self.tables: list[pa.Table] = []
        self.curves: list[dict[str, Any]] = []

    def data(self, split: str, representation: str) -> VariantInputs:
        """The variants of one split as one representation shows them."""
        parts = self.splits[split].parts
        return inputs_of(self.landscape, representation, parts == "train", parts == "validation")

    def choose(self, fits: FitFolders) -> Choice[Setting]:
        """Score the grid on the imbalanced split, with the first seed."""
        seed = self.seeds["imbalanced"][0]
        return choose_setting(self.model, self.section, seed, lambda name: self.data("imbalanced", name), fits)

    def run(self, setting: Setting, folder: Path, fits: FitFolders) -> None:
        """Fit every seed on both splits; weights into `folder`."""
        for split in SPLITS:
            data = self.data(split, setting["representation"])
            fitted = []
            for seed in track(self.seeds[split], f"{self.model}, {split} split"):
                fitted.append(fit(self.model, data, setting, seed, fits))
                self._collect(split, seed, self.model, fitted[-1], data)
                if fitted[-1].module is not None:
                    save_weights(folder / split / f"seed-{seed}.safetensors", fitted[-1].module.state_dict())
            joined = mean_of(fitted)
            if self.model == SERVED:
                self._collect(split, self.seeds[split][0], ENSEMBLE, joined, data)
            tested = self.splits[split].parts == "test"
            step = (
                one_step(self.model, data, setting, self.seeds[split][0], fits) if asks_for_more(data, tested) else None
            )
            if step is not None:
                self._calibrate(split, step)
            if self.model == SERVED:
                save_served(folder / split, setting, fitted, joined, data, served_widths(joined, data, step))

    def _calibrate(self, split: str, step: Step) -> None:
        """Add the predictions from which intervals of the test are made; those of an ensemble are of one fit, too."""
        for name in (self.model, ENSEMBLE) if self.model == SERVED else (self.model,):
            for title, predicted in answers_of(self.model, name, step.fitted, step.data).items():
                rows = self.splits[split].rows(self.seeds[split][0], title, predicted, step.fitted, step.data)
                self.tables.append(calibrating(rows, step.judged))

    def _collect(self, split: str, seed: int, name: str, fitted: Fitted, data: VariantInputs) -> None:
        """Add the predictions of one fit, and the curve of the first seed's."""
        for title, predicted in answers_of(self.model, name, fitted, data).items():
            self.tables.append(self.splits[split].rows(seed, title, predicted, fitted, data))
        if seed == self.seeds[split][0]:
            self.curves += [
                {"panel": f"{split} split: {_PANELS[row['part']]}", "series": name, **row} for row in fitted.curve
            ]


def grid_table(model: str, choice: Choice[Setting]) -> pa.Table:
    """GRID_SCHEMA: every setting that was tried, and every representation that was skipped."""
    rows = [
        {
            "model": model,
            "representation": trial.representation,
            "setting": ", ".join(f"{name}={value}" for name, value in trial.point.items()),
            "mse": trial.scores.get("mse"),
            "skipped": trial.skipped,
            "chosen": number == choice.number,
        }
        for number, trial in enumerate(choice.trials)
    ]
    return pa.Table.from_pylist(rows, GRID_SCHEMA)


def main(params: Params, model: str) -> None:
    """Choose, fit, and write predictions, curves, grid and weights; after a stop the same command goes on."""
    # More threads split sums otherwise, and the last digits of the weights would depend on the machine's cores.
    torch.set_num_threads(params["gfp.train.threads"])
    with kept_fits(paths.fits_of(model)) as fits:
        study = Study(params, model)
        choice = study.choose(fits)
        with atomic_directory(paths.MODELS / model) as folder:
            study.run(choice.fitted, folder, fits)
            write_json(folder / "setting.json", choice.fitted)
        with atomic_directory(paths.PREDICTIONS / model) as folder:
            write_parquet(folder / "predictions.parquet", pa.concat_tables(study.tables))
            write_parquet(folder / "curves.parquet", plot_table("loss_curves", study.curves))
            write_parquet(folder / "grid.parquet", grid_table(model, choice))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
