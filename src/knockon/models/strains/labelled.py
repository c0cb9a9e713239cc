"""From the stored dataset to labelled strains: the rows of one label, their side, and the arrays that models read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes, genotypes_from
from knockon.dataset.reconstruct import single_fitness
from knockon.dataset.splits import SIDES, seen_genes
from knockon.dataset.store import RecordStore
from knockon.dataset.subsets import nested_order, strata
from knockon.errors import KnockonError
from knockon.hashing import Hashes
from knockon.models.protocol import Examples

_COLUMNS = (
    "key", "dataset", "perturbations", "phenotype", "temperature", "value", "standard_error", "n", "reconstructed",
)  # fmt: skip

# Fewer rows with an error say little of the others: of ε, pairs measured twice report errors of two values.
_MOST = 0.9


@dataclass(frozen=True)
class Label:
    """What is predicted. phenotype: as in records. datasets: where its records come from, all if empty.

    temperature: °C of the strains, None for any.
    """

    phenotype: str
    datasets: tuple[str, ...] = ()
    temperature: float | None = None


@dataclass(frozen=True)
class LabelledStrains:
    """All strains of one label, in order of key, with the side that each stands on.

    keys: uint64 (rows,). side: int8 (rows,), index into SIDES; −1 for rows left out by the size. seen: int32, perturbed
    genes that training rows contain. measurements: int32, behind the value. standard_error: float64, NaN if unknown.
    without_vector: number of strains left out since the representation lacks one of their genes.
    """

    keys: Hashes
    side: NDArray[np.int8]
    seen: NDArray[np.int32]
    measurements: NDArray[np.int32]
    standard_error: NDArray[np.float64]
    examples: Examples
    without_vector: int

    def rows(self, side: str) -> NDArray[np.int64]:
        """Row numbers of a side."""
        return np.flatnonzero(self.side == SIDES.index(side))

    def part(self, side: str) -> Examples:
        """The strains of a side."""
        return self.examples.take(self.rows(side))


def labelled_strains(
    store: RecordStore,
    split: pa.Table,
    genes: tuple[str, ...],
    label: Label,
    size: int | None,
    seed: int,
    directed: pa.Table | None = None,
) -> LabelledStrains:
    """Gather the strains of a label.

    split: SPLIT_SCHEMA, in the order of the store. genes: sorted systematic names of the representation; strains with a
    gene that is not among them are left out and counted. size: number of training and validation rows together, the
    first of a nested order of equal composition; None for all. The test rows never depend on it. With a size,
    single-mutant fitness is known of those genes alone that its training strains perturb: who measured a thousand
    strains has not measured every single mutant. directed: DIRECTION_SCHEMA, the label's measurements of pairs by
    direction.
    Raises KnockonError where no row has the label, or the split is of another store.
    """
    if not np.array_equal(split["key"].to_numpy(), store.keys):
        raise KnockonError("the split was made from another dataset: run dvc repro yeast_split")
    chosen, genotypes, table, without_vector = _select(store, genes, label)
    sides = pc.index_in(split["split"].take(pa.array(chosen)), value_set=pa.array(SIDES)).to_numpy().astype(np.int8)
    errors = table["standard_error"].to_numpy()
    measurements = table["n"].to_numpy()
    keys = table["key"].to_numpy()
    sides = _limited(sides, keys, strata(table), size, seed)
    singles = _singles(store, genes, split, label.temperature, keys[sides < 0])
    if size is not None:
        singles[~_perturbed(genotypes.take(sides == SIDES.index("train")))] = np.nan
    by_query = None if directed is None or not len(directed) else _directions(keys, directed)
    weights = _weights(errors, measurements, sides == SIDES.index("train"))
    examples = Examples(genotypes, table["value"].to_numpy(), weights, singles, by_query)
    return LabelledStrains(
        keys=keys,
        side=sides,
        seen=seen_genes(sides, genotypes),
        measurements=measurements,
        standard_error=errors,
        examples=examples,
        without_vector=without_vector,
    )


def _select(
    store: RecordStore, genes: tuple[str, ...], label: Label
) -> tuple[NDArray[np.int64], Genotypes, pa.Table, int]:
    """Positions, genotypes and columns of the label's rows, and how many of its rows `genes` do not cover."""
    positions, parts, start, without_vector = [], [], 0, 0
    for batch in store.batches(columns=_COLUMNS):
        mask = pc.equal(batch["phenotype"], label.phenotype)
        if label.datasets:
            mask = pc.and_(mask, _from_datasets(batch["dataset"], label.datasets))
        if label.temperature is not None:
            mask = pc.and_(mask, pc.fill_null(pc.equal(batch["temperature"], label.temperature), False))
        rows = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
        covered = rows[_covered(batch["perturbations"].take(pa.array(rows)), genes)]
        without_vector += len(rows) - len(covered)
        positions.append(start + covered)
        parts.append(batch.take(pa.array(covered)))
        start += batch.num_rows
    table = pa.concat_tables(parts) if parts else pa.table({name: [] for name in _COLUMNS})
    if not table.num_rows:
        wanted = ", ".join(label.datasets) or "any dataset"
        raise KnockonError(f"no record of {label.phenotype} from {wanted}: see yeast.dataset.labels in params.yaml")
    return np.concatenate(positions), genotypes_from(table["perturbations"], genes), table, without_vector


