"""yeast_pretrain@<protein|codon>: a masked language model of yeast's own sequences, and its scores beside counting."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import atomic_directory, write_json
from knockon.evaluation.evaluate import significant
from knockon.models.language.codon_usage import given_residue, synonyms
from knockon.models.language.counting import count
from knockon.models.language.judging import masked_log_probabilities, nats_and_accuracy, row_log_probabilities
from knockon.models.language.learning import Learnt, divided, learn, save_language
from knockon.models.language.masked import LanguageSizes, asked_of
from knockon.represent.gene_texts import gene_texts
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.training.fit_folders import kept_fits

READS = (paths.TABLES,)
PARAMS = ("yeast.pretrain.{kind}", "yeast.pretrain.threads")
ITEMS = {"kind": "yeast.pretrain.kinds"}


def texts_of(kind: str) -> pa.ChunkedArray:
    """Proteins or coding sequences of the genes, each once; those of dubious reading frames are no genes'."""
    genes = pq.read_table(paths.TABLES / "genes.parquet")
    genes = genes.filter(pc.not_equal(pc.fill_null(genes["qualifier"], ""), "Dubious"))
    return pa.chunked_array([pc.unique(gene_texts(kind, genes).drop_null())])


def scores_of(kind: str, learnt: Learnt, texts: pa.ChunkedArray, every: int, seed: int) -> dict[str, dict[str, float]]:
    """nats and accuracy on the same tokens of judging rows, all shown as the mask: of the model, and of counting.

    With codons also of the choice among the codons of one residue, which is told then.
    """
    language, tokens = learnt.language, len(learnt.language.vocabulary)
    train, validation = divided(kind, texts, language.vocabulary, language.sizes.longest, every)
    places = asked_of(validation, seed)
    wanted = validation.numbers[places]
    found = {"row_usage": row_log_probabilities(train, validation, tokens, seed)}
    scores = {**learnt.scores, "row_usage": nats_and_accuracy(found["row_usage"], wanted)}
    if kind == "codon":
        same = synonyms(language.vocabulary)
        found["masked"] = masked_log_probabilities(language.module, validation, seed)
        found["codon_usage"] = np.broadcast_to(np.log(count(train, tokens).unigram), (len(wanted), tokens))
        for name, each in found.items():
            scores[f"{name}_given_residue"] = nats_and_accuracy(given_residue(each, wanted, same), wanted)
    return scores


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
        scores = scores_of(kind, learnt, texts, every, seed)
        with atomic_directory(paths.LANGUAGE / kind) as folder:
            save_language(folder, learnt.language, kind)
        write_json(paths.METRICS / "pretrain" / f"{kind}.json", significant(summary(learnt, scores)))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
