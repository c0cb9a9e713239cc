"""How a strain of several deletions grows: single mutants measured or predicted, ε measured, predicted, or taken as 0.

f of a set is the product of its single mutants' fitness and what its pairs' interactions add to it (as
`serving/strain_fitness.py` has it for one strain); interactions of three genes are taken as 0, with the spread of the
measured ones as their error. Wild type = 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask, Matrix, Values
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.store import RecordStore
from knockon.models.designs.candidates import SetEffects

TEMPERATURE = 30.0
"""°C, of the measurements that count where a strain has any of it."""
_DELETION = "deletion"
_PLAIN_ERROR = 0.05
"""Standard error of a measured fitness or ε of which none is stated: that of a typical colony screen."""

Pairs = list[tuple[str, str]]
PredictPairs = Callable[[Pairs], tuple[Values, Values]]
"""ε of pairs and its expected deviation, by a trained model; both (pairs,)."""


@dataclass(frozen=True)
class SingleFitness:
    """Fitness of single deletions and its standard error, float64 (genes,); which of them were measured."""

    genes: tuple[str, ...]
    values: Values
    errors: Values
    measured: Mask


@dataclass(frozen=True)
class PairEffects:
    """ε of pairs and its standard error, float64 (genes, genes), symmetric; which were measured.

    Those that were not: 0, with the spread of the measured ones as their error.
    """

    values: Matrix
    errors: Matrix
    measured: Mask

    @property
    def unknown(self) -> float:
        """The error of an ε that nobody measured or predicted: the spread of the measured ones."""
        known = self.values[np.triu(self.measured, 1)]
        return float(np.std(known)) if len(known) > 1 else _PLAIN_ERROR


@dataclass(frozen=True)
class StrainFitness:
    """Of each strain, float64 (strains,): the product of its single mutants, the prediction with ε, its deviation.

    of_singles: what of the deviation's square the errors of measured single mutants are. kinds: number of deletions and
    whether ε of all pairs was measured, as `kind_of` names them.
    """

    product: Values
    values: Values
    deviations: Values
    of_singles: Values
    kinds: np.ndarray

    def take(self, rows: np.ndarray) -> "StrainFitness":
        """The chosen strains."""
        columns = (self.product, self.values, self.deviations, self.of_singles, self.kinds)
        return StrainFitness(*(column[rows] for column in columns))


def kind_of(size: int, measured: bool) -> str:
    """How a kind of set is called: by its number of deletions, and whether ε of all its pairs was measured."""
    return f"{size} deletions, {'measured' if measured else 'assumed'} pairs"


@dataclass(frozen=True)
class MeasuredStrains:
    """All deletion strains of a store with one phenotype: fitness or ε."""

    strains: Genotypes
    values: Values
    errors: Values
    at_temperature: Mask


def read_measured(store: RecordStore, genes: tuple[str, ...], phenotype: str, size: int) -> MeasuredStrains:
    """Strains of `size` deletions among `genes`."""
    columns = ("perturbations", "phenotype", "value", "standard_error", "temperature")
    table = pa.concat_tables(list(store.batches(columns=columns)))
    strains = store.genotypes()
    place = {gene: number for number, gene in enumerate(genes)}
    number = np.array([place.get(gene, -1) for gene in strains.genes], dtype=np.int64)
    kinds = pc.struct_field(pc.list_flatten(table["perturbations"]), "kind")
    odd = ~pc.equal(kinds, _DELETION).to_numpy().astype(bool) | (number[strains.indices] < 0)
    bad = np.diff(np.concatenate([[0], np.cumsum(odd)])[strains.indptr]) > 0
    wanted = pc.equal(table["phenotype"], phenotype).to_numpy().astype(bool)
    rows = np.flatnonzero(wanted & (strains.counts == size) & ~bad)
    table, taken = table.take(rows), strains.take(rows)
    indices = number[taken.indices].astype(np.int32)
    errors = table["standard_error"].to_numpy(zero_copy_only=False).astype(np.float64)
    return MeasuredStrains(
        Genotypes(genes, taken.indptr, indices),
        table["value"].to_numpy().astype(np.float64),
        np.where(np.isfinite(errors) & (errors > 0), errors, _PLAIN_ERROR),
        pc.fill_null(pc.equal(table["temperature"], TEMPERATURE), True).to_numpy().astype(bool),
    )


def _averaged(found: MeasuredStrains, cell: np.ndarray, cells: int) -> tuple[Values, Values]:
    """Mean by inverse variance and its error, float64 (cells,), NaN where nothing was measured.

    cell: int64 (strains,). Where a cell has measurements at TEMPERATURE the others don't count.
    """
    has = np.bincount(cell, weights=found.at_temperature, minlength=cells) > 0
    kept = found.at_temperature | ~has[cell]
    weights = np.where(kept, found.errors**-2, 0.0)
    total = np.bincount(cell, weights=weights, minlength=cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cell, weights=weights * found.values, minlength=cells) / total
        error = total**-0.5
    return mean, np.where(total > 0, error, np.nan)


def measured_singles(store: RecordStore, genes: tuple[str, ...]) -> tuple[Values, Values]:
    """Fitness of single deletions and its error, float64 (genes,); NaN where it was not measured."""
    found = read_measured(store, genes, "fitness", 1)
    return _averaged(found, found.strains.indices.astype(np.int64), len(genes))


def single_fitness(
    store: RecordStore, genes: tuple[str, ...], predicted: tuple[Values, Values] | None
) -> SingleFitness:
    """Of every gene: measured, else predicted.

    predicted: fitness and deviation of each gene by a model; without it an unmeasured gene is taken to be like the
    average of those that were measured.
    """
    values, errors = measured_singles(store, genes)
    measured = np.isfinite(values)
    usual = np.full(len(genes), np.median(values[measured]) if measured.any() else 1.0)
    spread = np.full(len(genes), np.std(values[measured]) if measured.any() else 0.2)
    mean, deviation = (usual, spread) if predicted is None else predicted
    return SingleFitness(genes, np.where(measured, values, mean), np.where(measured, errors, deviation), measured)


def pair_effects(store: RecordStore, genes: tuple[str, ...]) -> PairEffects:
    """ε of all pairs of these genes as far as it was measured."""
    found, count = read_measured(store, genes, "interaction", 2), len(genes)
    pairs = np.sort(found.strains.indices.reshape(-1, 2).astype(np.int64), axis=1)
    cells, cell = np.unique(pairs[:, 0] * count + pairs[:, 1], return_inverse=True)
    mean, error = _averaged(found, cell, len(cells))
    values, errors = np.zeros((count, count), np.float32), np.full((count, count), np.nan, np.float32)
    first, second = cells // count, cells % count
    for one, two in ((first, second), (second, first)):
        values[one, two], errors[one, two] = mean, error
    effects = PairEffects(values, errors, np.isfinite(errors))
    errors[~effects.measured] = effects.unknown
    return effects


def triple_spread(store: RecordStore) -> float:
    """Root mean square of the measured interactions of three deletions; that of an error where none was measured."""
    values = read_measured(store, store.genotypes().genes, "interaction", 3).values
    return float(np.sqrt(np.mean(values**2))) if len(values) > 1 else _PLAIN_ERROR


def with_predicted(
    effects: PairEffects, genes: tuple[str, ...], strains: Genotypes, predict: PredictPairs
) -> PairEffects:
    """The same, with ε by a model for the pairs of these strains that nobody measured."""
    place = {gene: number for number, gene in enumerate(genes)}
    asked = set()
    for row in range(len(strains)):
        inside = strains.indices[strains.indptr[row] : strains.indptr[row + 1]].tolist()
        asked |= {(one, two) for number, one in enumerate(inside) for two in inside[number + 1 :]}
    pairs = sorted(
        tuple(sorted((strains.genes[one], strains.genes[two])))
        for one, two in asked
        if not effects.measured[place[strains.genes[one]], place[strains.genes[two]]]
    )
    if not pairs:
        return effects
    mean, deviation = predict([(one, two) for one, two in pairs])
    values, errors = effects.values.copy(), effects.errors.copy()
    first, second = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    for one, two in ((first, second), (second, first)):
        values[one, two], errors[one, two] = mean, deviation
    return PairEffects(values, errors, effects.measured)


def as_sums(singles: SingleFitness, pairs: PairEffects) -> SetEffects:
    """Fitness of sets as a sum over genes and pairs: exact up to two genes, near enough for three to be ranked by."""
    effects = singles.values - 1.0
    products = np.outer(effects, effects)
    return SetEffects(singles.genes, 1.0, effects, products + pairs.values.astype(np.float64))


def fitness_of(singles: SingleFitness, pairs: PairEffects, strains: Genotypes, triples: float = 0.0) -> StrainFitness:
    """Fitness of each strain over the same genes; errors are independent and small beside the values (first order).

    triples: error of the interaction of three genes, which is taken as 0.
    """
    product, values, deviations, of_singles = (np.ones(len(strains)) for _ in range(4))
    kinds = np.full(len(strains), kind_of(0, True), dtype="U40")
    for size in np.unique(strains.counts).tolist():
        rows = np.flatnonzero(strains.counts == size)
        members = strains.take(rows).indices.reshape(len(rows), size)
        each, error = singles.values[members], singles.errors[members]
        product[rows] = each.prod(axis=1)
        values[rows] = product[rows]
        square = np.full(len(rows), comb(size, 3) * triples**2)
        own, known = np.zeros(len(rows)), np.ones(len(rows), dtype=np.bool_)
        for place in range(size):
            part = (np.delete(each, place, axis=1).prod(axis=1) * error[:, place]) ** 2
            square += part
            own += np.where(singles.measured[members[:, place]], part, 0.0)
        for one in range(size):
            for two in range(one + 1, size):
                rest = np.delete(each, (one, two), axis=1).prod(axis=1)
                cell = members[:, one], members[:, two]
                values[rows] += pairs.values[cell] * rest
                square += (pairs.errors[cell] * rest) ** 2
                known &= pairs.measured[cell]
        deviations[rows], of_singles[rows] = np.sqrt(square), own
        kinds[rows] = np.where(known, kind_of(size, True), kind_of(size, False))
    return StrainFitness(product, values, deviations, of_singles, kinds)
