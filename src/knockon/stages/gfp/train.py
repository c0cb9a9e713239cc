"""gfp_train@<model>: the grid, then every seed on both splits; predictions of all variants, curves, weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.variants import SPLITS
from knockon.errors import KnockonError
from knockon.evaluation.landscape import landscape_rows, member_lists
from knockon.evaluation.plots import plot_table
from knockon.models.variants.fitting import Fitted, Setting, fit
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.selection import curve_of, score, settings_of
from knockon.progress import console, track
from knockon.serving.gfp import save_served
from knockon.stages.gfp import paths
from knockon.stages.gfp.inputs import absent_reason, inputs_of
from knockon.stages.gfp.landscape import Landscape, read_landscape, read_parts
from knockon.stages.stage import Params, run_stage
from knockon.training.checkpoint import save_weights

READS = (paths.VARIANTS, paths.SPLITS, paths.EMBEDDINGS)
PARAMS = ("gfp.models.{model}", "gfp.train.seeds", "gfp.train.threads")

SERVED = "global_epistasis"
"""The model behind `knockon predict gfp`; its mean over the seeds is a model of its own, with the ending _ensemble."""

MONOTONE = ("additive", "global_epistasis")
"""Models with a one-dimensional scale, whose curve to brightness is fitted anew on the validation variants."""

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


class Study:
    """One model's run over both splits."""

    def __init__(self, params: Params, model: str) -> None:
        self.model = model
        self.section: Mapping[str, Any] = params[f"gfp.models.{model}"]
        self.seeds: Mapping[str, list[int]] = params["gfp.train.seeds"]
        self.landscape: Landscape = read_landscape()
        self.parts = {split: read_parts(split) for split in SPLITS}
        self.tables: list[pa.Table] = []
        self.curves: list[dict[str, Any]] = []

    def data(self, split: str, representation: str) -> VariantInputs:
        """The variants of one split as one representation shows them."""
        parts = self.parts[split]
        return inputs_of(self.landscape, representation, parts == "train", parts == "validation")

    def choose(self) -> tuple[Setting, pa.Table]:
        """Score the grid on the imbalanced split, with the first seed; the setting with the least error is chosen."""
        rows: list[dict[str, Any]] = []
        settings: list[Setting] = []
        for representation in self.section["representations"]:
            reason = absent_reason(representation)
            if reason is not None:
                console.print(f"[yellow]skipped[/] {self.model} on {representation}: {reason}", soft_wrap=True)
                rows.append(_grid_row(self.model, representation, "", None, reason))
                settings.append({})
                continue
            data = self.data("imbalanced", representation)
            for setting in track(list(settings_of(self.section, representation)), f"{self.model}, {representation}"):
                error = self._score(data, setting)
                rows.append(_grid_row(self.model, representation, self._text(setting), error, None))
                settings.append(setting)
        scored = [number for number, row in enumerate(rows) if row["mse"] is not None]
        if not scored:
            raise KnockonError(f"gfp.models.{self.model}: none of its representations is there; see gfp.embed")
        best = min(scored, key=lambda number: rows[number]["mse"])
        rows[best]["chosen"] = True
        return settings[best], pa.Table.from_pylist(rows, GRID_SCHEMA)

    def run(self, setting: Setting, folder: Path) -> None:
        """Fit every seed on both splits; weights into `folder`."""
        for split in SPLITS:
            data = self.data(split, setting["representation"])
            fits = []
            for seed in track(self.seeds[split], f"{self.model}, {split} split"):
                fitted = fit(self.model, data, setting, seed, self.landscape.reference)
                self._collect(split, seed, self.model, fitted, data)
                fits.append(fitted)
                if fitted.module is not None:
                    save_weights(folder / split / f"seed-{seed}.safetensors", fitted.module.state_dict())
            if self.model == SERVED:
                joined = _mean_of(fits)
                self._collect(split, self.seeds[split][0], f"{SERVED}_ensemble", joined, data)
                save_served(folder / split, self.landscape.reference, setting, fits, joined, data)

    def _score(self, data: VariantInputs, setting: Setting) -> float:
        seed, select, monotone = self.seeds["imbalanced"][0], self.section["select"], self.model in MONOTONE
        return score(self.model, data, setting, seed, self.landscape.reference, select, monotone)

    def _text(self, setting: Setting) -> str:
        return ", ".join(f"{name}={setting[name]}" for name in self.section["grid"])

    def _collect(self, split: str, seed: int, name: str, fitted: Fitted, data: VariantInputs) -> None:
        """Add the predictions and the curve of one fit; where a curve to brightness is fitted, those before it too."""
        answers = {name: fitted.predicted}
        if self.model in MONOTONE:
            with_curve, without = (f"{name}_monotone", name) if name == "additive" else (name, f"{name}_sigmoid")
            answers = {without: fitted.predicted, with_curve: curve_of(fitted, data)(fitted.predicted)}
        for title, predicted in answers.items():
            self.tables.append(self._rows(split, seed, title, predicted, fitted))
        panels = {"train": "training loss", "validation": "mean squared error on validation variants"}
        self.curves += [
            {"panel": f"{split} split: {panels[row['part']]}", "series": name, **row}
            for row in fitted.curve
            if seed == self.seeds[split][0]
        ]

    def _rows(self, split: str, seed: int, name: str, predicted: NDArray[np.float64], fitted: Fitted) -> pa.Table:
        """One fit's predictions of all variants."""
        variants, parts = self.landscape.variants, self.parts[split]
        trained = np.asarray(variants.indicators[parts == "train"].sum(axis=0)).ravel() > 0
        known = parts == "validation"
        constant = np.sqrt(np.mean((predicted - variants.brightness)[known] ** 2))
        deviations = np.full(len(predicted), constant) if fitted.deviations is None else fitted.deviations
        return landscape_rows(
            {
                "key": self.landscape.keys,
                "split": parts.tolist(),
                "model": name,
                "head": "brightness",
                "perturbed": variants.counts,
                "seen": np.asarray(variants.indicators @ trained.astype(np.int64)).astype(np.int32),
                "unit_a": np.arange(len(predicted)),
                "unit_b": np.arange(len(predicted)),
                "n": variants.barcodes,
                "standard_error": variants.deviation / np.sqrt(variants.barcodes),
                "value": variants.brightness,
                "predicted": predicted,
                "scheme": split,
                "seed": seed,
                "deviation": deviations,
                "members": member_lists(fitted.members),
            }
        )


