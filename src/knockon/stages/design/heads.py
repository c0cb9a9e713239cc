"""design_heads: amino acids of the deletions that yeast's joint network is tested on, by its heads and by our models.

The network learns from the training strains of its split, a model of this study from four of five folds of genes, and
is told more of each gene. So one of ours is fitted twice more, on the network's training strains alone: told all
blocks, and told those that the network's vectors are made of. None tells a deletion from its own measurement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Integers, Mask, Rows, Values
from knockon.atomic import write_json
from knockon.dataset.splits import SIDES, Sides
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.joint import ARMS
from knockon.hashing import Hashes
from knockon.models.designs.feature_files import read_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.networks.joint_labels import Head
from knockon.progress import console, track
from knockon.stages.design import paths
from knockon.stages.design.paired_scores import Told, by_gene, by_phenotype, mean_r, scores_of
from knockon.stages.design.phenotypes import LEFT_OUT, names_of, read_wanted, wanted
from knockon.stages.design.train import fitted
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast.joint_heads import profile_head
from knockon.stages.yeast.paths import JOINT, PROFILES

READS = (JOINT, PROFILES, paths.FEATURES, paths.PHENOTYPES, paths.PREDICTIONS)
PARAMS = (
    "design.heads",
    "design.models",
    "design.train.seed",
    "yeast.joint.seeds",
    "yeast.joint.side",
    "yeast.splits",
)

GROUP = "metabolome"
"""The phenotypes that both studies tell: a head of the network, a group of this study."""
SAME, ALIKE = "same_strains", "same_strains_and_blocks"
"""Our model, fitted on the network's training strains: told all blocks, told the network's."""

# The dense block of the leading directions of those links, as the network's vectors are.
_NETWORK = "network"


@dataclass(frozen=True)
class Strains:
    """Single deletions, one a gene. genes: int64 (strains,), numbers of genes, ascending. side: int8 (strains,), index
    into SIDES. keys: uint64 (strains,), as the network's predictions name them.
    """

    genes: Rows
    side: Sides
    keys: Hashes

    def of(self, side: str) -> Mask:
        """Which strains are on a side, bool (strains,)."""
        return np.asarray(self.side == SIDES.index(side))


@dataclass(frozen=True)
class NetworkTold:
    """What each seed of the network tells of the test strains. arms: float64 (seeds, strains, amino acids), by arm.

    seen: int64 (strains,), how many of a strain's genes its training strains of any phenotype perturb.
    """

    arms: dict[str, Values]
    seen: Integers


def single_deletions(head: Head) -> Strains:
    """The head's strains of one gene; of a gene with several the first."""
    single = np.flatnonzero(head.genotypes.counts == 1)
    genes, first = np.unique(head.genotypes.indices[head.genotypes.indptr[single]], return_index=True)
    return Strains(genes.astype(np.int64), head.side[single][first], head.keys[single][first])


def told_by_network(table: pa.Table, keys: Hashes, names: Sequence[str], seeds: Sequence[int]) -> NetworkTold:
    """From a table of `joint_schema`. Raises KnockonError where strains or amino acids are lacking."""
    rows = table.filter(pc.equal(table["head"].cast(pa.string()), GROUP))
    rows = rows.filter(pc.is_in(rows["key"], value_set=pa.array(keys, pa.uint64())))
    strain = pc.index_in(rows["key"], value_set=pa.array(keys, pa.uint64())).to_numpy()
    known = dict.fromkeys(rows["component"].cast(pa.string()).to_pylist())
    if len(np.unique(strain)) < len(keys) or not known.keys() >= set(names):
        raise KnockonError(f"{JOINT}: its test strains are not those of the split; run `dvc repro yeast_joint`")
    columns = {f"{arm}_{seed}": _cells(rows, strain, names, f"{arm}_{seed}") for arm in ARMS for seed in seeds}
    seen = np.zeros(len(keys), dtype=np.int64)
    seen[strain] = rows["seen"].to_numpy()
    return NetworkTold({arm: np.stack([columns[f"{arm}_{seed}"] for seed in seeds]) for arm in ARMS}, seen)


def _cells(rows: pa.Table, strain: Rows, names: Sequence[str], column: str) -> Values:
    """A column of a row a strain and amino acid, float64 (strains, names), NaN where there is no row."""
    place = pc.index_in(rows["component"].cast(pa.string()), value_set=pa.array(names, pa.string()))
    known = pc.is_valid(place).to_numpy()
    found = np.full((int(strain.max()) + 1, len(names)), np.nan)
    found[strain[known], pc.drop_null(place).to_numpy()] = rows[column].to_numpy()[known]
    return found


