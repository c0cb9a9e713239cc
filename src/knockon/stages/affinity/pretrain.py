"""affinity_pretrain@<smiles|protein>: a masked language model of the corpus, and its scores beside counting."""

from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_json
from knockon.evaluation.evaluate import significant
from knockon.models.language.learning import Learnt, learn, save_language
from knockon.models.language.masked import LanguageSizes
from knockon.stages.affinity import paths
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import kept_fits

READS = (paths.CORPUS_SMILES, paths.CORPUS_PROTEINS)
PARAMS = ("affinity.pretrain.{kind}", "affinity.train.threads")
ITEMS = {"kind": "affinity.pretrain.corpora"}

_COLUMNS = {"smiles": (paths.CORPUS_SMILES, "smiles"), "protein": (paths.CORPUS_PROTEINS, "sequence")}


def summary(learnt: Learnt) -> dict[str, Any]:
    """Scores, what was learnt from, and the validation on the way: step and nats."""
    curve = [[line["step"], line["validation_nats"]] for line in learnt.history if "validation_nats" in line]
    parameters = sum(parameter.numel() for parameter in learnt.language.module.parameters())
    return {
        "scores": learnt.scores,
        "rows": learnt.rows,
        "tokens": len(learnt.language.vocabulary),
        "parameters": parameters,
        "validation_nats_by_step": curve,
    }


def main(params: Params, kind: str) -> None:
    """Learn, keep the model, and write metrics/affinity/language_<kind>.json; after a stop the same command goes on."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["affinity.train.threads"])
    section = params[f"affinity.pretrain.{kind}"]
    path, column = _COLUMNS[kind]
    texts = pc.unique(pq.read_table(path, columns=[column])[column])
    with kept_fits(paths.fits_of(f"language_{kind}")) as fits:
        sizes = LanguageSizes(**section["sizes"])
        folder = fits.folder("language")
        learnt = learn(kind, texts, sizes, section["training"], section["judging"], section["seed"], folder)
        with atomic_directory(paths.LANGUAGE / kind) as folder:
            save_language(folder, learnt.language, kind)
        write_json(paths.METRICS / f"language_{kind}.json", significant(summary(learnt)))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
