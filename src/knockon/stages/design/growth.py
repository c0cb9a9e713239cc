"""design_growth: how far the fitness that is told of sets lies off, learnt on measured doubles and triples, and judged.

What is learnt is what `knockon design` makes its intervals and probabilities of growth from.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from knockon.atomic import write_json
from knockon.correlation import pearson
from knockon.dataset.store import RecordStore
from knockon.evaluation.error_quantiles import calibration_rows
from knockon.evaluation.evaluate import significant
from knockon.progress import console
from knockon.serving.design.growth_errors import GrowthErrors
from knockon.serving.design.measured_sets import LEVEL, Judged, ToldSets, learnt, new_genes, new_strains, told_sets
from knockon.serving.design.pool import FEASIBLE
from knockon.stages.design import paths
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast.paths import STORE

READS = (STORE,)
PARAMS = ("design.growth",)

SICK = 0.16
"""So far below the product of its single mutants a set is called sicker than they tell."""


def judged(sets: ToldSets, parts: Iterable[Judged], least: float) -> dict[str, Any] | None:
    """How often intervals hold and what is told of the least fitness comes true; None where there are no parts.

    A row judged k times counts 1/k.
    """
    rows, inside, chance = [], [], []
    for own, errors in parts:
        fitness, values = sets.fitness.take(own), sets.values[own]
        low, high = errors.interval(fitness, LEVEL)
        rows.append(own)
        inside.append((values >= low) & (values <= high))
        chance.append(errors.reaches(fitness, least))
    if not rows:
        return None
    row, held, told = np.concatenate(rows), np.concatenate(inside), np.concatenate(chance)
    weights = 1 / np.bincount(row, minlength=len(sets.values))[row]
    sick = sets.values[row] < sets.fitness.product[row] - SICK
    reached, safe = sets.values[row] >= least, told >= FEASIBLE
    return {
        "covered": _share(held, weights), "covered_by_part": [float(each.mean()) for each in inside],
        "sick": float(weights[sick].sum()), "covered_sick": _share(held[sick], weights[sick]),
        "safe": float(weights[safe].sum()), "safe_reached": _share(reached[safe], weights[safe]),
        "safe_told": _share(told[safe], weights[safe]), "calibration": calibration_rows(told, reached, weights),
    }  # fmt: skip


def _share(which: np.ndarray, weights: np.ndarray) -> float | None:
    return float(np.average(which, weights=weights)) if len(which) else None


def scores_of(sets: ToldSets, share: float, folds: int, seed: int, least: float) -> dict[str, Any]:
    """One kind: what single mutants tell, by errors as a normal distribution, and as measured sets showed them.

    share: of the variance of measured single mutants that counts in the errors that are kept.
    """
    plain = GrowthErrors()
    low, high = plain.interval(sets.fitness, LEVEL)
    safe = plain.reaches(sets.fitness, least) >= FEASIBLE
    told = {"told": sets.fitness.values, "product": sets.fitness.product, "sickest": sets.lowest}
    return {
        "strains": len(sets.values), "genes": len(np.unique(sets.members)),
        "queries": None if sets.queries is None else len(np.unique(sets.queries)),
        "share_of_singles": share,
        **{f"r_{name}": pearson(each, sets.values) for name, each in told.items()},
        "reached": float((sets.values >= least).mean()),
        "normal": {
            "covered": float(((sets.values >= low) & (sets.values <= high)).mean()), "safe": int(safe.sum()),
            "safe_reached": float((sets.values[safe] >= least).mean()) if safe.any() else None,
        },
        "new_genes": judged(sets, new_genes(sets, folds, seed), least),
        "new_strains": judged(sets, new_strains(sets, folds, seed), least),
    }  # fmt: skip


def main(params: Params) -> None:
    """Write data/features/design/growth.json and metrics/design/growth.json."""
    section = params["design.growth"]
    found, kinds = {}, {}
    for sets in told_sets(RecordStore(STORE)):
        kinds[sets.kind] = errors = learnt(sets)
        found[sets.kind] = scores_of(sets, errors.share, section["folds"], section["seed"], section["least"])
        held = [found[sets.kind][way] for way in ("new_strains", "new_genes", "normal")]
        other, new, normal = ("none" if each is None else f"{each['covered']:.1%}" for each in held)
        console.print(
            f"design_growth: {sets.kind}: 90 % intervals hold {other} of other strains, {new} of new genes (as a "
            f"normal distribution {normal})",
            soft_wrap=True,
        )
    GrowthErrors(kinds).save(paths.GROWTH)
    write_json(paths.METRICS / "growth.json", significant(found))


if __name__ == "__main__":
    run_stage(main, PARAMS)
