"""The metabolic model asked about the strains of a batch: does the set grow, and what is left of a product's yield."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.products import outcomes
from knockon.serving.design.evidence import FluxNote
from knockon.serving.design.flux_notes import PRECURSOR
from knockon.sources.design.metabolic_network import MetabolicNetwork, read_metabolic_network

SECONDS = 20.0
"""Limit of one linear program."""
_LEAST, _DEAD = 1e-3, 0.01
_SHARE = 0.9
"""Of its best growth that a strain keeps while its yield is told."""


def read_set_notes(
    path: Path, phenotype: str, maximise: bool, sets: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], FluxNote]:
    """The same as `set_notes` by a model's file, in the medium that it was shipped with.

    A model that is damaged, or that does not grow itself, stops nobody: each set is told why nothing is told.
    """
    try:
        return set_notes(read_metabolic_network(path), phenotype, maximise, sets)
    except KnockonError as error:
        return dict.fromkeys(sets, FluxNote(f"the metabolic model can't be asked ({error})", False))


def set_notes(
    network: MetabolicNetwork, phenotype: str, maximise: bool, sets: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], FluxNote]:
    """A note a set of two genes or more, of which the network has any; others have none."""
    numbers = {gene: number for number, gene in enumerate(network.genes)}
    asked = [genes for genes in sets if len(genes) > 1 and not numbers.keys().isdisjoint(genes)]
    if not asked:
        return {}
    product = PRECURSOR.get(phenotype, phenotype).removeprefix("reported ")
    deleted = [[], *([numbers[gene] for gene in genes if gene in numbers] for genes in asked)]
    growth, possible, guaranteed, limited = _outcomes(network, product, deleted)
    return {
        genes: _note(product, maximise, growth[row] / growth[0], _change(possible, row), guaranteed[row], limited[row])
        for row, genes in enumerate(asked, 1)
    }


def _outcomes(
    network: MetabolicNetwork, product: str, deleted: list[list[int]]
) -> tuple[Values, Values, Values, list[bool]]:
    """Growth, most and least product of each set, and whether a limit stopped the solver; NaN without the product."""
    try:
        cell = Cell(network, None, (network.product(product),), SECONDS)
        found = outcomes(cell, deleted, share=_SHARE)
    except KnockonError:
        # A phenotype that is no metabolite, or one that the model can't make: growth alone is told.
        growths = Cell(network, None, (), SECONDS).growths(deleted)
        nothing = np.full(len(deleted), np.nan)
        return growths.values, nothing, nothing, [status not in _ENDED for status in growths.statuses]
    return found.growth, found.possible, found.guaranteed, [status not in _ENDED for status in found.statuses]


_ENDED = ("optimal", "infeasible")


def _change(possible: Values, row: int) -> float:
    return float(possible[row] / possible[0] - 1)


def _note(product: str, maximise: bool, growth: float, change: float, guaranteed: float, limited: bool) -> FluxNote:
    model = "in the metabolic model the strain"
    if limited:
        return FluxNote(f"{model} could not be told: the solver hit its limit of {SECONDS:g} s", None)
    if growth < _DEAD:
        return FluxNote(f"{model} does not grow", False)
    if guaranteed > _LEAST:
        return FluxNote(f"{model} can't grow at its best without making {product}", maximise)
    grows = f"{model} grows at {growth:.0%} of the wild type"
    if np.isnan(change):
        return FluxNote(grows, None if growth > 1 - _LEAST else False)
    if abs(change) < _LEAST:
        return FluxNote(f"{grows}, its best yield of {product} unchanged", None if growth > 1 - _LEAST else False)
    way = "rises" if change > 0 else "falls"
    return FluxNote(f"{grows}, and its best yield of {product} {way} by {abs(change):.1%}", (change > 0) == maximise)
