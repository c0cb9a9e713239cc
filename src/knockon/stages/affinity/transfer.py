"""affinity_transfer: does pretraining help? The dual network with a transformer of ligands, begun in two ways.

The ligands' encoder starts from the language model of SMILES, or from drawn weights; all else is equal. The same number
of training pairs, the first of one random order, teach both; a third has the fingerprint in the encoder's place. One
start and one number of pairs make it an experiment of a minute: loss × start × split, see docs/affinity.md.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.atomic import write_json
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.crossed import Crossed, paired_difference
from knockon.evaluation.evaluate import significant
from knockon.evaluation.units import Units
from knockon.models.binding.build_network import build_network
from knockon.models.binding.network_model import NetworkModel, Start
from knockon.models.binding.protocol import Pairs
from knockon.models.language.learning import load_language
from knockon.progress import track
from knockon.stages.affinity import paths
from knockon.stages.affinity.runs import Tables, binder_of
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits, name_of

READS = (paths.LIGANDS, paths.PROTEINS, paths.MEASUREMENTS, paths.SPLITS, paths.LANGUAGE / "smiles")
PARAMS = ("affinity.transfer", "affinity.train.binders", "affinity.train.threads")

STARTS = ("fingerprint", "drawn", "pretrained")


def few(pairs: Pairs, size: int | str, seed: int) -> Pairs:
    """The first `size` pairs of a random order, all of them for "all" or where there are fewer."""
    order = np.random.default_rng(seed).permutation(len(pairs))
    return pairs if size == "all" else pairs.take(np.sort(order[: int(size)]))


def fit(section: dict[str, Any], start: str, train: Pairs, validation: Pairs, fits: FitFolders) -> NetworkModel:
    """One fit. section: its settings with the threshold of a binder; start: of STARTS."""
    language = load_language(paths.LANGUAGE / "smiles", "smiles")
    wanted = {"width": language.sizes.width, "layers": language.sizes.layers, "longest_ligand": language.sizes.longest}
    form = {"ligand_encoder": "features"} if start == "fingerprint" else {"ligand_encoder": "transformer", **wanted}
    settings = {**section["settings"], **form}
    model = build_network("dual", settings, section["training"])
    if start == "pretrained":
        model.start = Start(language.vocabulary, language.encoder_weights())
    described = {"start": start, "settings": settings, "training": section["training"], "data": train.digest()}
    model.fit(train, validation, section["seed"], fits.folder(name_of({**described, "seed": section["seed"]})))
    return model


def scores(section: dict[str, Any], fits: FitFolders) -> Iterator[dict[str, Any]]:
    """A row for every number of pairs and start: squared error and Pearson's r on validation and test.

    over_drawn, where drawn weights are among the starts: how much more the predictions correlate than theirs, with its
    interval over proteins and ligands.
    """
    run = Tables().run(section["run"])
    sides = {side: run.pairs(side) for side in ("validation", "test")}
    resampling = Resampling(section["resamples"], seed=section["seed"])
    for size in section["pairs"]:
        train, found = few(run.pairs("train"), size, section["seed"]), {}
        for start in track(section["starts"], f"does pretraining help, {len(train):,} pairs"):
            model = fit(section, start, train, sides["validation"], fits)
            found[start] = {side: model.predict(pairs) for side, pairs in sides.items()}
        for start, predicted in found.items():
            row: dict[str, Any] = {"pairs": len(train), "start": start}
            for side, pairs in sides.items():
                error = float(np.mean((predicted[side] - pairs.values) ** 2))
                row |= {f"{side}_mse": error, f"{side}_pearson": pearson(pairs.values, predicted[side])}
            if "drawn" in found:
                row["over_drawn"] = paired_difference(
                    _crossed(sides["test"], predicted["test"]), found["drawn"]["test"], resampling
                )
            yield row


def _crossed(pairs: Pairs, predicted: Values) -> Crossed:
    named = Units(np.column_stack([pairs.ligand, pairs.protein]), ("ligand", "protein"))
    return Crossed(pairs.values, predicted, pairs.relation == 0, named)


def told(params: Params) -> dict[str, Any]:
    """The section, whose settings say from which strength on a pair of the run's source binds."""
    section: dict[str, Any] = params["affinity.transfer"]
    threshold = binder_of(section["run"].partition("/")[0], params)
    return {**section, "settings": {**section["settings"], "threshold": threshold}}


def main(params: Params) -> None:
    """Write transfer.json and, for `dvc exp show`, start.json of its last row; after a stop the command goes on."""
    import torch

    torch.set_num_threads(params["affinity.train.threads"])
    with kept_fits(paths.fits_of("transfer")) as fits:
        rows = list(scores(told(params), fits))
        write_json(paths.METRICS / "transfer.json", significant({"run": params["affinity.transfer.run"], "rows": rows}))
        write_scores(paths.METRICS / "start.json", {"lm_r": rows[-1]["test_pearson"]})


if __name__ == "__main__":
    run_stage(main, PARAMS)
