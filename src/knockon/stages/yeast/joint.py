"""yeast_joint: every phenotype alone and all of them together, with several seeds: predictions of the test strains."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from knockon.atomic import write_parquet
from knockon.evaluation.joint import ARMS, joint_schema
from knockon.models.networks.joint import JointDesign
from knockon.models.networks.joint_labels import Head, joined, seen_in_training
from knockon.models.networks.joint_model import JointModel
from knockon.progress import track
from knockon.represent.representation import Representation
from knockon.represent.side_vectors import side_vectors
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation
from knockon.stages.yeast.joint_fits import FITS, folder_of_fits
from knockon.stages.yeast.joint_heads import read_heads
from knockon.stages.yeast.paths import JOINT
from knockon.stages.yeast.side import side_information
from knockon.training.fit_folders import FitFolders, kept_fits
from knockon.training.settings import settings_from

READS = (
    paths.STORE,
    paths.SPLITS,
    paths.PROFILES,
    paths.NETWORKS,
    paths.TABLES,
    paths.EMBEDDINGS / "one_hot.parquet",
)
PARAMS = ("yeast.dataset.labels", "yeast.dataset.temperature", "yeast.joint", "yeast.splits")

Predictions = dict[str, NDArray[np.float64]]
"""By head, float64 (test strains, components)."""

Runs = dict[int, dict[str, Predictions]]
"""By seed and arm."""


def gene_vectors(params: Params) -> Representation:
    """What is known of every gene besides the measurements that are to be predicted."""
    genes = representation("one_hot").names
    known = side_information(genes)
    side = {kind: known[kind] for kind in params["yeast.joint.side"] if kind in known}
    return side_vectors(side, genes, params["yeast.joint.dimensions"], params["yeast.splits.seed"])


def fitted(params: Params, heads: Sequence[Head], vectors: Representation, seed: int, folder: Path) -> JointModel:
    """One network of these heads; in `folder` it goes on where it was stopped, and is there at once if it was not."""
    design = JointDesign(vectors, **params["yeast.joint.model"])
    # The last checkpoint and the best are all that another start reads.
    settings = replace(settings_from(params["yeast.joint.training"]), keep=1)
    columns, weighting = {head.name: head.columns for head in heads}, params["yeast.joint.weighting"]
    model = JointModel(design, columns, settings, weighting, folder=folder)
    weights: dict[str, float] = params["yeast.joint.weights"]
    train, validation = (
        joined(heads, side, weights, params["yeast.joint.balance"]) for side in ("train", "validation")
    )
    model.fit(train, validation, seed)
    return model


def predicted(
    params: Params, heads: Sequence[Head], vectors: Representation, seed: int, fits: FitFolders
) -> dict[str, Predictions]:
    """What each arm predicts of the test strains. Raises TrainingStopped where a signal came, in a fit or between."""
    family = folder_of_fits(params["yeast.joint"], heads, vectors)

    def fit(chosen: Sequence[Head], name: str) -> JointModel:
        return fitted(params, chosen, vectors, seed, fits.folder(family, f"{seed}-{name}"))

    joint = fit(heads, "joint")
    found: dict[str, Predictions] = {arm: {} for arm in ARMS}
    for head in heads:
        test = head.genotypes.take(head.rows("test"))
        alone = fit([head], head.name)
        found["alone"][head.name] = alone.predict_heads(test)[head.name]
        found["joint"][head.name] = joint.predict_heads(test)[head.name]
    return found


def prediction_table(heads: Sequence[Head], head: Head, runs: Runs) -> pa.Table:
    """The head's rows of `joint_schema`: its measured labels of test strains, and what each run predicts of them."""
    rows = head.rows("test")
    strain, component = np.nonzero(~np.isnan(head.values[rows]))
    genotypes = head.genotypes.take(rows)
    first, last = genotypes.indices[genotypes.indptr[:-1]], genotypes.indices[genotypes.indptr[1:] - 1]
    columns: dict[str, Any] = {
        "head": pa.repeat(head.name, len(strain)).cast(pa.dictionary(pa.int32(), pa.string())),
        "component": pa.DictionaryArray.from_arrays(component.astype(np.int32), pa.array(head.components)),
        "key": head.keys[rows][strain],
        "perturbed": genotypes.counts.astype(np.int32)[strain],
        "seen": seen_in_training(heads, genotypes)[strain],
        "unit_a": first[strain],
        "unit_b": last[strain],
        "value": head.values[rows][strain, component],
    }
    for arm in ARMS:
        columns |= {f"{arm}_{seed}": found[arm][head.name][strain, component] for seed, found in runs.items()}
    return pa.Table.from_pydict(columns, schema=joint_schema(tuple(runs)))


def main(params: Params) -> None:
    """Run; where a signal stops it, finished fits stay for the next run, which goes on."""
    with kept_fits(FITS) as fits:
        run(params, fits)


def run(params: Params, fits: FitFolders) -> None:
    """Train every arm with every seed, and write what each predicts of the test strains."""
    torch.set_num_threads(1)
    vectors = gene_vectors(params)
    heads = read_heads(params, vectors.names)
    seeds = params["yeast.joint.seeds"]
    runs = {seed: predicted(params, heads.found, vectors, seed, fits) for seed in track(seeds, "joint and alone")}
    tables = [prediction_table(heads.found, head, runs) for head in heads.found]
    counts = {
        head.name: {side: len(head.rows(side)) for side in ("train", "validation", "test")} for head in heads.found
    }
    described = {"absent": heads.absent, "notes": heads.notes, "strains": counts}
    write_parquet(JOINT, pa.concat_tables(tables).replace_schema_metadata({"joint": json.dumps(described)}))


if __name__ == "__main__":
    run_stage(main, PARAMS)
