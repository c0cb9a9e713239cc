"""affinity_train@<model>: grid and fit on every run; predictions of validation and test; the served model.

Headlined runs are fitted again from further seeds.
"""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from knockon.atomic import atomic_directory
from knockon.evaluation.intervals import conformal_quantiles
from knockon.models.binding.fitting import NETWORKS, Fitted, kind_of
from knockon.models.binding.protocol import Pairs
from knockon.serving.affinity import AffinityDescription, ServedAffinity, save_served
from knockon.stages.affinity import paths
from knockon.stages.affinity.model_runs import Asked, fit_run, write_predictions
from knockon.stages.affinity.named_runs import NamedTables
from knockon.stages.affinity.runs import Run, binder_of
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import kept_fits

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


def described(model: str, run: Run, fitted: Fitted) -> AffinityDescription:
    """What is told of the served model; its intervals are as wide as the validation errors say."""
    errors = run.pairs("validation").values - fitted.validation
    quantiles = conformal_quantiles(errors, errors * 0 + 1)
    return AffinityDescription(
        model, fitted.kind, fitted.settings, fitted.training, run.unit, run.source, run.split, quantiles
    )


def serve(model: str, folder: Path, run: Run, fitted: Fitted, learnt: Pairs) -> None:
    """Write what `knockon predict affinity` reads beside a fit's predictions."""
    (folder / "served").mkdir()
    save_served(folder / "served", ServedAffinity(described(model, run, fitted), fitted.model, learnt))


def main(params: Params, model: str) -> None:
    """Fit every run, then write all of the outputs at once; after a stop the same command goes on."""
    section, first = params[f"affinity.models.{model}"], params["affinity.train.seed"]
    if kind_of(model, section) in NETWORKS:
        import torch

        # More threads split sums otherwise, and the last digits would depend on the machine's cores.
        torch.set_num_threads(params["affinity.train.threads"])
    tables, asked = NamedTables(), Asked(model, section)
    served: str = params["affinity.train.served"]

    def fit(name: str, seed: int) -> Path:
        run = tables.run(name)
        keep = partial(serve, model) if (name, seed) == (served, first) else None
        return fit_run(run, asked, binder_of(run.source, params), seed, fits, keep)

    with kept_fits(paths.fits_of(model)) as fits:
        done = {name: fit(name, first) for name in runs_of(section, params)}
        further = {(name, seed): fit(name, seed) for name, seed in further_fits(section, params)}
        with atomic_directory(paths.MODELS / model) as folder:
            shutil.copytree(done[served] / "served", folder, dirs_exist_ok=True)
        with atomic_directory(paths.PREDICTIONS / model) as folder:
            write_predictions(folder, done, further)


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
