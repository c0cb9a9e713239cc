"""Task `few_labels`: k labelled ligands of a new protein correct what a trained model says of its other ligands.

On a split whose tested proteins are new. Of each protein as many ligands are drawn as the largest k, and the first k
are told; all others are the same test for every k. The penalty of each way and k is chosen on validation proteins.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ratios import means_by_unit
from knockon.models.binding.few_label_ways import ALONE, SCORES, Side, best_penalty, side_of
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.towers import fit_tower
from knockon.progress import track
from knockon.stages.affinity.runs import Run, Tables
from knockon.training.fit_folders import FitFolders

ENDS = ("", "_low", "_high")


def fit_models(section: Mapping[str, Any], run: Run, fits: FitFolders) -> dict[str, NetworkModel]:
    """A tower with and one without the contrastive loss; validation pairs choose the step."""
    return {
        name: fit_tower(
            {**section["settings"], **own, "threshold": section["binder"]},
            section["training"],
            run.pairs("train"),
            section["seed"],
            fits,
            run.pairs("validation"),
        )
        for name, own in track(section["models"].items(), "a new protein with k ligands")
    }


def rows_of(chosen: Side, final: Side, section: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for every way and k; k = 0 is the model as it is. over_alone: mse less that of the labels alone, paired."""
    resampling = Resampling(section["resamples"], seed=section["seed"])
    proteins = np.array([draw.protein for draw in final.drawn])
    rows = []
    for k in (0, *section["labels"]):
        scores: dict[str, tuple[float | None, Values]] = {}
        for way in final.ways:
            if k == 0 and final.ways[way].offset is None:
                continue
            penalty = best_penalty(chosen, way, k, section["penalties"]) if k else None
            scores[way] = penalty, final.scores(way, k, penalty or 1.0)
        for way, (penalty, found) in scores.items():
            row = {"labels": k, "way": way, "penalty": penalty, **means_by_unit(found, SCORES, proteins, resampling)}
            if k and way != ALONE:
                gained = means_by_unit(found - scores[ALONE][1], SCORES, proteins, resampling)
                row |= {f"{name}_over_alone{end}": gained[f"{name}{end}"] for name in SCORES for end in ENDS}
            rows.append(row)
    return rows


def adapt(section: Mapping[str, Any], fits: FitFolders) -> dict[str, Any]:
    """run, numbers of proteins and of tested ligands, and rows; see `rows_of`."""
    run = Tables().run(section["run"])
    models, train = fit_models(section, run, fits), run.pairs("train")
    drawn = max(section["labels"]), section["repeats"], section["seed"]
    chosen, final = (side_of(run.pairs(side), train, models, *drawn) for side in ("validation", "test"))
    tested = [len(draw.tested) for draw in final.drawn]
    return {
        "run": section["run"],
        "proteins": len({draw.protein for draw in final.drawn}),
        "repeats": section["repeats"],
        "tested_ligands": float(np.mean(tested)) if tested else 0.0,
        "rows": rows_of(chosen, final, section) if tested else [],
    }
