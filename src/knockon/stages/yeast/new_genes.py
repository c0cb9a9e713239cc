"""yeast_new_genes: does any vector of a gene help to tell interactions of genes that were never screened?

Held-out genes are drawn again and again; whatever is chosen is chosen among the other genes of a draw.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.arrays import Values
from knockon.atomic import write_json
from knockon.correlation import pearson
from knockon.dataset.splits import SPLIT_SCHEMA
from knockon.dataset.store import RecordStore
from knockon.evaluation.evaluate import significant
from knockon.evaluation.nested_draws import drawn_mean
from knockon.models.pairs.new_genes import NewGenes, as_side, tell
from knockon.models.protocol import Examples
from knockon.models.strains.labelled import Label, labelled_strains
from knockon.progress import console, track
from knockon.represent.skipped import skipped_reason
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation
from knockon.stages.yeast.side import side_information

READS = (paths.STORE, paths.SPLITS, paths.TABLES, paths.NETWORKS, paths.EMBEDDINGS)
PARAMS = ("yeast.dataset.labels", "yeast.dataset.temperature", "yeast.new_genes")

ALONE = "networks"
"""The row without any vector: annotations and networks alone."""

LABEL = "interaction"


def measured_pairs(params: Params, genes: tuple[str, ...]) -> Examples:
    """All strains of two genes with an ε, whatever their side in the committed splits."""
    chosen = Label(LABEL, tuple(params["yeast.dataset.labels"][LABEL]), params["yeast.dataset.temperature"])
    split = pq.read_table(paths.SPLITS / "gene.parquet", schema=SPLIT_SCHEMA)
    examples = labelled_strains(RecordStore(paths.STORE), split, genes, chosen, None, 0).examples
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


def scores(params: Params, examples: Examples, genes: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row a draw and row: test and validation r, and r of pairs of which both genes are held out."""
    settings = params["yeast.new_genes"]
    side, extra = side_information(genes), vectors(params, genes)
    pairs = examples.genotypes.pairs()
    # Only genes that were screened can be held out.
    screened = np.unique(pairs)
    rows = []
    for draw in track(range(settings["draws"]), "draws of held-out genes"):
        random = np.random.default_rng([settings["seed"], draw])
        held_out = np.zeros(len(genes), dtype=np.bool_)
        held_out[random.permutation(screened)[: round(settings["held_out"] * len(screened))]] = True
        count = held_out[pairs].sum(axis=1)
        measured, two = examples.values[count > 0], count[count > 0] == 2
        for name in (ALONE, *extra):
            known = side if name == ALONE else {**side, name: extra[name]}
            told = tell(examples, held_out, known, NewGenes(**settings["model"]), settings["seed"] + draw)
            rows.append(
                {
                    "draw": draw,
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
    draws = [[by_name[name][place] for name in names] for place in range(len(alone))]
    chosen = [max(found, key=lambda row: row["validation"]) for found in draws]
    result["chosen"] = _row(chosen, alone, share) | {
        "choices": {name: sum(row["vectors"] == name for row in chosen) for name in names}
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