def told_in_folds(model: str, genes: Sequence[str], names: Sequence[str]) -> tuple[Values, int]:
    """What a model tells of genes by fits of the other folds, float64 (genes, amino acids), and of how many genes a fit
    is. Raises KnockonError where the model tells not all amino acids.
    """
    table = pq.read_table(paths.PREDICTIONS / f"{model}.parquet")
    rows = table.filter(pc.equal(table["model"], model))
    if lacking := set(names) - set(rows["phenotype"].to_pylist()):
        raise KnockonError(f"design.heads.models: {model} tells no {min(lacking)}; add {GROUP} to its groups")
    folds = rows.filter(pc.equal(rows["phenotype"], names[0]))["fold"].to_numpy()
    return by_gene(rows, genes, names, "told"), len(folds) - int(np.bincount(folds).max())


def known_alike(features: GeneFeatures, side: Sequence[str]) -> GeneFeatures:
    """Of what is known of genes that alone which the network's vectors are made of. side: its kinds of links."""
    return features.without(set(features.blocks) - {*side, _NETWORK})


def told_alike(params: Params, table: pa.Table, names: Sequence[str], known: GeneFeatures, strains: Strains) -> Values:
    """What fits of the network's training strains tell of its test strains, float64 (strains, amino acids)."""
    section, seed = params[f"design.models.{params['design.heads.fitted']}"], params["design.train.seed"]
    test = strains.genes[strains.of("test")]
    found = np.full((len(test), len(names)), np.nan)
    for place, name in enumerate(track(names, "amino acids of the network's strains")):
        asked = wanted(table, known.genes, name)
        shown, held = (np.flatnonzero(np.isin(asked.genes, strains.genes[strains.of(each)])) for each in SIDES[::2])
        fit = fitted(section, asked, shown, known, seed)
        told = fit.predict(asked.measured(known.genes, held).strains).mean
        found[np.searchsorted(test, asked.genes[held]), place] = told
    return found


def result_of(values: Values, told: Told, network: NetworkTold, resampling: Resampling) -> dict[str, Any]:
    """Scores of all test strains, and of those whose gene no training strain of the network perturbs."""
    groups = {"all": np.ones(len(values), dtype=bool), "unseen": network.seen == 0}
    scores = {
        name: scores_of(values[rows], {who: each[rows] for who, each in told.items()}, ARMS[1], resampling)
        for name, rows in groups.items()
    }
    one = {arm: float(np.mean([mean_r(values, seed) for seed in network.arms[arm]])) for arm in ARMS}
    return {"genes": {name: int(rows.sum()) for name, rows in groups.items()}, "one_seed": one, "told": scores}


def network_strains(params: Params, genes: tuple[str, ...]) -> Strains:
    """The deletions with amino acids, on the network's sides. Raises KnockonError where it has no such head."""
    head, why = profile_head(params, GROUP, genes)
    if head is None:
        raise KnockonError(f"design_heads: {why}")
    return single_deletions(head)


def main(params: Params) -> None:
    """Write metrics/design/heads.json."""
    section, seeds = params["design.heads"], params["yeast.joint.seeds"]
    features, table = read_features(paths.FEATURES), read_wanted()
    names, strains = names_of(table, [GROUP]), network_strains(params, features.genes)
    test = strains.of("test")
    genes = [features.genes[gene] for gene in strains.genes[test].tolist()]
    network = told_by_network(pq.read_table(JOINT), strains.keys[test], names, seeds)
    told = {arm: each.mean(axis=0) for arm, each in network.arms.items()}
    known = features.without(LEFT_OUT[GROUP])
    for name, each in {ALIKE: known_alike(known, params["yeast.joint.side"]), SAME: known}.items():
        told[name] = told_alike(params, table, names, each, strains)
    learnt = dict.fromkeys(told, int(strains.of("train").sum()))
    for model in section["models"]:
        told[model], learnt[model] = told_in_folds(model, genes, names)
    values = by_gene(table, genes, names, "value")
    counts = {side: int(strains.of(side).sum()) for side in SIDES}
    facts = {"strains": counts, "seeds": len(seeds), "fitted": section["fitted"], "learnt_from": learnt}
    scores = result_of(values, told, network, Resampling(section["resamples"], seed=section["seed"]))
    amino_acids = by_phenotype(values, told, names)
    write_json(paths.METRICS / "heads.json", significant(facts | scores | {"amino_acids": amino_acids}))
    rs = (f"{who} r {found['pearson']:.3f}" for who, found in scores["told"]["all"].items())
    console.print("amino acids: " + "; ".join(rs), markup=False)


if __name__ == "__main__":
    run_stage(main, PARAMS)
