"""The metabolic model asked about sets of deletions: does the set grow, and what is left of a product's yield."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np

from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.linear_program import Status
from knockon.models.designs.flux.products import outcomes
from knockon.serving.design.evidence import FluxNote
from knockon.serving.design.flux_notes import PRECURSOR
from knockon.sources.design.metabolic_network import MetabolicNetwork, read_metabolic_network

SECONDS = 20.0
"""Limit of one linear program."""
LIMIT = 25.0
"""Of all that is asked for one batch, in seconds of the processor, so that a busy machine asks as much as an idle one.
What remains then is not asked, and that is said.
"""
_LEAST, _DEAD = 1e-3, 0.01
_SHARE = 0.9
"""Of its best growth that a strain keeps while its yield is told."""
_CHUNK = 60
"""Sets between two looks at the clock; the programs that all sets share are built again for each chunk."""

Genes = tuple[str, ...]


class ModelOfSets:
    """Sets in, a note a set out, each asked once. read: of the model; it is read when the first set is asked.

    A set of two genes or more of which the model has any gets a note, others none. A model that is damaged, or that
    does not grow itself, stops nobody: each set is told why nothing is told.
    """

    def __init__(
        self, read: Callable[[], MetabolicNetwork], phenotype: str, maximise: bool, seconds: float = LIMIT
    ) -> None:
        self._read, self._maximise, self._left = read, maximise, seconds
        self._limit = seconds
        self._product = PRECURSOR.get(phenotype, phenotype).removeprefix("reported ")
        self._known: dict[Genes, FluxNote | None] = {}
        self._unasked: set[Genes] = set()

    def __call__(self, sets: Sequence[Genes]) -> dict[Genes, FluxNote]:
        """Notes of the sets that have one."""
        new = [genes for genes in dict.fromkeys(sets) if genes not in self._known]
        for start in range(0, len(new), _CHUNK):
            if self._left <= 0:
                self._unasked |= set(new[start:])
                break
            began = time.process_time()
            chunk = new[start : start + _CHUNK]
            self._known |= dict.fromkeys(chunk) | self._tell(chunk)
            self._left -= time.process_time() - began
        notes = {genes: self._known.get(genes) for genes in sets}
        return {genes: note for genes, note in notes.items() if note is not None}

    def said(self) -> tuple[str, ...]:
        """What a person should know of it: how many sets were asked, and what a limit left out."""
        asked = sum(note is not None for note in self._known.values())
        of = f"of the {len(self._known):,} sets that promise most"
        found: tuple[str, ...] = ()
        if asked:
            found += (f"{of} the metabolic model was asked about {asked:,}: the others hold none of its genes",)
        left = len(self._unasked - self._known.keys())
        if left:
            limit = f"the metabolic model's limit of {self._limit:g} s of the processor was reached"
            found += (f"{limit}: {left:,} sets were not asked",)
        return found

    @cached_property
    def _network(self) -> MetabolicNetwork:
        return self._read()

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {gene: number for number, gene in enumerate(self._network.genes)}

    @cached_property
    def _cell(self) -> Cell:
        """In the medium that the model was shipped with. Without the product where that is no metabolite of it."""
        products: tuple[int, ...] = ()
        # A phenotype that is no metabolite: growth alone is told.
        with suppress(KnockonError):
            products = (self._network.product(self._product),)
        return Cell(self._network, None, products, SECONDS)

    def _tell(self, sets: list[Genes]) -> dict[Genes, FluxNote]:
        try:
            numbers = self._numbers
            asked = [genes for genes in sets if len(genes) > 1 and not numbers.keys().isdisjoint(genes)]
            return self._notes(asked) if asked else {}
        except KnockonError as error:
            return dict.fromkeys(sets, FluxNote(f"the metabolic model can't be asked ({error})", False))

    def _notes(self, asked: list[Genes]) -> dict[Genes, FluxNote]:
        deleted = [[self._numbers[gene] for gene in genes if gene in self._numbers] for genes in asked]
        growth, possible, guaranteed, statuses = self._outcomes([[], *deleted])
        return {
            genes: self._note(
                float(growth[row] / growth[0]), float(possible[row] / possible[0] - 1), float(guaranteed[row]),
                statuses[row],
                self._dead_alone(numbers),
            )
            for row, (genes, numbers) in enumerate(zip(asked, deleted, strict=True), 1)
        }  # fmt: skip

    def _outcomes(self, deleted: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[Status, ...]]:
        """Growth, most and least product of each set, NaN without the product, and how the worst program ended."""
        if self._cell.products:
            # A product that the model can't make: growth alone is told.
            with suppress(KnockonError):
                found = outcomes(self._cell, deleted, share=_SHARE)
                return found.growth, found.possible, found.guaranteed, found.statuses
        growths, nothing = self._cell.growths(deleted), np.full(len(deleted), np.nan)
        return growths.values, nothing, nothing, growths.statuses

    def _dead_alone(self, numbers: list[int]) -> str:
        """The first gene whose deletion alone does not grow, "" for none."""
        alone = self._cell.growths([(number,) for number in numbers]).values
        return next(
            (self._network.genes[number] for number, growth in zip(numbers, alone.tolist(), strict=True)
             if growth < _DEAD * self._cell.wild.value), "",
        )  # fmt: skip

    def _note(self, growth: float, change: float, guaranteed: float, status: Status, dead_alone: str) -> FluxNote:
        model, product = "in the metabolic model the strain", self._product
        if status == "unbounded":
            return FluxNote(f"{model} has no largest yield of {product}: a reaction lacks a bound", None)
        if status == "limit":
            return FluxNote(f"{model} could not be told: the solver hit its limit of {SECONDS:g} s", None)
        if growth < _DEAD:
            alone = f", nor does the deletion of {dead_alone} alone" if dead_alone else ""
            return FluxNote(f"{model} does not grow{alone}", False, dead=not dead_alone)
        if guaranteed > _LEAST:
            return FluxNote(f"{model} can't grow at its best without making {product}", self._maximise)
        grows = f"{model} grows at {growth:.0%} of the wild type"
        if np.isnan(change):
            return FluxNote(grows, None if growth > 1 - _LEAST else False)
        if abs(change) < _LEAST:
            return FluxNote(f"{grows}, its best yield of {product} unchanged", None if growth > 1 - _LEAST else False)
        way = "rises" if change > 0 else "falls"
        text = f"{grows}, and its best yield of {product} {way} by {abs(change):.1%}"
        return FluxNote(text, (change > 0) == self._maximise)


def model_of_sets(path: Path, phenotype: str, maximise: bool) -> ModelOfSets:
    """The model of a file."""
    return ModelOfSets(lambda: read_metabolic_network(path), phenotype, maximise)
