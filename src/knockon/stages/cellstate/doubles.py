"""cellstate_doubles: double deletions of Sameith et al. told from Kemmeren's single ones, beside simple rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.atomic import write_json, write_parquet, write_text
from knockon.dataset.cellstate.splits import knockout_groups
from knockon.errors import FormatError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.responses import mean_score, method_scores, response_scores
from knockon.models.cells.doubles import METHODS, DoubleResponse
from knockon.models.cells.kin import folds_of
from knockon.sources.registry import select
from knockon.sources.yeast.expression import read_sameith
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.sgd_features import read_sgd_features
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.response_sets import read_set
from knockon.stages.figures import templates, write_figure
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = (paths.COHORTS, *templates("cellstate_knockouts"))
PARAMS = ("cellstate.doubles", "cellstate.source")

_SOURCES = ("sameith2015_expression", "sgd_features")
_FILES = ("sameith.mat", "SGD_features.tab")
_SCORES = ("auroc", "precision", "spearman", "signed_r")
"""Of every double; levels, by which others are matched too, are not in the file."""
_LEAST = 1e-3


@dataclass(frozen=True)
class Doubles:
    """pairs: systematic names of each double's genes. genes: of the columns. first, second, both: log2 ratios of the
    single deletions and of the double, float64 (doubles, genes). measured: doubles of the file, all told.
    """

    pairs: tuple[tuple[str, str], ...]
    genes: tuple[str, ...]
    first: Values
    second: Values
    both: Values
    measured: int


def read_doubles(folder: Path, cohorts: Path, changed: float) -> Doubles:
    """Doubles both of whose single deletions Kemmeren's table has, over the genes that both tables have.

    Raises FormatError where there are none.
    """
    table = read_sameith(folder / _FILES[0]).table
    strain, component = (table[name].combine_chunks() for name in ("strain", "component"))
    ratio = np.full((len(strain.dictionary), len(component.dictionary)), np.nan)
    ratio[strain.indices.to_numpy(), component.indices.to_numpy()] = table["value"].to_numpy()
    log = np.log2(np.maximum(ratio, _LEAST))
    names = GeneNames(read_sgd_features(folder / _FILES[1]).table)
    strains = [names.resolve(pa.array(text.split("_")))[0].to_pylist() for text in strain.dictionary.to_pylist()]
    singles = read_set("kemmeren", cohorts, changed)
    column = {gene: place for place, gene in enumerate(component.dictionary.to_pylist())}
    places = [place for place, gene in enumerate(singles.genes) if gene in column]
    shared = [singles.genes[place] for place in places]
    alone = dict(zip(singles.names, singles.changes[:, places], strict=True))
    doubles = [row for row, each in enumerate(strains) if len(each) == 2]
    kept = [row for row in doubles if all(gene in alone for gene in strains[row])]
    if not kept:
        raise FormatError(f"{folder / _FILES[0]}: no double has both of its single deletions in Kemmeren's table")
    first, second = (np.array([alone[strains[row][place]] for row in kept]) for place in (0, 1))
    both = np.nan_to_num(log[np.ix_(kept, [column[gene] for gene in shared])])
    pairs = tuple((strains[row][0], strains[row][1]) for row in kept)
    return Doubles(pairs, tuple(shared), first, second, both, len(doubles))


def tell(found: Doubles, changed: float) -> list[dict[str, Any]]:
    """Scores of every double by METHODS, learnt from doubles that share no gene with it, nor with one that does."""
    names = ["+".join(pair) for pair in found.pairs]
    rows = []
    for held, train in folds_of(knockout_groups(names, found.pairs)):
        model = DoubleResponse(found.first[train], found.second[train], found.both[train])
        for row in np.flatnonzero(held).tolist():
            genes = ~np.isin(np.asarray(found.genes), found.pairs[row])
            answers = model.answers(found.first[row], found.second[row])
            within = np.abs(found.both[row] - answers["model"][1]) <= model.half_width()
            level = np.zeros(len(genes))
            for method in METHODS:
                scores = response_scores(found.both[row], *answers[method], level, genes, changed)
                covered = float(within[genes].mean()) if method == "model" else None
                rows.append({"double": names[row], "method": method, **scores, "covered": covered})
    return rows


def double_scores(rows: list[dict[str, Any]], groups: list[str], resampling: Resampling) -> dict[str, Any]:
    """Mean scores of every method, with what each gains over the sum of both; groups of shared genes are drawn."""
    scores = method_scores(rows, groups, ("additive",), resampling, _SCORES)
    found: dict[str, Any] = {name: {"doubles": len(groups), **each} for name, each in scores.items()}
    covered = [row["covered"] for row in rows if row["method"] == "model"]
    found["model"]["covered"] = mean_score(covered, groups, resampling)[0]
    return found


def main(params: Params) -> None:
    """Fill data/raw/cellstate_doubles; write data/predictions/cellstate_doubles.parquet, metrics and a plot."""
    section, scores, rows = params["cellstate.doubles"], {}, []
    with raw_folder(paths.DOUBLES) as folder:
        if is_public(params, "cellstate"):
            places = {name: Path(file) for name, file in zip(_SOURCES, _FILES, strict=True)}
            fetch_public(folder, "yeast", select("yeast", list(_SOURCES)), places)
        else:
            write_text(folder / "README", "The simulated study has no double deletions beside single ones.\n")
    if is_public(params, "cellstate"):
        found = read_doubles(paths.DOUBLES, paths.COHORTS, section["changed"])
        rows = tell(found, section["changed"])
        # Rows stand group by group, with a row of each method in turn.
        order = [row["double"] for row in rows[:: len(METHODS)]]
        groups = knockout_groups(order, [name.split("+") for name in order])
        resampling = Resampling(section["resamples"], seed=section["seed"])
        scores = {"measured": found.measured, "genes": len(found.genes), **double_scores(rows, groups, resampling)}
    write_parquet(paths.TOLD_DOUBLES, pa.Table.from_pylist(rows))
    write_json(paths.METRICS / "doubles.json", significant(scores))
    write_figure("cellstate_knockouts", _drawn(scores), name="doubles", folder=paths.PLOTS)


def _drawn(scores: dict[str, Any]) -> pa.Table:
    rows = [
        {"panel": f"double deletions: {title}", "method": method.replace("_", " "), "score": scores[method][key],
         "score_low": scores[method][f"{key}_low"], "score_high": scores[method][f"{key}_high"]}
        for key, title in (("auroc", "AUROC"), ("signed_r", "signed r")) for method in METHODS if method in scores
    ]  # fmt: skip
    schema = [("panel", pa.string()), ("method", pa.string())]
    schema += [(name, pa.float64()) for name in ("score", "score_low", "score_high")]
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))


if __name__ == "__main__":
    run_stage(main, PARAMS)
