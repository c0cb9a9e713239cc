"""affinity_train_vectors@<representation>: two towers, one of which reads fixed vectors of affinity_embed.

Beside `dual_regression` of affinity_train it says what these vectors are worth in place of fingerprints or of
composition. Its predictions stand among those of the models, as dual_<representation>; nothing is served, for a new
protein would need its vector first. Of a representation that was skipped, predictions without a row.
"""

from pathlib import Path

import pyarrow.parquet as pq
import scipy.sparse as sp
from rich.markup import escape

from knockon.atomic import atomic_directory
from knockon.models.binding.fixed_vectors import FixedVectors
from knockon.progress import console
from knockon.represent.skipped import skipped_reason
from knockon.represent.storage import read_representation
from knockon.stages.affinity import paths
from knockon.stages.affinity.embed import OF_LIGANDS
from knockon.stages.affinity.model_runs import Asked, fit_run, write_predictions
from knockon.stages.affinity.runs import Tables, binder_of
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits

READS = (
    paths.LIGANDS,
    paths.PROTEINS,
    paths.MEASUREMENTS,
    paths.SPLITS,
    paths.EMBEDDINGS / "{representation}.parquet",
)
PARAMS = (
    "affinity.vectors.runs",
    "affinity.vectors.seeds",
    "affinity.vectors.settings",
    "affinity.vectors.training",
    "affinity.train.headlined",
    "affinity.train.binders",
    "affinity.train.seed",
    "affinity.train.threads",
)
ITEMS = {"representation": "affinity.vectors.representations"}


def read_vectors(representation: str) -> tuple[str, FixedVectors]:
    """The side, ligand or protein, and its vectors by text. Raises what `read_representation` raises."""
    found = read_representation(paths.EMBEDDINGS / f"{representation}.parquet")
    side, path, text = ("protein", paths.PROTEINS, "sequence")
    if representation in OF_LIGANDS:
        side, path, text = ("ligand", paths.LIGANDS, "smiles")
    matrix = found.matrix.toarray() if sp.issparse(found.matrix) else found.matrix
    # A row stands for a row of the table, in its order.
    return side, FixedVectors(representation, tuple(pq.read_table(path)[text].to_pylist()), matrix)


def asked_of(representation: str, params: Params) -> Asked:
    """The model: towers as params.yaml has them, the one of the representation's side on its vectors."""
    side, vectors = read_vectors(representation)
    settings = {**params["affinity.vectors.settings"], f"{side}_encoder": "vectors"}
    section = {"kind": "dual", "settings": settings, "training": params["affinity.vectors.training"]}
    return Asked(paths.dual_on(representation), section, {side: vectors})


def fit_all(asked: Asked, params: Params, fits: FitFolders) -> tuple[dict[str, Path], dict[tuple[str, int], Path]]:
    """Every run from the first seed, and headlined ones from further seeds."""
    tables, first, runs = Tables(), params["affinity.train.seed"], params["affinity.vectors.runs"]
    wanted = [(name, first) for name in runs]
    headlined = [name for name in runs if name in params["affinity.train.headlined"]]
    wanted += [(name, seed) for name in headlined for seed in params["affinity.vectors.seeds"] if seed != first]
    done = {}
    for name, seed in wanted:
        run = tables.run(name)
        done[name, seed] = fit_run(run, asked, binder_of(run.source, params), seed, fits)
    return {name: done[name, first] for name in runs}, {key: done[key] for key in wanted[len(runs) :]}


def main(params: Params, representation: str) -> None:
    """Fit every run, then write all predictions at once; after a stop the same command goes on."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["affinity.train.threads"])
    target = paths.PREDICTIONS / paths.dual_on(representation)
    reason = skipped_reason(paths.EMBEDDINGS / f"{representation}.parquet")
    if reason is not None:
        console.print(f"[yellow]skipped[/] {target.name}: {escape(reason)}", soft_wrap=True)
        with atomic_directory(target) as folder:
            write_predictions(folder, {}, {})
        return
    with kept_fits(paths.fits_of(target.name)) as fits:
        done, further = fit_all(asked_of(representation, params), params, fits)
        with atomic_directory(target) as folder:
            write_predictions(folder, done, further)


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
