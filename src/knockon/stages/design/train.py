"""design_train@<model>: every phenotype of its groups told for held-out genes, and a fit of all genes kept."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.models.designs.feature_files import read_features
from knockon.models.designs.learner import Effects, dealt
from knockon.models.designs.of_genes import OfGenes
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.registry import build
from knockon.progress import track
from knockon.stages.design import paths
from knockon.stages.design.phenotypes import LEFT_OUT, Wanted, names_of, read_wanted, wanted
from knockon.stages.stage import Params, run_stage

READS = (paths.FEATURES, paths.PHENOTYPES)
PARAMS = ("design.models.{model}", "design.train.folds", "design.train.seed")
ITEMS = {"model": "design.train.models"}


def fitted(section: Mapping[str, Any], asked: Wanted, rows: np.ndarray, features: GeneFeatures, seed: int) -> OfGenes:
    """A model of some genes of a phenotype."""
    model = build(section["kind"], section.get("settings") or {})
    model.fit(asked.measured(features.genes, rows), features, seed)
    return model


def held_out(
    name: str, section: Mapping[str, Any], asked: Wanted, features: GeneFeatures, folds: int, seed: int
) -> pa.Table:
    """What is told of every measured gene by a fit of the other folds; of a blend by its members, too."""
    fold = dealt(Effects(asked.genes, asked.values), features, folds, seed)
    told: dict[str, list[np.ndarray]] = {}
    for number in range(int(fold.max()) + 1):
        out = np.flatnonzero(fold == number)
        fit = fitted(section, asked, np.flatnonzero(fold != number), features, seed)
        for model, each in {name: fit, **fit.members}.items():
            answer = each.predict(asked.measured(features.genes, out).strains)
            found = told.setdefault(model, [np.empty(len(fold)), np.empty(len(fold))])
            found[0][out], found[1][out] = answer.mean, answer.deviation
    genes = [features.genes[gene] for gene in asked.genes.tolist()]
    columns = {"phenotype": [asked.name] * len(fold), "gene": genes, "fold": fold, "value": asked.values}
    return pa.concat_tables(
        pa.table({"model": [model] * len(fold), **columns, "told": mean, "deviation": deviation})
        for model, (mean, deviation) in told.items()
    )


def main(params: Params, model: str) -> None:
    """Write the predictions of one model, and its fits of all measured genes."""
    section, folds, seed = params[f"design.models.{model}"], params["design.train.folds"], params["design.train.seed"]
    features, table = read_features(paths.FEATURES), read_wanted()
    # One for each group, so that what is made of it once is made once.
    known = {group: features.without(LEFT_OUT[group]) for group in section["groups"]}
    predictions = []
    with atomic_directory(paths.MODELS / model) as folder:
        for name in track(names_of(table, section["groups"]), model):
            asked = wanted(table, features.genes, name)
            predictions.append(held_out(model, section, asked, known[asked.group], folds, seed))
            (folder / name).mkdir()
            fitted(section, asked, np.arange(len(asked.genes)), known[asked.group], seed).save(folder / name)
    write_parquet(paths.PREDICTIONS / f"{model}.parquet", pa.concat_tables(predictions))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
