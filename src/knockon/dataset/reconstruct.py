"""Double-mutant fitness where only ε was published: f_ab = f_a·f_b + ε, the definition of ε turned round.

ε = f_ab − f_a·f_b is the multiplicative model of Mani et al. 2008 (doi 10.1073/pnas.0712255105), as SGA uses it. The
result is not a measurement: its record says `reconstructed`, and most of its variance comes from f_a·f_b, so a score
on it says little about ε.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset import identity
from knockon.dataset.aggregate import (
    floats,
    join_names,
    joined_names,
    missing_where_nan,
    segment_starts,
    summed_counts,
    weighted_means,
)
from knockon.dataset.records import AGGREGATED_SCHEMA, RECORD_SCHEMA
from knockon.hashing import Hashes, combine, hash_column

SINGLES_SCHEMA = pa.schema(
    [
        pa.field("gene", pa.string(), nullable=False, metadata={"unit": "systematic name"}),
        pa.field("kind", pa.string(), nullable=False, metadata={"unit": "one of PERTURBATION_KINDS"}),
        pa.field("dataset", pa.string(), nullable=False, metadata={"unit": "names joined by +"}),
        pa.field("value", pa.float64(), nullable=False, metadata={"unit": "fitness, wild type = 1"}),
        pa.field("standard_error", pa.float64(), metadata={"unit": "fitness; missing if unknown"}),
        RECORD_SCHEMA.field("n"),
    ]
)
"""Single-mutant fitness of a gene in one way of perturbing it: the mean over its strains and alleles."""


def single_fitness(records: pa.Table, temperature: float) -> pa.Table:
    """Single-mutant fitness at a temperature (°C): SINGLES_SCHEMA, sorted by gene and kind.

    records: raw or aggregated; needs perturbations, phenotype, temperature, dataset, value, standard_error and n.
    Strains of one gene and kind are averaged as in aggregate.py. Reconstructed values are not used.
    """
    singles = _singles(records, temperature)
    if not len(singles):
        return SINGLES_SCHEMA.empty_table()
    perturbed, _ = identity.flat(singles["perturbations"])
    genes, kinds, alleles = (pc.struct_field(perturbed, name) for name in ("gene", "kind", "allele"))
    sortable = pa.table({"gene": genes, "kind": kinds, "allele": alleles})
    for name in ("value", "standard_error"):
        sortable = sortable.append_column(name, singles[name])
    # Value and error break the last ties, so that sums don't depend on the order in which records came.
    order = pc.sort_indices(sortable, sort_keys=[(name, "ascending") for name in sortable.schema.names])
    singles, genes, kinds = singles.take(order), genes.take(order), kinds.take(order)
    starts = segment_starts(strain_hashes(genes, kinds))
    means = weighted_means(floats(singles["value"]), floats(singles["standard_error"]), starts)
    columns = [
        genes.take(pa.array(starts)),
        kinds.take(pa.array(starts)),
        joined_names(singles["dataset"], starts),
        pa.array(means.value),
        missing_where_nan(means.standard_error),
        summed_counts(singles["n"], starts),
    ]
    return pa.Table.from_arrays(columns, schema=SINGLES_SCHEMA)


def _singles(records: pa.Table, temperature: float) -> pa.Table:
    wanted = pc.and_(
        pc.and_(pc.equal(records["phenotype"], "fitness"), pc.equal(records["temperature"], temperature)),
        pc.and_(pc.equal(pc.list_value_length(records["perturbations"]), 1), pc.invert(records["reconstructed"])),
    )
    return records.filter(wanted)


def strain_hashes(genes: pa.Array, kinds: pa.Array) -> Hashes:
    """Hash of gene and kind, uint64 (rows,)."""
    return combine([hash_column(genes), hash_column(kinds)])


def reconstruct(interactions: pa.Table, singles: pa.Table) -> pa.Table:
    """Fitness of the double mutants in `interactions` (AGGREGATED_SCHEMA; other rows are passed over), sorted by key.

    singles: SINGLES_SCHEMA at the temperature of the interactions. Pairs with a gene of unknown fitness are left out.
    The standard error is propagated to first order, σ² = (f_b σ_a)² + (f_a σ_b)² + σ_ε², and missing where one of the
    three is.
    """
    pairs = interactions.filter(
        pc.and_(
            pc.equal(interactions["phenotype"], "interaction"),
            pc.equal(pc.list_value_length(interactions["perturbations"]), 2),
        )
    )
    rows = _find(pairs["perturbations"], singles)
    known = (rows >= 0).all(axis=1)
    pairs, rows = pairs.filter(pa.array(known)), rows[known]
    fitness, errors = floats(singles["value"])[rows], floats(singles["standard_error"])[rows]
    interaction_errors = floats(pairs["standard_error"])
    variance = (fitness[:, ::-1] * errors) ** 2
    computed = {
        "dataset": _joined(pairs["dataset"], singles["dataset"].combine_chunks(), rows),
        "phenotype": pa.repeat("fitness", len(pairs)),
        "value": pa.array(fitness.prod(axis=1) + floats(pairs["value"])),
        "standard_error": missing_where_nan(np.sqrt(variance.sum(axis=1) + interaction_errors**2)),
        "p_value": pa.nulls(len(pairs), pa.float64()),
        "spread": pa.nulls(len(pairs), pa.float64()),
        "reference": pa.array(np.ones(len(pairs))),
        "reconstructed": pa.repeat(True, len(pairs)),
    }
    return _keyed({name: computed.get(name, pairs[name]) for name in AGGREGATED_SCHEMA.names})


def _keyed(columns: dict[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    """The rows with the key of their new phenotype, sorted by it; the group stays."""
    columns["key"] = pa.array(identity.keys(pa.table(columns)))
    table = pa.Table.from_arrays([columns[name] for name in AGGREGATED_SCHEMA.names], schema=AGGREGATED_SCHEMA)
    return table.take(pa.array(np.argsort(table["key"].to_numpy())))


def _find(perturbations: pa.ChunkedArray, singles: pa.Table) -> NDArray[np.int64]:
    """Rows of `singles` for the two genes of every strain, int64 (strains, 2); −1 where there is none."""
    perturbed, _ = identity.flat(perturbations)
    wanted = strain_hashes(pc.struct_field(perturbed, "gene"), pc.struct_field(perturbed, "kind"))
    known = strain_hashes(singles["gene"].combine_chunks(), singles["kind"].combine_chunks())
    if not len(known):
        return np.full((len(wanted) // 2, 2), -1, dtype=np.int64)
    order = np.argsort(known)
    places = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return np.where(known[places] == wanted, places, -1).reshape(-1, 2)


def _joined(screens: pa.ChunkedArray, standards: pa.Array, rows: NDArray[np.int64]) -> pa.Array:
    """Datasets of the interaction and of both fitness values, each once, sorted, joined by +; string (strains,)."""
    columns = [screens.combine_chunks(), standards.take(pa.array(rows[:, 0])), standards.take(pa.array(rows[:, 1]))]
    encoded = [column.dictionary_encode() for column in columns]
    sizes = [len(column.dictionary) for column in encoded]
    codes = np.ravel_multi_index([column.indices.to_numpy(zero_copy_only=False) for column in encoded], sizes)
    combinations, inverse = np.unique(codes, return_inverse=True)
    parts = np.unravel_index(combinations, sizes)
    names = [column.dictionary.to_pylist() for column in encoded]
    texts = [join_names(names[place][code] for place, code in enumerate(row)) for row in zip(*parts, strict=True)]
    return pa.array(texts, type=pa.string()).take(pa.array(inverse))