def _mean_of(fits: list[Fitted]) -> Fitted:
    """The mean of several fits as one model whose members they are."""
    members = np.column_stack([fitted.predicted for fitted in fits])
    known = [fitted.deviations for fitted in fits if fitted.deviations is not None]
    return Fitted(members, np.sqrt(np.mean(np.square(known), axis=0)) if known else None)


def _grid_row(
    model: str, representation: str, setting: str, error: float | None, skipped: str | None
) -> dict[str, Any]:
    return {
        "model": model,
        "representation": representation,
        "setting": setting,
        "mse": error,
        "skipped": skipped,
        "chosen": False,
    }


def main(params: Params, model: str) -> None:
    """Choose, fit, and write predictions, curves, grid and weights."""
    # More threads split sums otherwise, and the last digits of the weights would depend on the machine's cores.
    torch.set_num_threads(params["gfp.train.threads"])
    study = Study(params, model)
    setting, grid = study.choose()
    with atomic_directory(paths.MODELS / model) as folder:
        study.run(setting, folder)
        write_json(folder / "setting.json", setting)
    with atomic_directory(paths.PREDICTIONS / model) as folder:
        write_parquet(folder / "predictions.parquet", pa.concat_tables(study.tables))
        write_parquet(folder / "curves.parquet", plot_table("loss_curves", study.curves))
        write_parquet(folder / "grid.parquet", grid)


if __name__ == "__main__":
    run_stage(main, PARAMS, "model")
