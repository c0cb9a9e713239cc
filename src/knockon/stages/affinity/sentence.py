"""affinity_sentence: are proteins whose vectors were tuned on shared binders better neighbours than the frozen ones?

On splits whose tested proteins are new. A head on frozen vectors, and the language model as a whole, are tuned on pairs
of training proteins (`models.language.sentence`). Every kind of vector, and the words that two sequences have in
common, then say how alike a tested protein is to the training ones. Judged: does that tell who shares binders, and
does a look-up of the near proteins' strengths tell the tested one's?
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from knockon.arrays import Matrix, Values
from knockon.atomic import write_json
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.ratios import ratio_with_interval
from knockon.models.binding.features import composition
from knockon.models.binding.near_proteins import Likeness, ProteinTables, judged, likeness, scaled, words
from knockon.progress import console, track
from knockon.represent.skipped import skipped_reason
from knockon.represent.storage import read_representation
from knockon.stages.affinity import paths
from knockon.stages.affinity.runs import SIDES, Tables
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits

READS = (
    paths.LIGANDS,
    paths.PROTEINS,
    paths.MEASUREMENTS,
    paths.SPLITS,
    paths.LANGUAGE / "protein",
    paths.EMBEDDINGS,
)
PARAMS = ("affinity.sentence", "affinity.train.binders", "affinity.train.threads")

MEAN, WORDS = "ligand_mean", "words_3"
_WHOLE = ("protein_lm_stretches", "protein_lm_whole_tuned")


def frozen(
    proteins: Mapping[str, tuple[str, ...]], section: Mapping[str, Any], seed: int
) -> dict[str, dict[str, Matrix]]:
    """Name → side → vectors: those of affinity_embed that are there, composition, and random ones."""
    sequences = pq.read_table(paths.PROTEINS, columns=["sequence"])["sequence"].to_pylist()
    row = {sequence: number for number, sequence in enumerate(sequences)}
    found: dict[str, dict[str, Matrix]] = {}
    for name in section["vectors"]:
        path = paths.EMBEDDINGS / f"{name}.parquet"
        if (reason := skipped_reason(path)) is not None:
            console.print(f"left out {name}: {reason}", markup=False, soft_wrap=True)
            continue
        every = np.asarray(read_representation(path).matrix)
        found[name] = {side: every[[row[text] for text in texts]] for side, texts in proteins.items()}
    found["composition"] = {side: composition(texts) for side, texts in proteins.items()}
    random = np.random.default_rng(seed)
    sizes = {side: len(texts) for side, texts in proteins.items()}
    found["random"] = {side: random.normal(size=(size, 128)).astype(np.float32) for side, size in sizes.items()}
    return found


def likenesses(
    study: ProteinTables, name: str, section: Mapping[str, Any], fits: FitFolders
) -> dict[str, list[Likeness]]:
    """Name → its likeness, one a seed where it was tuned or drawn; `<name>_tuned` beside every frozen one."""
    from knockon.models.language.learning import load_language
    from knockon.models.language.tuned_proteins import tuned_heads, tuned_whole

    seeds, labels = section["seeds"], study.own_labels()
    known = len(study.proteins["train"])
    nothing = {side: np.zeros((len(study.proteins[side]), known)) for side in ("validation", "test")}
    found: dict[str, list[Likeness]] = {MEAN: [nothing], WORDS: [words(study, 3)], "words_6": [words(study, 6)]}
    for title, vectors in track(frozen(study.proteins, section, seeds[0]).items(), f"near proteins, {name}"):
        found[title] = [likeness(scaled(vectors))]
        found[f"{title}_tuned"] = [
            likeness(tuned_heads(vectors, labels, section["head"], seed, fits)) for seed in seeds
        ]
    if name in section["whole_runs"]:
        language = load_language(paths.LANGUAGE / "protein", "protein")
        whole = tuned_whole(language, study.proteins, labels, section["whole"], seeds[0], fits)
        found |= {title: [likeness(each)] for title, each in zip(_WHOLE, whole, strict=True)}
    return found


def rows_of(
    tables: ProteinTables, scores: Mapping[str, dict[str, Values]], resampling: Resampling
) -> Iterator[dict[str, Any]]:
    """A row a name; `_over_frozen` of a tuned one, `_over_words` of all: differences on the same tested proteins."""
    tested = np.bincount(tables.tested.protein).astype(np.float64)
    ones = np.ones(len(tested))
    for name, found in scores.items():
        row: dict[str, Any] = {"name": name}
        for title, counts in (("spearman", ones), ("nearest", ones), ("near", ones), ("squared", tested)):
            shown = "mse" if title == "squared" else title
            ends = ("", "_low", "_high")
            said = ratio_with_interval(found[title], counts, resampling)
            row |= {f"{shown}{end}": value for end, value in zip(ends, said, strict=True)}
            for other, place in (("frozen", _frozen_of(name)), ("words", WORDS)):
                if place in scores and place != name:
                    gained = ratio_with_interval(found[title] - scores[place][title], counts, resampling)
                    row |= {f"{shown}_over_{other}{end}": value for end, value in zip(ends, gained, strict=True)}
        yield row


def _frozen_of(name: str) -> str:
    return _WHOLE[0] if name == _WHOLE[1] else name.removesuffix("_tuned")


def study_run(name: str, params: Params, tables: Tables, fits: FitFolders) -> dict[str, Any]:
    """Numbers of proteins, shared binders of the best and of any neighbour, and rows; see `rows_of`."""
    section, run = params["affinity.sentence"], tables.run(name)
    sides = {side: run.pairs(side) for side in SIDES}
    study = ProteinTables.of(sides, params["affinity.train.binders"][run.source], section["least"])
    found = likenesses(study, name, section, fits)
    scores = {title: judged(study, each, section["near"], section["temperatures"]) for title, each in found.items()}
    any_name = next(iter(scores.values()))
    labels = study.labels("train", "train")
    return {
        "proteins": {side: len(texts) for side, texts in study.proteins.items()},
        "training_pairs": int(np.isfinite(labels).sum() // 2),
        "judged_proteins": int(np.isfinite(any_name["best"]).sum()),
        "best": float(np.nanmean(any_name["best"])),
        "chance": float(np.nanmean(any_name["chance"])),
        "rows": list(rows_of(study, scores, Resampling(section["resamples"], seed=section["seeds"][0]))),
    }


def main(params: Params) -> None:
    """Write metrics/affinity/sentence.json; after a stop the same command goes on."""
    import torch

    # More threads split sums otherwise, and the last digits would depend on the machine's cores.
    torch.set_num_threads(params["affinity.train.threads"])
    tables = Tables()
    with kept_fits(paths.fits_of("sentence")) as fits:
        found = {name: study_run(name, params, tables, fits) for name in params["affinity.sentence.runs"]}
        write_json(paths.METRICS / "sentence.json", significant(found))


if __name__ == "__main__":
    run_stage(main, PARAMS)
