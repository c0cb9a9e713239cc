"""design_flux_block: whether the metabolic model tells phenotypes of genes that nobody measured, beside all else known.

The same models with and without the block of fluxes, on the same folds of genes; differences are of the same draws of
genes. `flux` is the block alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Matrix, Values
from knockon.atomic import write_json
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.evaluate import significant
from knockon.evaluation.wanted import TAKEN, hits_of, precision_at
from knockon.models.designs.feature_files import read_features
from knockon.models.designs.protocol import GeneFeatures
from knockon.progress import console, track
from knockon.stages.design import paths
from knockon.stages.design.phenotypes import LEFT_OUT, Wanted, names_of, read_wanted, wanted
from knockon.stages.design.train import held_out
from knockon.stages.stage import Params, run_stage

READS = (paths.FEATURES, paths.PHENOTYPES, paths.FLUX)
PARAMS = ("design.flux_block", "design.train.folds", "design.train.seed")

BLOCK = "flux"
ALONE = {"kind": "ridge", "settings": {}}


def flux_values(genes: tuple[str, ...], table: pa.Table) -> tuple[tuple[str, ...], Matrix]:
    """What design_flux tells of each gene, float32 (genes, columns), NaN of genes that the model lacks; with names."""
    names = tuple(f"{BLOCK}/{name}" for name in table.column_names if name != "gene")
    places = pc.index_in(pa.array(genes, pa.string()), value_set=table["gene"].combine_chunks())
    columns = [pc.take(table[name], places) for name in table.column_names if name != "gene"]
    return names, np.column_stack([each.to_numpy(zero_copy_only=False) for each in columns]).astype(np.float32)


def with_block(features: GeneFeatures, names: tuple[str, ...], values: Matrix) -> GeneFeatures:
    """The features and the block beside them."""
    joined = np.concatenate([features.values, values], axis=1)
    return GeneFeatures(features.genes, (*features.names, *names), joined, features.links)


def told_by(
    models: Mapping[str, Any], asked: Wanted, sides: Mapping[str, GeneFeatures], folds: int, seed: int
) -> dict[str, Values]:
    """Model and side → what is told of held-out genes, float64 (measured,)."""
    told = {}
    for side, features in sides.items():
        own = {"ridge": ALONE} if side == "alone" else models
        for name, section in own.items():
            table = held_out(name, section, asked, features, folds, seed)
            told["alone" if side == "alone" else f"{name}_{side}"] = table["told"].to_numpy()
    return told


def scores_of(value: Values, told: Mapping[str, Values], resampling: Resampling) -> dict[str, dict[str, Any]]:
    """r and precision of each, with r's interval; and by model how far the block moves them, paired."""
    names = list(told)
    drawn = replicates(value, np.column_stack([told[name] for name in names]), None, resampling)
    rs = {name: each["pearson"] for name, each in zip(names, drawn, strict=True)}
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        low, high = interval(rs[name], resampling.confidence)
        hits = precision_at(hits_of(value), told[name], TAKEN)
        found[name] = {"r": float(pearson(told[name], value)), "r_low": low, "r_high": high, "precision": hits}
    for name in [each.removesuffix("_with") for each in names if each.endswith("_with")]:
        low, high = interval(rs[f"{name}_with"] - rs[f"{name}_without"], resampling.confidence)
        gained = {key: found[f"{name}_with"][key] - found[f"{name}_without"][key] for key in ("r", "precision")}
        found[name] = {
            "gained_r": gained["r"],
            "gained_r_low": low,
            "gained_r_high": high,
            "gained_precision": gained["precision"],
        }
    return found


def means(found: Mapping[str, Mapping[str, dict[str, Any]]], groups: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """By group and model: mean r with and without, mean gain, and of how many phenotypes the gain is surely above 0."""
    kept: dict[str, dict[str, Any]] = {}
    for group in dict.fromkeys(groups[name] for name in found):
        own = [found[name] for name in found if groups[name] == group]
        for model in [name for name in own[0] if "gained_r" in own[0][name]]:
            gains = [each[model] for each in own]
            kept.setdefault(group, {})[model] = {
                "phenotypes": len(own),
                "without": float(np.mean([each[f"{model}_without"]["r"] for each in own])),
                "with": float(np.mean([each[f"{model}_with"]["r"] for each in own])),
                "gained_r": float(np.mean([each["gained_r"] for each in gains])),
                "better": sum((each["gained_r_low"] or 0) > 0 for each in gains),
                "worse": sum((each["gained_r_high"] or 0) < 0 for each in gains),
            }
    return kept


def main(params: Params) -> None:
    """Write metrics/design/flux_block.json."""
    section, folds, seed = params["design.flux_block"], params["design.train.folds"], params["design.train.seed"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    features, table = read_features(paths.FEATURES), read_wanted()
    names, values = flux_values(features.genes, pq.read_table(paths.FLUX))
    empty = GeneFeatures(features.genes, names, values)
    groups = dict(zip(table["phenotype"].to_pylist(), table["group"].to_pylist(), strict=True))
    models = {name: {"kind": name, "settings": {}} for name in section["models"]}
    known = {group: features.without(LEFT_OUT[group]) for group in section["groups"]}
    joined = {group: with_block(each, names, values) for group, each in known.items()}
    found = {}
    for name in track(names_of(table, section["groups"]), "fluxes as features"):
        asked = wanted(table, features.genes, name)
        # Trees are slow: they are asked of the phenotypes that are named.
        own = {key: each for key, each in models.items() if key == "ridge" or asked.group in section["slow"]}
        sides = {"without": known[asked.group], "with": joined[asked.group], "alone": empty}
        found[name] = scores_of(asked.values, told_by(own, asked, sides, folds, seed), resampling)
    result = {"columns": len(names), "genes": int(np.isfinite(values).any(axis=1).sum())}
    write_json(
        paths.METRICS / "flux_block.json",
        significant({**result, "phenotypes": found, "means": means(found, groups)}),
    )
    for group, each in means(found, groups).items():
        console.print(
            f"{group}: " + "; ".join(f"{name} r {own['without']:.3f} → {own['with']:.3f}" for name, own in each.items())
        )


if __name__ == "__main__":
    run_stage(main, PARAMS)
