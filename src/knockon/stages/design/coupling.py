"""design_coupling: which deletions of one and two genes couple a product to growth, all of them searched."""

from collections.abc import Mapping
from typing import Any

from knockon.atomic import write_json
from knockon.evaluation.evaluate import significant
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.cut_search import Cuts, cuts
from knockon.models.designs.flux.media import Medium
from knockon.models.designs.flux.products import ProductProgram, outcomes
from knockon.progress import console, track
from knockon.sources.design.metabolic_network import MetabolicNetwork, read_metabolic_network
from knockon.stages.design import paths
from knockon.stages.design.flux import media
from knockon.stages.stage import Params, run_stage

READS = (paths.GEM,)
PARAMS = ("design.coupling", "design.flux.media")

_LISTED = 20
"""Designs of a product that are listed; all are counted."""


def searched(network: MetabolicNetwork, medium: Medium, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """One product in one medium: what was searched, and what was found."""
    cell = Cell(network, medium, (network.product(name),), settings["seconds"])
    least_growth = settings["least_growth"] * cell.wild.value
    best = ProductProgram(cell, 0, least_growth)
    best.require_made()
    least_product = settings["least_product"] * best.wild.value
    found = cuts(cell, 0, least_growth, least_product, settings["most"], settings["programs"])
    return {
        "medium": medium.name, "product": name, "growth": cell.wild.value, "best_product": best.wild.value,
        "least_product": least_product, "searched": found.searched, "sets": found.sets, "programs": found.programs,
        "dead": found.dead, "unsettled": found.unsettled, "coupled": found.coupled, "designs": len(found.designs),
        "listed": _listed(cell, found),
    }  # fmt: skip


def _listed(cell: Cell, found: Cuts) -> list[dict[str, Any]]:
    """The first designs with their growth over the wild type's, and the least product at that growth."""
    first = found.designs[:_LISTED]
    if not first:
        return []
    told = outcomes(cell, first)
    rows = zip(first, told.growth.tolist(), told.guaranteed.tolist(), strict=True)
    return [
        {
            "genes": [cell.network.genes[gene] for gene in genes],
            "growth": growth / cell.wild.value,
            "guaranteed": guaranteed,
        }
        for genes, growth, guaranteed in rows
    ]


def main(params: Params) -> None:
    """Write metrics/design/coupling.json."""
    settings = params["design.coupling"]
    network = read_metabolic_network(paths.GEM)
    asked = [
        (medium, name)
        for medium in media({"media": params["design.flux.media"]})
        for name in settings["products"]
        if medium.name in settings["media"]
    ]
    rows = [searched(network, medium, name, settings) for medium, name in track(asked, "growth coupling")]
    write_json(paths.METRICS / "coupling.json", significant({"searches": rows}))
    found = sum(row["designs"] > 0 for row in rows)
    whole = sum(row["searched"] == settings["most"] for row in rows)
    console.print(
        f"growth coupling: {found} of {len(rows)} searches found a design; {whole} are complete up to "
        f"{settings['most']} deletions"
    )


if __name__ == "__main__":
    run_stage(main, PARAMS)
