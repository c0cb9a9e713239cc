"""yeast_joint_evaluate: alone or joint, for every head and number of genes seen, from the predictions alone."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.joint import ARMS, compare_by_seen, head_rows
from knockon.progress import track
from knockon.stages.figures import templates, write_figure
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.units import genes

READS = (paths.JOINT, *templates("joint"))
PARAMS = ("yeast.evaluate", "yeast.joint.seeds", "yeast.joint.weighting")


def bars(metrics: dict[str, Any]) -> pa.Table:
    """The plot's rows: a point for each head, number of genes seen, and arm."""
    rows = [
        {
            "panel": name,
            "series": arm,
            "group": "all test strains" if seen == "all" else f"genes seen in training: {seen}",
            "rows": float(group["n_test"]),
            **{score: group[arm][score] for score in ("pearson", "pearson_low", "pearson_high")},
        }
        for name, head in metrics["heads"].items()
        for seen, group in head["seen"].items()
        for arm in ARMS
        if group[arm]["pearson"] is not None
    ]
    return plots.plot_table("by_group", rows)


def gain(metrics: dict[str, Any]) -> dict[str, float | None]:
    """The column of `dvc exp show`: what learning together adds to Pearson's r, in the mean of all heads.

    Over all test rows of a head; without heads of which an arm has no r. Each head's own, with its interval, stands in
    joint.json and in the plot.
    """
    gains = [head["seen"]["all"]["gain"]["pearson"] for head in metrics["heads"].values()]
    known = [value for value in gains if value is not None]
    return {"joint_gain": sum(known) / len(known) if known else None}


def main(params: Params) -> None:
    """Read the predictions once, write metrics and plot."""
    table = pq.read_table(paths.JOINT)
    described = json.loads(table.schema.metadata[b"joint"])
    seeds = tuple(params["yeast.joint.seeds"])
    # Strains share genes, and genes are what a strain is predicted from: they are what is resampled.
    resampling = Resampling(params["yeast.evaluate.resamples"], seed=params["yeast.evaluate.seed"])
    heads = {}
    for name, strains in track(described["strains"].items(), "joint or alone"):
        rows = head_rows(table.filter(pc.equal(table["head"].cast(pa.string()), name)), seeds, genes)
        scores = {"components": rows.values.shape[1], **strains, "seen": compare_by_seen(rows, resampling)}
        heads[name] = scores | ({"note": described["notes"][name]} if name in described["notes"] else {})
    metrics = {"weighting": params["yeast.joint.weighting"], "seeds": len(seeds), "heads": heads}
    metrics = significant(metrics | {"absent": described["absent"]})
    write_json(paths.METRICS / "joint.json", metrics)
    write_scores(paths.METRICS / "gain.json", gain(metrics))
    write_figure("joint", bars(metrics))


if __name__ == "__main__":
    run_stage(main, PARAMS)
