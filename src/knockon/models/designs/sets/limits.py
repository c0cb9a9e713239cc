"""What could be reached in telling a cycle, and what its builds leave open."""

from typing import Any

import numpy as np

from knockon.correlation import pearson
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.designs.sets.forward import left_out_errors
from knockon.models.designs.sets.process import SetModel
from knockon.models.designs.sets.strains import Strains
from knockon.models.designs.sets.telling import in_play


def limits(strains: Strains, features: GeneFeatures, cycles: list[int], picked: int) -> list[dict[str, Any]]:
    """By cycle: the best strains; r under the noise of replicates alone, and under what builds add beside it, as a
    model of all cycles has it; r of each strain told from all others, those of its own and of later cycles among them,
    and the titre of those picked by that.
    """
    rows = []
    known = strains.take(in_play(strains, int(strains.cycles.max()) + 1))
    model = SetModel()
    model.learn(known.measured, features, known.cycles)
    others = known.measured.values - left_out_errors(model)
    build = model.noise * model.scale**2
    for cycle in cycles:
        chosen = (strains.cycles == cycle) & (strains.measured.strains.counts > 0)
        values, errors = strains.measured.values[chosen], strains.measured.errors[chosen]
        noise, spread = float(np.mean(errors**2)), float(values.var(ddof=1))
        own = (known.cycles == cycle) & (known.measured.strains.counts > 0)
        order = np.argsort(-others[own], kind="stable")[:picked]
        rows.append(
            {
                "cycle": cycle, "mean": float(values.mean()), "deviation": float(np.sqrt(spread)),
                "best": float(values.max()), "best_picked": float(np.sort(values)[::-1][:picked].mean()),
                "r_of_replicates": float(np.sqrt(max(0.0, 1 - noise / spread))),
                "r_of_builds": float(np.sqrt(max(0.0, 1 - (noise + build) / spread))),
                "deviation_of_builds": float(np.sqrt(build)),
                "r_of_all_others": float(pearson(others[own], known.measured.values[own])),
                "picked_of_all_others": float(known.measured.values[own][order].mean()),
            }
        )  # fmt: skip
    return rows


def rebuilt(strains: Strains) -> list[dict[str, Any]]:
    """Sets with a knock-out that were built in several cycles after the first: what a build and a cycle change."""
    measured = strains.measured
    genes = measured.strains.genes
    by_set: dict[str, list[tuple[int, float]]] = {}
    for row, own in enumerate(np.split(measured.strains.indices, measured.strains.indptr[1:-1])):
        if len(own) and strains.cycles[row] > strains.cycles.min():
            name = "+".join(genes[gene] for gene in own)
            by_set.setdefault(name, []).append((int(strains.cycles[row]), float(measured.values[row])))
    return [
        {"strain": name, "cycles": [cycle for cycle, _ in found], "values": [value for _, value in found]}
        for name, found in sorted(by_set.items())
        if len(found) > 1
    ]
