"""design_flux: what each deletion does to growth, fluxes and yields in the metabolic model, and how right that is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Values
from knockon.atomic import write_json, write_parquet
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ceiling import ceiling_from_errors
from knockon.evaluation.evaluate import significant
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.gene_fluxes import (
    Columns,
    adjusted,
    parsimonious_change,
    relative_growth,
    structure,
    yields,
)
from knockon.models.designs.flux.media import Medium
from knockon.models.designs.flux.pairs import epsilon
from knockon.models.designs.flux.ranges import flux_ranges
from knockon.progress import console
from knockon.sources.design.metabolic_network import MetabolicNetwork, read_metabolic_network
from knockon.stages.design import flux_inputs as inputs
from knockon.stages.design import paths
from knockon.stages.design.flux_scores import (
    Flat,
    correlated,
    epsilon_scores,
    essential_scores,
    evidence_scores,
)
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage

READS = (paths.GEM, *inputs.READS, *templates("benchmark"))
PARAMS = ("design.flux",)

_DECIMALS = 7


def media(settings: Mapping[str, Any]) -> list[Medium]:
    """The media of params.yaml."""
    return [
        Medium(
            each["name"],
            {compound: float(group["rate"]) for group in each.get("uptakes", []) for compound in group["of"]},
            tuple(each.get("deleted", [])),
        )
        for each in settings["media"]
    ]


def cells(network: MetabolicNetwork, settings: Mapping[str, Any]) -> dict[str, Cell]:
    """The network in every medium, by name; the first can give off the products."""
    products = [network.product(name) for name in settings["products"]]
    return {
        medium.name: Cell(network, medium, products if not place else (), settings["seconds"])
        for place, medium in enumerate(media(settings))
    }


def features(found: Mapping[str, Cell], settings: Mapping[str, Any]) -> Columns:
    """All columns by gene of the network, float64 (genes,)."""
    first = next(iter(found.values()))
    columns: Columns = {f"growth_{name}": relative_growth(cell) for name, cell in found.items()}
    columns |= structure(first, flux_ranges(first, settings["range_growth"]))
    columns["parsimonious_change"] = parsimonious_change(first)
    for name in settings["adjusted"]:
        columns |= adjusted(found[name], name)
    places = {name.removeprefix("L-").lower(): place for place, name in enumerate(settings["products"])}
    return columns | yields(first, places, settings["yield_growth"])


def table_of(columns: Columns, network: MetabolicNetwork, genes: tuple[str, ...]) -> pa.Table:
    """A row a gene, NaN where the model lacks it."""
    numbers = {gene: number for number, gene in enumerate(network.genes)}
    places = np.array([numbers.get(gene, -1) for gene in genes])
    lacking = places < 0
    # Further digits are what the solver's tolerance leaves. + 0.0: no -0.
    rounded = {name: np.round(column, _DECIMALS) + 0.0 for name, column in columns.items()}
    values = {name: np.where(lacking, np.nan, column[places]) for name, column in rounded.items()}
    return pa.table({"gene": pa.array(genes, pa.string())} | {name: pa.array(each) for name, each in values.items()})


def scores(
    found: Mapping[str, Cell], columns: Columns, genes: tuple[str, ...], settings: Mapping[str, Any]
) -> tuple[Flat, list[dict[str, Any]]]:
    """Everything that is counted and scored, flat; and the bars of the plot."""
    network = next(iter(found.values())).network
    resampling = Resampling(settings["resamples"], seed=settings["seed"])
    essential = inputs.essential_genes(genes)
    rows = np.array([genes.index(gene) for gene in network.genes])
    measured = settings["measured"]
    fitness, errors = inputs.single_fitness(measured["smf"], measured["temperature"], network.genes)
    flat: Flat = {"genes": len(network.genes), "reactions": len(network.reactions)}
    for name, cell in found.items():
        growth = columns[f"growth_{name}"]
        flat[f"growth_{name}_wild"] = cell.wild.value
        flat |= essential_scores(f"essential_{name}", growth < settings["lethal"], essential[rows], resampling)
        flat |= correlated(f"smf_{name}", fitness, growth, resampling)
    for name in settings["adjusted"]:
        flat |= correlated(f"smf_{name}_adjusted", fitness, columns[f"adjusted_growth_{name}"], resampling)
    flat |= correlated("smf_reactions_shut", fitness, -columns["reactions_shut"], resampling)
    known = np.isfinite(fitness)
    flat["smf_ceiling_r"] = ceiling_from_errors(fitness[known], errors[known], None, resampling).value
    flat |= evidence_scores(
        *_evidence(columns, genes, rows, settings), essential, rows, settings["evidence"], resampling
    )
    pairs = inputs.interactions(measured["interaction"], network.genes)
    told = epsilon(found[settings["epsilon"]], pairs.first, pairs.second)
    flat |= epsilon_scores(pairs, told, inputs.directions(measured["interaction"]), resampling)
    return significant(flat), _bars(flat, list(found), settings["adjusted"])


def _evidence(
    columns: Columns, genes: tuple[str, ...], rows: np.ndarray, settings: Mapping[str, Any]
) -> tuple[Values, Any]:
    """Flux of all genes, NaN where the model lacks them, without the yields; and their partners."""
    names = [name for name in columns if not name.startswith(("yield_", "scan_"))]
    lethal = [columns[name] < settings["lethal"] for name in names if name.startswith("growth_")]
    own = np.full((len(genes), len(names) + len(lethal)), np.nan)
    own[rows] = np.column_stack([*(columns[name] for name in names), *lethal])
    asked = settings["evidence"]
    return own, inputs.partners(genes, asked["confidence"], asked["largest"])


def _bars(flat: Flat, media_names: list[str], adjusted_names: list[str]) -> list[dict[str, Any]]:
    """Rows of the plot: essential genes by Matthews' correlation, which is an r, and fitness by r."""
    bars = []
    for name, kind in [
        *((each, "model") for each in media_names),
        ("flux", "model"),
        ("graph", "baseline"),
        ("both", "model"),
    ]:
        keys = {"pearson": "mcc", "pearson_low": "mcc_low", "pearson_high": "mcc_high"}
        bars.append(_bar("essential genes", name, kind, flat, f"essential_{name}", keys))
    asked = [*media_names, *(f"{name}_adjusted" for name in adjusted_names), "reactions_shut"]
    for name in asked:
        keys = {"pearson": "r", "pearson_low": "r_low", "pearson_high": "r_high"}
        kind = "baseline" if name == "reactions_shut" else "model"
        bars.append(_bar("fitness of deletions", name, kind, flat, f"smf_{name}", keys))
        bars[-1]["ceiling"] = flat["smf_ceiling_r"]
    return [bar for bar in bars if bar["pearson"] is not None and np.isfinite(bar["pearson"])]


def _bar(panel: str, name: str, kind: str, flat: Flat, prefix: str, keys: dict[str, str]) -> dict[str, Any]:
    row = {"panel": panel, "name": name.replace("_", " "), "kind": kind}
    return row | {column: flat.get(f"{prefix}_{key}") for column, key in keys.items()}


def main(params: Params) -> None:
    """Write data/features/design/flux.parquet, metrics/design/flux.json and a plot."""
    settings = params["design.flux"]
    network = read_metabolic_network(paths.GEM)
    found = cells(network, settings)
    columns = features(found, settings)
    genes = inputs.all_genes(network.genes)
    write_parquet(paths.FLUX, table_of(columns, network, genes))
    flat, bars = scores(found, columns, genes, settings)
    write_json(paths.METRICS / "flux.json", flat)
    write_figure("benchmark", plots.plot_table("benchmark", bars), name="flux", folder=paths.PLOTS)
    console.print(f"essential genes, flux and graph: MCC {flat['essential_both_mcc']:.3f}")


if __name__ == "__main__":
    run_stage(main, PARAMS)
