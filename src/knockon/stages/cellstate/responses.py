"""cellstate_responses: measured knock-outs of other compendia told from those of other genes, beside simple rows."""

from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.atomic import write_json, write_parquet
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.responses import mean_score, method_scores, response_scores
from knockon.models.cells.kin import KinResponse, folds_of
from knockon.progress import track
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.response_sets import ResponseSet, read_set
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage

READS = (paths.COHORTS, *templates("cellstate_knockouts"))
PARAMS = ("cellstate.responses",)

METHODS = ("mean_response", "variance", "response")
_SCHEMA = pa.schema(
    [("panel", pa.string()), ("method", pa.string())]
    + [(name, pa.float64()) for name in ("score", "score_low", "score_high")]
)


def tell(name: str, found: ResponseSet) -> list[dict[str, Any]]:
    """Scores of every knock-out by METHODS, fitted on the other groups."""
    rows = []
    own = {gene: place for place, gene in enumerate(found.genes)}
    for held, train in track(folds_of(found.groups), name):
        model = KinResponse(found.changes, found.kernels, train)
        for row in np.flatnonzero(held).tolist():
            score, change, half = model.predict(row)
            genes = np.ones(len(found.genes), dtype=np.bool_)
            genes[[own[each] for each in (found.names[row],) if each in own]] = False
            answers = {
                "mean_response": (model.usual, model.change),
                "variance": (model.spread, model.change),
                "response": (score, change),
            }
            within = np.abs(found.changes[row] - change) <= half
            for method, answer in answers.items():
                covered = float(within[genes].mean()) if method == "response" else None
                told = _scores(found, row, *answer, genes)
                chosen = {"penalties": str(model.penalties), "weights": str(model.weights)}
                rows.append({"set": name, "method": method, "knockout": found.names[row], "group": found.groups[row],
                             **told, "covered": covered, **chosen})  # fmt: skip
    return rows


def _scores(found: ResponseSet, row: int, score: Values, change: Values, genes: np.ndarray) -> dict[str, float | None]:
    """As `response_scores`; which genes changed is asked of what stands out of noise, by how much of all."""
    level = np.zeros(len(score)) if found.levels is None else found.levels
    counted = response_scores(found.counted[row], score, change, level, genes, found.changed)
    every = response_scores(found.changes[row], score, change, level, genes, found.changed)
    matched = None if found.levels is None else counted["auroc_matched"]
    return {**counted, "auroc_matched": matched, "spearman": every["spearman"], "signed_r": every["signed_r"]}


def set_scores(rows: list[dict[str, Any]], resampling: Resampling) -> dict[str, Any]:
    """Mean scores of every method, with what each gains over the mean response and the variance; groups are drawn."""
    own = [row for row in rows if row["method"] == "response"]
    groups = [row["group"] for row in own]
    scores = method_scores(rows, groups, ("mean_response", "variance"), resampling)
    found: dict[str, Any] = {name: {"knockouts": len(own), **each} for name, each in scores.items()}
    found["response"]["covered"] = mean_score([row["covered"] for row in own], groups, resampling)[0]
    return found


def main(params: Params) -> None:
    """Write data/predictions/cellstate_responses.parquet, metrics/cellstate/responses.json and a plot."""
    section = params["cellstate.responses"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    rows: list[dict[str, Any]] = []
    scores: dict[str, Any] = {}
    for name in section["sets"]:
        told = tell(name, read_set(name, paths.COHORTS, section["changed"][name]))
        scores[name] = set_scores(told, resampling)
        rows += told
    write_parquet(paths.OTHER_RESPONSES, pa.Table.from_pylist(rows))
    write_json(paths.METRICS / "responses.json", significant(scores))
    drawn = [
        {"panel": f"{name}: {title}", "method": method.replace("_", " "), "score": each[key],
         "score_low": each[f"{key}_low"], "score_high": each[f"{key}_high"]}
        for name, methods in scores.items() for key, title in (("auroc", "AUROC"), ("signed_r", "signed r"))
        for method, each in methods.items()
    ]  # fmt: skip
    table = pa.Table.from_pylist(drawn, schema=_SCHEMA)
    write_figure("cellstate_knockouts", table, name="responses", folder=paths.PLOTS)


if __name__ == "__main__":
    run_stage(main, PARAMS)
