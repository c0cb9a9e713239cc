"""yeast_new_genes: does any vector of a gene help to tell interactions of genes that were never screened?

Held-out genes are drawn again and again; whatever is chosen is chosen among the other genes of a draw. What the boosted
model is told of a new gene is made once a draw; each row puts its own columns beside that.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Mask, Values
from knockon.atomic import write_json
from knockon.correlation import pearson
from knockon.evaluation.evaluate import significant
from knockon.evaluation.nested_draws import drawn_mean
from knockon.models.pairs.new_genes import Beside, Draw, NewGenes, as_side, by_own_fitness, by_vectors
from knockon.models.pairs.similarity import Similarities
from knockon.models.protocol import Examples
from knockon.progress import console, track
from knockon.represent.skipped import skipped_reason
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation, strains
from knockon.stages.yeast.side import side_information

READS = (paths.STORE, paths.SPLITS, paths.DIRECTIONS, paths.TABLES, paths.NETWORKS, paths.EMBEDDINGS)
PARAMS = ("yeast.dataset.labels", "yeast.dataset.temperature", "yeast.new_genes", "yeast.splits.seed")

ALONE = "networks"
"""The row without anything beside: annotations and networks alone."""

OWN_FITNESS = "own_fitness"
"""The row that is told how the deletion strain of a new gene grows: another question, so no draw may choose it."""

LABEL = "interaction"


def measured_pairs(params: Params, genes: tuple[str, ...]) -> Examples:
    """All strains of two genes with an ε, whatever their side in the committed splits."""
    # Of the pair split, on which single mutants train: their fitness is known of every gene, and a draw hides its own.
    examples = strains(params, LABEL, "pair", None, genes).examples
    return examples.take(examples.genotypes.counts == 2)


def vectors(params: Params, genes: tuple[str, ...]) -> dict[str, sp.csr_matrix]:
    """By representation, as side information; one whose weights were absent is left out, and said."""
    found = {}
    for name in params["yeast.new_genes.vectors"]:
        if (reason := skipped_reason(paths.EMBEDDINGS / f"{name}.parquet")) is not None:
            console.print(f"left out {name}: {reason}", markup=False, soft_wrap=True)
            continue
        drawn = representation(name)
        order = np.searchsorted(np.array(drawn.names), np.array(genes))
        matrix = drawn.matrix[order]
        found[name] = as_side(matrix.toarray() if sp.issparse(matrix) else matrix)
    return found


def drawn_genes(screened: Integers, size: int, share: float, seed: int, draw: int) -> Mask:
    """A share of the screened genes by lot, bool (size,): only genes that were screened can be held out."""
    held_out = np.zeros(size, dtype=np.bool_)
    order = np.random.default_rng([seed, draw]).permutation(screened)
    held_out[order[: round(share * len(screened))]] = True
    return held_out


def scores(params: Params, examples: Examples, genes: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row a draw and row: test and validation r, and r of pairs of which both genes are held out."""
    settings = params["yeast.new_genes"]
    alike = Similarities(side_information(genes), len(genes))
    beside: dict[str, tuple[Beside, ...]] = {ALONE: ()}
    beside |= {name: (by_vectors(name, matrix),) for name, matrix in vectors(params, genes).items()}
    beside[OWN_FITNESS] = (by_own_fitness,)
    screened = np.unique(examples.genotypes.pairs().astype(np.int64))
    rows = []
    for number in track(range(settings["draws"]), "draws of held-out genes"):
        held_out = drawn_genes(screened, len(genes), settings["held_out"], settings["seed"], number)
        draw = Draw(examples, held_out, alike, NewGenes(**settings["model"]), settings["seed"] + number)
        measured = examples.values[draw.tested]
        two: Mask = np.asarray(held_out[examples.genotypes.pairs()[draw.tested]].all(axis=1))
        for name, columns in beside.items():
            told = draw.tell(*columns)
            rows.append(
                {
                    "draw": number,
                    "vectors": name,
                    "validation": told.validation,
                    "test": pearson(measured, told.predicted, constant=0.0),
                    "two_new": pearson(measured[two], told.predicted[two], constant=0.0),
                }
            )
    return rows


def summary(rows: list[dict[str, Any]], share: float) -> dict[str, Any]:
    """By row: mean r over draws, and what it adds to the networks; and what each draw's own validation chooses."""
    names = list(dict.fromkeys(row["vectors"] for row in rows))
    by_name = {name: [row for row in rows if row["vectors"] == name] for name in names}
    alone = by_name[ALONE]
    result: dict[str, Any] = {name: _row(found, alone, share) for name, found in by_name.items()}
    choices = [name for name in names if name != OWN_FITNESS]
    draws = [[by_name[name][place] for name in choices] for place in range(len(alone))]
    chosen = [max(found, key=lambda row: row["validation"]) for found in draws]
    result["chosen"] = _row(chosen, alone, share) | {
        "choices": {name: sum(row["vectors"] == name for row in chosen) for name in choices}
    }
    kept: dict[str, Any] = significant(result)
    return kept


def _row(found: list[dict[str, Any]], alone: list[dict[str, Any]], share: float) -> dict[str, Any]:
    def column(rows: list[dict[str, Any]], name: str) -> Values:
        return np.array([row[name] for row in rows])

    result: dict[str, Any] = {"validation": float(column(found, "validation").mean())}
    for name in ("test", "two_new"):
        own = drawn_mean(column(found, name), share)
        result |= {name: own.mean, f"{name}_low": own.low, f"{name}_high": own.high}
    if found is not alone:
        result["added"] = asdict(drawn_mean(column(found, "test") - column(alone, "test"), share))
    return result


def main(params: Params) -> None:
    """Write metrics/yeast/new_genes.json."""
    genes = representation("one_hot").names
    rows = scores(params, measured_pairs(params, genes), genes)
    write_json(paths.METRICS / "new_genes.json", summary(rows, params["yeast.new_genes.held_out"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