def _covered(perturbations: pa.ChunkedArray, genes: tuple[str, ...]) -> NDArray[np.bool_]:
    """True for strains all of whose perturbed genes are among `genes`, shape (strains,)."""
    strains = perturbations.combine_chunks()
    known = pc.is_in(pc.struct_field(strains.flatten(), "gene"), value_set=pa.array(genes, pa.string()))
    parents = pc.list_parent_indices(strains).to_numpy()
    missing = np.bincount(parents[~known.to_numpy(zero_copy_only=False)], minlength=len(strains))
    return missing == 0


def _from_datasets(names: pa.ChunkedArray, wanted: Sequence[str]) -> pa.ChunkedArray:
    """True where all names joined by + are wanted, so that nothing else was averaged in; once per distinct value."""
    distinct = pc.unique(names).to_pylist()
    chosen = [name for name in distinct if set(name.split("+")) <= set(wanted)]
    return pc.is_in(names, value_set=pa.array(chosen, pa.string()))


def _weights(
    errors: NDArray[np.float64], measurements: NDArray[np.int32], train: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Inverse variance where most training rows report it, else the number of measurements; mean 1 over these rows.

    A row without an error has the variance of one measurement, the median over training rows, by its measurements.
    """
    counts = np.maximum(measurements, 1).astype(np.float64)
    known = train & ~np.isnan(errors)
    if not known.any() or known.sum() < _MOST * train.sum():
        weights = counts
    else:
        variances = np.where(np.isnan(errors), np.median(errors[known] ** 2 * counts[known]) / counts, errors**2)
        # Reported errors of a few replicates can be absurdly small: half of the weight comes from a common floor.
        weights = 1.0 / (variances + np.median(errors[known] ** 2) + np.finfo(np.float64).tiny)
    return weights / weights[train if train.any() else slice(None)].mean()


def _perturbed(strains: Genotypes) -> NDArray[np.bool_]:
    """Which genes any of the strains perturbs, (genes,)."""
    return np.bincount(strains.indices, minlength=len(strains.genes)) > 0


def _directions(keys: Hashes, directed: pa.Table) -> NDArray[np.float64]:
    """The mean over datasets of each direction, shape (strains, 2), NaN where it was not measured."""
    order = np.argsort(keys)
    known = directed["key"].to_numpy()
    place = np.searchsorted(keys, known, sorter=order)
    row = order[np.minimum(place, len(keys) - 1)]
    found = keys[row] == known
    result = np.empty((len(keys), 2))
    for column, name in enumerate(("forward", "reverse")):
        values = directed[name].to_numpy()
        measured = found & ~np.isnan(values)
        counts = np.bincount(row[measured], minlength=len(keys))
        sums = np.bincount(row[measured], weights=values[measured], minlength=len(keys))
        result[:, column] = np.divide(sums, counts, out=np.full(len(keys), np.nan), where=counts > 0)
    return result


def _singles(
    store: RecordStore,
    genes: tuple[str, ...],
    split: pa.Table,
    temperature: float | None,
    left_out: Hashes,
) -> NDArray[np.float64]:
    """Single-mutant fitness by gene from training rows alone, NaN where none; deletions come before other alleles.

    left_out: keys of rows that the size leaves out.
    """
    values = np.full(len(genes), np.nan)
    if temperature is None:
        return values
    train = pc.equal(split["split"], "train").to_numpy(zero_copy_only=False) & ~np.isin(store.keys, left_out)
    parts, start = [], 0
    for batch in store.batches(columns=_COLUMNS):
        alone = pc.and_(
            pc.equal(batch["phenotype"], "fitness"), pc.equal(pc.list_value_length(batch["perturbations"]), 1)
        )
        parts.append(batch.filter(pc.and_(alone, pa.array(train[start : start + batch.num_rows]))))
        start += batch.num_rows
    table = single_fitness(pa.concat_tables(parts), temperature) if parts else None
    if table is None or not table.num_rows:
        return values
    places = pc.index_in(table["gene"], value_set=pa.array(genes)).to_numpy(zero_copy_only=False)
    deletion = pc.equal(table["kind"], "deletion").to_numpy(zero_copy_only=False)
    for chosen in (~deletion, deletion):
        known = chosen & ~np.isnan(places)
        values[places[known].astype(np.int64)] = table["value"].to_numpy()[known]
    return values


def _limited(sides: NDArray[np.int8], keys: Hashes, stratum: Hashes, size: int | None, seed: int) -> NDArray[np.int8]:
    """Leave out (−1) the training and validation rows beyond the first `size` of the nested order."""
    fitted = np.flatnonzero(sides < SIDES.index("test"))
    if size is None or size >= len(fitted):
        return sides
    order = nested_order(keys[fitted], stratum[fitted], seed)
    limited = sides.copy()
    limited[fitted[order[size:]]] = -1
    return limited
