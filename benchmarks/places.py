"""Is a phenotype told from the place of a gene on the genome? Likeness by distance, and the blend with the place.

    python -m benchmarks.places [--likeness] [--models blend trio] [--phenotypes tyrosine arginine]

Strains of a deletion collection stand on its plates about in the order of the genome, so that genes a plate apart being
alike says more of plates than of genes. The first table has the mean product of standardised ranks of the values of two
genes of one chromosome, by the kilobases between their starts. The second has r of genes held out in the folds of
design_train, as that stage told them without the block `locus` and by the same models with it, with an interval of the
difference of the means. It reads what `dvc repro design_train` made, and changes nothing.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ranks import average_ranks
from knockon.models.designs.feature_files import read_features
from knockon.models.designs.kernels import LOCUS
from knockon.models.designs.protocol import GeneFeatures
from knockon.stages.design import paths
from knockon.stages.design.paired_scores import by_gene, scores_of
from knockon.stages.design.phenotypes import LEFT_OUT, names_of, read_wanted, wanted
from knockon.stages.design.train import held_out

GROUP = "metabolome"
EDGES = (0, 2, 5, 10, 20, 40, 80, 160, 320)
"""Kilobases."""


def likeness(places: Values, values: Values) -> Values:
    """Mean product of standardised ranks by distance, float64 (EDGES − 1,). Genes of two chromosomes are far apart."""
    ranks = average_ranks(values)
    ranks = (ranks - ranks.mean()) / ranks.std()
    one, other = np.triu_indices(len(places), 1)
    distance = np.abs(places[one] - places[other])
    found = [(distance >= low) & (distance < high) for low, high in pairwise(EDGES)]
    return np.array([(ranks[one[rows]] * ranks[other[rows]]).mean() for rows in found])


def print_likeness(features: GeneFeatures, table: pa.Table, names: list[str]) -> None:
    """A row a phenotype, and the mean of the group."""
    places = features.block(LOCUS)[:, 0].astype(np.float64)
    rows = {}
    print("kb".ljust(26), *(f"{low}-{high}".rjust(7) for low, high in pairwise(EDGES)))
    for name in names:
        asked = wanted(table, features.genes, name)
        known = np.isfinite(places[asked.genes])
        rows[name] = likeness(places[asked.genes[known]], asked.values[known])
        print(name.ljust(26), *(f"{each:7.3f}" for each in rows[name]))
    own = [row for name, row in rows.items() if name in names_of(table, [GROUP])]
    print("mean of amino acids".ljust(26), *(f"{each:7.3f}" for each in np.mean(own, axis=0)))


def told_with(model: str, features: GeneFeatures, table: pa.Table, names: list[str]) -> dict[str, pa.Table]:
    """What a blend and its members tell of held-out genes with the place, by model."""
    design = yaml.safe_load(Path("params.yaml").read_text())["design"]
    known = features.without({*LEFT_OUT[GROUP]} - {LOCUS})
    folds, seed = design["train"]["folds"], design["train"]["seed"]
    rows = []
    for name in names:
        asked = wanted(table, known.genes, name)
        rows.append(held_out(model, design["models"][model], asked, known, folds, seed))
        print(name, flush=True)
    told = pa.concat_tables(rows)
    return {each: told.filter(pc.equal(told["model"], each)) for each in pc.unique(told["model"]).to_pylist()}


def print_with(model: str, features: GeneFeatures, table: pa.Table, names: list[str]) -> None:
    """Mean r with and without the place of a blend and of its members."""
    kept = pq.read_table(paths.PREDICTIONS / f"{model}.parquet")
    for each, rows in told_with(model, features, table, names).items():
        own = kept.filter(pc.equal(kept["model"], each))
        genes = pc.unique(rows["gene"]).to_pylist()
        told = {"without": by_gene(own, genes, names, "told"), "with": by_gene(rows, genes, names, "told")}
        scores = scores_of(by_gene(rows, genes, names, "value"), told, "without", Resampling(300))
        gain = scores["with"]["gain"]
        print(
            f"{model}: {each}: r {scores['with']['pearson']:.3f} with the place, {scores['without']['pearson']:.3f} "
            f"[{scores['without']['pearson_low']:.3f}, {scores['without']['pearson_high']:.3f}] without; the place "
            f"brings {gain['difference']:.3f} [{gain['difference_low']:.3f}, {gain['difference_high']:.3f}], surely "
            f"in {gain['better']} of {len(names)}"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--likeness", action="store_true", help="the first table alone")
    parser.add_argument("--models", nargs="+", default=["blend"])
    parser.add_argument("--phenotypes", nargs="+", help="amino acids; all where none is named")
    asked = parser.parse_args()
    features, table = read_features(paths.FEATURES), read_wanted()
    print_likeness(features, table, names_of(table, ["betaxanthin", "growth", GROUP]))
    for model in () if asked.likeness else asked.models:
        print_with(model, features, table, asked.phenotypes or names_of(table, [GROUP]))


if __name__ == "__main__":
    main()
