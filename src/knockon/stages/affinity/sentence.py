"""affinity_sentence: are proteins whose vectors were tuned on shared binders better neighbours than the frozen ones?

On splits whose tested proteins are new. A head on frozen vectors, and the language model as a whole, are tuned on pairs
of training proteins (`models.language.sentence`). Every kind of vector, and the words that two sequences have in
common, then say how alike a tested protein is to the training ones. Judged: does that tell who shares binders, and
does a look-up of the near proteins' strengths tell the tested one's?
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from knockon.arrays import Matrix, Values
from knockon.atomic import write_json
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.evaluate import significant
from knockon.models.binding.every_pair import compact
from knockon.models.binding.features import composition, protein_similarity
from knockon.models.binding.few_labels import LabelTable
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.shared_binders import (
    best_temperature,
    cosines,
    looked_up,
    neighbour_scores,
    shared_binders,
)
from knockon.progress import console, track
from knockon.represent.skipped import skipped_reason
from knockon.represent.storage import read_representation
from knockon.stages.affinity import paths
from knockon.stages.affinity.runs import SIDES, Run, Tables
from knockon.stages.stage import Params, run_stage
from knockon.training.fit_folders import FitFolders, kept_fits, name_of

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
SCORES = ("spearman", "nearest", "near", "best", "chance")
Likeness = dict[str, Values]
"""Side → how alike its proteins are to the training ones, (proteins, training proteins)."""


@dataclass(frozen=True, eq=False)
class Study:
    """A run as tables of strengths: side → proteins, and (proteins, ligands) over all ligands of the run.

    tested: the test's pairs over the same ligands, repeats and all, which are what errors are taken on.
    """

    tested: Pairs
    proteins: Mapping[str, tuple[str, ...]]
    strengths: Mapping[str, Values]
    threshold: float
    least: int

    @classmethod
    def of(cls, run: Run, threshold: float, least: int) -> "Study":
        """Repeats of a protein and ligand are averaged in the tables."""
        short = {side: compact(run.pairs(side)) for side in SIDES}
        ligands = tuple(sorted(set().union(*(pairs.ligands for pairs in short.values()))))
        place = {smiles: number for number, smiles in enumerate(ligands)}
        sides = {side: _over(pairs, ligands, place) for side, pairs in short.items()}
        return cls(
            sides["test"],
            {side: pairs.proteins for side, pairs in sides.items()},
            {side: LabelTable.of(pairs).values for side, pairs in sides.items()},
            threshold,
            least,
        )

    def labels(self, side: str, other: str) -> Values:
        """Shared binders, (proteins of a side, of the other); a protein has none with itself."""
        found = shared_binders(self.strengths[side], self.strengths[other], self.threshold, self.least)
        if side == other:
            np.fill_diagonal(found, np.nan)
        return found


def _over(pairs: Pairs, ligands: tuple[str, ...], place: Mapping[str, int]) -> Pairs:
    """The same pairs over a longer list of ligands."""
    ligand = np.array([place[smiles] for smiles in pairs.ligands], dtype=np.int64)[pairs.ligand]
    return Pairs(ligands, pairs.proteins, ligand, pairs.protein, pairs.values, pairs.relation)


def frozen(study: Study, section: Mapping[str, Any], seed: int) -> dict[str, dict[str, Matrix]]:
    """Name → side → vectors: those of affinity_embed that are there, composition, and random ones."""
    keys = pq.read_table(paths.PROTEINS, columns=["protein", "sequence"])
    row = {sequence: number for number, sequence in enumerate(keys["sequence"].to_pylist())}
    found: dict[str, dict[str, Matrix]] = {}
    for name in section["vectors"]:
        path = paths.EMBEDDINGS / f"{name}.parquet"
        if (reason := skipped_reason(path)) is not None:
            console.print(f"left out {name}: {reason}", markup=False, soft_wrap=True)
            continue
        every = np.asarray(read_representation(path).matrix)
        found[name] = {side: every[[row[text] for text in texts]] for side, texts in study.proteins.items()}
    found["composition"] = {side: composition(texts) for side, texts in study.proteins.items()}
    random = np.random.default_rng(seed)
    sizes = {side: len(texts) for side, texts in study.proteins.items()}
    found["random"] = {side: random.normal(size=(size, 128)).astype(np.float32) for side, size in sizes.items()}
    return found


def likeness(vectors: Mapping[str, Matrix]) -> Likeness:
    """Cosines to the training proteins."""
    return {side: cosines(each, vectors["train"]) for side, each in vectors.items()}


def words(study: Study, length: int) -> Likeness:
    """Cosines of the counts of words of so many residues."""
    train = study.proteins["train"]
    found = {side: protein_similarity(texts, train, length) for side, texts in study.proteins.items()}
    return {side: each.astype(np.float64) for side, each in found.items()}


def tuned_heads(
    study: Study, vectors: Mapping[str, Matrix], section: Mapping[str, Any], seed: int, fits: FitFolders
) -> Likeness:
    """A head on frozen vectors."""
    import torch

    from knockon.models.language.sentence import Side, Vectors, head_on, tune, vectors_of

    sides = {
        side: Side(Vectors(np.ascontiguousarray(each)), np.arange(len(each)), study.labels(side, side))
        for side, each in vectors.items()
    }
    encoder = head_on(vectors["train"])
    what = {"head": section["head"], "seed": seed, "data": sides["train"].rows.digest(), "least": study.least}
    tune(encoder, sides["train"], sides["validation"], section["head"], seed, fits.folder("heads", name_of(what)))
    assert isinstance(encoder, torch.nn.Module)
    return likeness({side: vectors_of(encoder, each) for side, each in sides.items()})


def tuned_whole(study: Study, section: Mapping[str, Any], seed: int, fits: FitFolders) -> dict[str, Likeness]:
    """The language model, frozen and tuned as a whole, by the same stretches of proteins."""
    import torch

    from knockon.models.language.learning import load_language
    from knockon.models.language.sentence import Side, Standardise, stretches, tune, vectors_of

    language = load_language(paths.LANGUAGE / "protein", "protein")
    read = {side: stretches(language, texts) for side, texts in study.proteins.items()}
    sides = {side: Side(*each, study.labels(side, side)) for side, each in read.items()}
    plain = {side: vectors_of(language.module.encoder, each) for side, each in sides.items()}
    scale = Standardise(plain["train"])
    before = likeness({side: scale(torch.from_numpy(each)).numpy() for side, each in plain.items()})
    encoder = torch.nn.Sequential(language.module.encoder, scale)
    what = {"whole": section["whole"], "seed": seed, "data": sides["train"].rows.digest(), "least": study.least}
    tune(encoder, sides["train"], sides["validation"], section["whole"], seed, fits.folder("whole", name_of(what)))
    after = likeness({side: vectors_of(encoder, each) for side, each in sides.items()})
    return {"protein_lm_stretches": before, "protein_lm_whole_tuned": after}


def likenesses(study: Study, name: str, section: Mapping[str, Any], fits: FitFolders) -> dict[str, list[Likeness]]:
    """Name → its likeness, one a seed where it was tuned or drawn; `<name>_tuned` beside every frozen one."""
    seeds = section["seeds"]
    sizes = {side: len(texts) for side, texts in study.proteins.items()}
    known = sizes.pop("train")
    nothing = {side: np.zeros((size, known)) for side, size in sizes.items()}
    found: dict[str, list[Likeness]] = {MEAN: [nothing], WORDS: [words(study, 3)], "words_6": [words(study, 6)]}
    for title, vectors in track(frozen(study, section, seeds[0]).items(), f"near proteins, {name}"):
        # About 0 with a spread of 1, as the heads begin: raw means of states all point one way.
        rows = vectors["train"]
        spread = rows.std(axis=0)
        factor = np.where(spread > 0, spread, np.inf)
        scaled = {side: (each - rows.mean(axis=0)) / factor for side, each in vectors.items()}
        found[title] = [likeness(scaled)]
        found[f"{title}_tuned"] = [tuned_heads(study, vectors, section, seed, fits) for seed in seeds]
    if name in section["whole_runs"]:
        found |= {title: [each] for title, each in tuned_whole(study, section, seeds[0], fits).items()}
    return found


def judged(study: Study, alike: Sequence[Likeness], section: Mapping[str, Any]) -> dict[str, Values]:
    """Of every tested protein, mean over seeds: SCORES, and `squared`, the sum of squared errors of the look-up."""
    shared, known, tested = study.labels("test", "train"), study.strengths["train"], study.tested
    found: list[dict[str, Values]] = []
    for each in alike:
        choices = (each["validation"], known, study.strengths["validation"])
        told = looked_up(each["test"], known, best_temperature(*choices, section["temperatures"]))
        # A ligand that no training protein was measured with is told the mean of all.
        said = np.nan_to_num(told[tested.protein, tested.ligand], nan=float(np.nanmean(known)))
        squared = np.bincount(tested.protein, (said - tested.values) ** 2, len(tested.proteins)).astype(np.float64)
        found.append({**neighbour_scores(each["test"], shared, section["near"]), "squared": squared})
    return {name: np.mean([scores[name] for scores in found], axis=0) for name in found[0]}


def drawn(values: Values, counts: Values, resampling: Resampling) -> tuple[float | None, ...]:
    """Σ values / Σ counts over proteins with its interval, which draws proteins; values may be NaN."""
    there = np.isfinite(values)
    if not there.any():
        return None, None, None
    values, counts = values[there], counts[there]
    parts = resampled_weights(len(values), None, resampling)
    samples = np.concatenate([(weights @ values) / (weights @ counts) for weights in parts])
    return float(values.sum() / counts.sum()), *interval(samples, resampling.confidence)


def rows_of(study: Study, scores: Mapping[str, dict[str, Values]], resampling: Resampling) -> Iterator[dict[str, Any]]:
    """A row a name; `_over_frozen` of a tuned one, `_over_words` of all: differences on the same tested proteins."""
    tested = np.bincount(study.tested.protein).astype(np.float64)
    ones = np.ones(len(tested))
    for name, found in scores.items():
        row: dict[str, Any] = {"name": name}
        for title, counts in (("spearman", ones), ("nearest", ones), ("near", ones), ("squared", tested)):
            shown = "mse" if title == "squared" else title
            ends = ("", "_low", "_high")
            said = drawn(found[title], counts, resampling)
            row |= {f"{shown}{end}": value for end, value in zip(ends, said, strict=True)}
            for other, place in (("frozen", _frozen_of(name)), ("words", WORDS)):
                if place in scores and place != name:
                    gained = drawn(found[title] - scores[place][title], counts, resampling)
                    row |= {f"{shown}_over_{other}{end}": value for end, value in zip(ends, gained, strict=True)}
        yield row


def _frozen_of(name: str) -> str:
    whole = name == "protein_lm_whole_tuned"
    return "protein_lm_stretches" if whole else name.removesuffix("_tuned")


def study_run(name: str, params: Params, tables: Tables, fits: FitFolders) -> dict[str, Any]:
    """Numbers of proteins, shared binders of the best and of any neighbour, and rows; see `rows_of`."""
    section, run = params["affinity.sentence"], tables.run(name)
    study = Study.of(run, params["affinity.train.binders"][run.source], section["least"])
    scores = {title: judged(study, alike, section) for title, alike in likenesses(study, name, section, fits).items()}
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
