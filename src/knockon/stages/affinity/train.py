"""affinity_train@<model>: grid and fit on every run; predictions of validation and test; the served model.

Headlined runs are fitted again from further seeds.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_parquet
from knockon.evaluation.intervals import conformal_quantiles
from knockon.evaluation.plots import plot_table
from knockon.models.binding.fitting import NETWORKS, Fitted, exchanged, fit_best, kind_of, refitted
from knockon.models.grid import Choice
from knockon.serving.affinity import AffinityDescription, ServedAffinity, save_served
from knockon.stages.affinity import paths
from knockon.stages.affinity.named_runs import NamedTables
from knockon.stages.affinity.runs import SEED_SCHEMA, Run, binder_of
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits, name_of

READS = (paths.LIGANDS, paths.PROTEINS, paths.MEASUREMENTS, paths.SPLITS)
PARAMS = (
    "affinity.models.{model}",
    "affinity.train.runs",
    "affinity.train.served",
    "affinity.train.headlined",
    "affinity.train.binders",
    "affinity.train.seed",
    "affinity.train.threads",
)
ITEMS = {"model": "affinity.train.models"}

GRID_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field(
            "setting", pa.string(), nullable=False, metadata={"unit": "name=value, …; empty where nothing varies"}
        ),
        pa.field("mse", pa.float64(), nullable=False, metadata={"unit": "squared unit of the run, on validation rows"}),
        pa.field("chosen", pa.bool_(), nullable=False),
    ]
)

_FILES = ("predictions", "curves", "grid")
_PANELS = {"train": "training loss", "validation": "mean squared error on validation pairs"}


def runs_of(section: Mapping[str, Any], params: Params) -> list[str]:
    """The runs of one model: those that its section names, else all; the one that is served is always among them."""
    every: list[str] = params["affinity.train.runs"]
    own = section.get("runs", every)
    return list(dict.fromkeys([*(name for name in every if name in own), params["affinity.train.served"]]))


def further_fits(section: Mapping[str, Any], params: Params) -> list[tuple[str, int]]:
    """Run and seed of every fit of a headlined run from another seed than the first."""
    headlined: list[str] = params["affinity.train.headlined"]
    seeds: list[int] = section.get("seeds", [])
    runs = [name for name in runs_of(section, params) if name in headlined]
    return [(name, seed) for name in runs for seed in seeds if seed != params["affinity.train.seed"]]


def for_split(section: Mapping[str, Any], split: str) -> dict[str, Any]:
    """A model's section as it stands for one split: what `by_split` says of it takes the place of the settings."""
    kept = {name: value for name, value in section.items() if name not in ("by_split", "runs", "seeds")}
    own = section.get("by_split", {}).get(split, {})
    return {**kept, "settings": {**section.get("settings", {}), **own}}


def grid_table(run: Run, choice: Choice[Fitted]) -> pa.Table:
    """GRID_SCHEMA: every point that was tried."""
    rows = [
        {
            "source": run.source,
            "split": run.split,
            "setting": ", ".join(f"{name}={value}" for name, value in trial.point.items()),
            "mse": trial.scores["mse"],
            "chosen": number == choice.number,
        }
        for number, trial in enumerate(choice.trials)
    ]
    return pa.Table.from_pylist(rows, GRID_SCHEMA)


def predictions(run: Run, fitted: Fitted, seed: int) -> pa.Table:
    """PREDICTION_SCHEMA: validation and test, the latter also with another ligand, and another protein, in place."""
    test = run.pairs("test")
    columns = {
        "predicted": fitted.model.predict(test),
        "other_ligand": fitted.model.predict(exchanged(test, "ligand", seed)),
        "other_protein": fitted.model.predict(exchanged(test, "protein", seed)),
    }
    validation = run.predictions("validation", {"predicted": fitted.validation})
    return pa.concat_tables([validation, run.predictions("test", columns)])


def described(model: str, run: Run, fitted: Fitted) -> AffinityDescription:
    """What is told of the served model; its intervals are as wide as the validation errors say."""
    errors = run.pairs("validation").values - fitted.validation
    quantiles = conformal_quantiles(errors, errors * 0 + 1)
    return AffinityDescription(
        model, fitted.kind, fitted.settings, fitted.training, run.unit, run.source, run.split, quantiles
    )


def fit_run(run: Run, model: str, params: Params, fits: FitFolders, seed: int) -> Path:
    """Fit a model on one run; the folder with _FILES, and `served` where this is the run and the seed to serve.

    A run that is done is found again.
    """
    section = for_split(params[f"affinity.models.{model}"], run.split)
    threshold = binder_of(run.source, params)
    serves = (run.name, seed) == (params["affinity.train.served"], params["affinity.train.seed"])
    what = {"run": run.name, "section": section, "seed": seed, "threshold": threshold, "serves": serves}
    data = {side: run.pairs(side).digest() for side in run.sides}
    done = fits.folder("runs", name_of({**what, **data}))
    if not done.exists():
        sides = {side: run.pairs(side) for side in ("train", "validation")}
        choice = fit_best(model, section, sides, threshold, seed, fits)
        learnt = refitted(choice.fitted, sides, seed) if section.get("refit") else sides["train"]
        curve = choice.fitted.curve
        panels = [{"panel": f"{run.name}: {_PANELS[row['part']]}", "series": model, **row} for row in curve]
        with atomic_directory(done) as folder:
            write_parquet(folder / "predictions.parquet", predictions(run, choice.fitted, seed))
            write_parquet(folder / "curves.parquet", plot_table("loss_curves", panels))
            write_parquet(folder / "grid.parquet", grid_table(run, choice))
            if serves:
                (folder / "served").mkdir()
                told = described(model, run, choice.fitted)
                save_served(folder / "served", ServedAffinity(told, choice.fitted.model, learnt))
    return done


def of_seeds(done: Mapping[tuple[str, int], Path]) -> pa.Table:
    """SEED_SCHEMA: the predictions of fits from further seeds."""
    parts = []
    for (_, seed), folder in done.items():
        table = pq.read_table(folder / "predictions.parquet")
        parts.append(table.append_column(SEED_SCHEMA.field("seed"), pa.array([seed] * table.num_rows, pa.int64())))
    return pa.concat_tables(parts) if parts else SEED_SCHEMA.empty_table()


def main(params: Params, model: str) -> None:
    """Fit every run, then write all of the outputs at once; after a stop the same command goes on."""
    section, first = params[f"affinity.models.{model}"], params["affinity.train.seed"]
    if kind_of(model, section) in NETWORKS:
        import torch

        # More threads split sums otherwise, and the last digits would depend on the machine's cores.
        torch.set_num_threads(params["affinity.train.threads"])
    tables = NamedTables()
    with kept_fits(paths.fits_of(model)) as fits:
        done = {name: fit_run(tables.run(name), model, params, fits, first) for name in runs_of(section, params)}
        further = {
            (name, seed): fit_run(tables.run(name), model, params, fits, seed)
            for name, seed in further_fits(section, params)
        }
        with atomic_directory(paths.MODELS / model) as folder:
            shutil.copytree(done[params["affinity.train.served"]] / "served", folder, dirs_exist_ok=True)
        with atomic_directory(paths.PREDICTIONS / model) as folder:
            for file in _FILES:
                parts = [pq.read_table(place / f"{file}.parquet") for place in done.values()]
                write_parquet(folder / f"{file}.parquet", pa.concat_tables(parts))
            write_parquet(folder / "seeds.parquet", of_seeds(further))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
