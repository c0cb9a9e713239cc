"""yeast_pretrain@<protein|codon>: a masked language model of yeast's own sequences, and its scores beside counting."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_json
from knockon.evaluation.evaluate import significant
from knockon.models.language.codon_usage import given_residue
from knockon.models.language.learning import Learnt, divided, learn, save_language
from knockon.models.language.masked import LanguageSizes
from knockon.represent.gene_texts import gene_texts
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.training.fit_folders import kept_fits

READS = (paths.TABLES,)
PARAMS = ("yeast.pretrain.{kind}", "yeast.pretrain.threads")


def texts_of(kind: str) -> pa.ChunkedArray:
    """Proteins or coding sequences of the genes, each once; those of dubious reading frames are no genes'."""
    genes = pq.read_table(paths.TABLES / "genes.parquet")
    genes = genes.filter(pc.not_equal(pc.fill_null(genes["qualifier"], ""), "Dubious"))
    return pa.chunked_array([pc.unique(gene_texts(kind, genes).drop_null())])


def summary(learnt: Learnt, scores: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Flat: nats, perplexity and accuracy of every score; rows of tokens, tokens of the vocabulary, parameters."""
    found: dict[str, Any] = {}
    for name, score in scores.items():
        found |= {f"{name}_nats": score["nats"], f"{name}_perplexity": float(np.exp(score["nats"]))}
        found[f"{name}_accuracy"] = score["accuracy"]
    found |= {f"{side}_rows": rows for side, rows in learnt.rows.items()}
    found["tokens"] = len(learnt.language.vocabulary)
    found["parameters"] = sum(parameter.numel() for parameter in learnt.language.module.parameters())
    return found


def main(params: Params, kind: str) -> None:
    """Learn, keep the model, and write metrics/yeast/pretrain/<kind>.json; after a stop the same command goes on."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["yeast.pretrain.threads"])
    section = params[f"yeast.pretrain.{kind}"]
    texts, sizes = texts_of(kind), LanguageSizes(**section["sizes"])
    every, seed = section["judging"], section["seed"]
    with kept_fits(paths.language_fits(kind)) as fits:
        learnt = learn(kind, texts, sizes, section["training"], every, seed, fits.folder("language"))
        scores = dict(learnt.scores)
        if kind == "codon":
            train, validation = divided(kind, texts, learnt.language.vocabulary, sizes.longest, every)
            scores |= given_residue(learnt.language, train, validation, seed)
        with atomic_directory(paths.LANGUAGE / kind) as folder:
            save_language(folder, learnt.language, kind)
        write_json(paths.METRICS / "pretrain" / f"{kind}.json", significant(summary(learnt, scores)))


if __name__ == "__main__":
    run_stage(main, PARAMS, "kind")
