"""Fits of one model on runs, and what a stage writes of them: whether its towers read texts or fixed vectors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_parquet
from knockon.evaluation.plots import plot_table
from knockon.models.binding.fitting import Fitted, exchanged, fit_best, refitted
from knockon.models.binding.protocol import Pairs
from knockon.models.grid import Choice
from knockon.stages.affinity.runs import PREDICTION_SCHEMA, SEED_SCHEMA, Run
from knockon.training.fit_folders import FitFolders, name_of

if TYPE_CHECKING:
    from knockon.models.binding.fixed_vectors import FixedVectors

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

_PANELS = {"train": "training loss", "validation": "mean squared error on validation pairs"}


@dataclass(frozen=True)
class Asked:
    """A model by its name, its section of params.yaml, and the fixed vectors that it reads of a side."""

    model: str
    section: Mapping[str, Any]
    vectors: "Mapping[str, FixedVectors]" = field(default_factory=dict)


Keep = Callable[[Path, Run, Fitted, Pairs], None]
"""Writes more of a fit into its folder; the pairs are those that it learned from."""


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


def fit_run(run: Run, asked: Asked, threshold: float, seed: int, fits: FitFolders, keep: Keep | None = None) -> Path:
    """Fit a model on one run; the folder with its predictions, curves and grid, and with what `keep` writes.

    A run that is done is found again.
    """
    section = for_split(asked.section, run.split)
    what = {"run": run.name, "section": section, "seed": seed, "threshold": threshold, "serves": keep is not None}
    data = {side: run.pairs(side).digest() for side in run.sides}
    data |= {f"{side} vectors": fixed.digest for side, fixed in asked.vectors.items()}
    done = fits.folder("runs", name_of({**what, **data}))
    if not done.exists():
        sides = {side: run.pairs(side) for side in ("train", "validation")}
        choice = fit_best(asked.model, section, sides, threshold, seed, fits, asked.vectors)
        learnt = refitted(choice.fitted, sides, seed) if section.get("refit") else sides["train"]
        curve = choice.fitted.curve
        panels = [{"panel": f"{run.name}: {_PANELS[row['part']]}", "series": asked.model, **row} for row in curve]
        with atomic_directory(done) as folder:
            write_parquet(folder / "predictions.parquet", predictions(run, choice.fitted, seed))
            write_parquet(folder / "curves.parquet", plot_table("loss_curves", panels))
            write_parquet(folder / "grid.parquet", grid_table(run, choice))
            if keep is not None:
                keep(folder, run, choice.fitted, learnt)
    return done


def write_predictions(folder: Path, done: Mapping[str, Path], further: Mapping[tuple[str, int], Path]) -> None:
    """Write predictions, curves and grid of fitted runs, and what fits from further seeds predict; all may be empty."""
    none = {"predictions": PREDICTION_SCHEMA.empty_table(), "curves": plot_table("loss_curves", [])}
    none["grid"] = GRID_SCHEMA.empty_table()
    for file, empty in none.items():
        parts = [pq.read_table(place / f"{file}.parquet") for place in done.values()]
        write_parquet(folder / f"{file}.parquet", pa.concat_tables(parts) if parts else empty)
    write_parquet(folder / "seeds.parquet", of_seeds(further))


def of_seeds(done: Mapping[tuple[str, int], Path]) -> pa.Table:
    """SEED_SCHEMA: the predictions of fits from further seeds, by run and seed."""
    parts = []
    for (_, seed), folder in done.items():
        table = pq.read_table(folder / "predictions.parquet")
        parts.append(table.append_column(SEED_SCHEMA.field("seed"), pa.array([seed] * table.num_rows, pa.int64())))
    return pa.concat_tables(parts) if parts else SEED_SCHEMA.empty_table()
