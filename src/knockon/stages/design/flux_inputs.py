"""What design_flux reads of the yeast study: single mutants' fitness, pairs' interactions, partners of genes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.arrays import Integers, Values
from knockon.models.designs.flux.evidence import Partners, partners_in
from knockon.sources.yeast.essential import read_essential_orfs
from knockon.stages.design import paths
from knockon.stages.yeast import paths as yeast

GROUPS = {
    "complex": (yeast.NETWORKS / "complexes.parquet", "complex"),
    "regulator": (yeast.NETWORKS / "regulation.parquet", "regulator"),
    "metabolite": (yeast.NETWORKS / "metabolites.parquet", "metabolite"),
    "subsystem": (yeast.NETWORKS / "subsystems.parquet", "subsystem"),
    "pathway": (yeast.TABLES / "pathways.parquet", "pathway"),
    "term": (yeast.TABLES / "annotations.parquet", "term"),
}
"""Kinds of groups whose genes are partners: the table and the column that names the group."""

READS = (paths.ESSENTIAL, yeast.RECORDS, yeast.TABLES, yeast.NETWORKS, yeast.DIRECTIONS)


@dataclass(frozen=True)
class Pairs:
    """Measured pairs of deletions: numbers of genes, first below second, each pair once; ε, mean over records."""

    first: Integers
    second: Integers
    values: Values


def _deletions(dataset: str, phenotype: str, count: int, temperature: float | None) -> tuple[pa.Table, pa.Array]:
    """Values and standard errors, and the deleted genes by record, count each, of records of deletions alone."""
    wanted = (pc.field("dataset") == dataset) & (pc.field("phenotype") == phenotype)
    if temperature is not None:
        wanted &= pc.field("temperature") == temperature
    table = pq.read_table(yeast.RECORDS, columns=["perturbations", "value", "standard_error"], filters=wanted)
    table = table.filter(pc.equal(pc.list_value_length(table["perturbations"]), count)).combine_chunks()
    parts = pc.list_flatten(table["perturbations"]).combine_chunks()
    kinds = pc.equal(pc.struct_field(parts, "kind"), "deletion").to_numpy(zero_copy_only=False)
    whole = kinds.reshape(-1, count).all(axis=1)
    names = pc.struct_field(parts, "gene").filter(pa.array(np.repeat(whole, count)))
    return table.filter(pa.array(whole)), names


def _numbers(names: pa.Array, genes: Sequence[str]) -> Integers:
    """The number of each name among the genes; -1 for others."""
    places = pc.fill_null(pc.index_in(names, value_set=pa.array(list(genes), pa.string())), -1)
    return places.to_numpy(zero_copy_only=False).astype(np.int64)


def single_fitness(dataset: str, temperature: float | None, genes: Sequence[str]) -> tuple[Values, Values]:
    """Mean fitness of each gene's deletion, wild type 1, and its standard error: float64 (genes,) each, or NaN.

    The files list most strains twice, as query and as array, with one number: errors are means, too.
    """
    table, names = _deletions(dataset, "fitness", 1, temperature)
    places = _numbers(names, genes)
    return _means(places, table["value"], len(genes)), _means(places, table["standard_error"], len(genes))


def _means(places: Integers, column: pa.ChunkedArray, size: int) -> Values:
    values = column.to_numpy().astype(np.float64)
    known = (places >= 0) & np.isfinite(values)
    counts = np.bincount(places[known], minlength=size)
    sums = np.bincount(places[known], weights=values[known], minlength=size)
    return np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)


def interactions(dataset: str, genes: Sequence[str]) -> Pairs:
    """Measured ε of the pairs of deletions whose genes are both among `genes`, sorted by pair."""
    table, names = _deletions(dataset, "interaction", 2, None)
    values = table["value"].to_numpy()
    places = np.sort(_numbers(names, genes).reshape(-1, 2), axis=1)
    known = (places[:, 0] >= 0) & (places[:, 0] < places[:, 1])
    keys, inverse = np.unique(places[known, 0] * len(genes) + places[known, 1], return_inverse=True)
    means = np.bincount(inverse, weights=values[known]) / np.bincount(inverse) if len(keys) else np.empty(0)
    return Pairs(keys // len(genes), keys % len(genes), means)


def directions(dataset: str) -> tuple[Values, Values]:
    """ε of all pairs that were measured both ways, by way."""
    wanted = (pc.field("dataset") == dataset) & (pc.field("phenotype") == "interaction")
    table = pq.read_table(yeast.DIRECTIONS, columns=["forward", "reverse"], filters=wanted)
    both = pc.and_(pc.is_valid(table["forward"]), pc.is_valid(table["reverse"]))
    table = table.filter(both)
    return table["forward"].to_numpy(), table["reverse"].to_numpy()


def all_genes(network: Iterable[str]) -> tuple[str, ...]:
    """Genes whose essentiality may be known: annotated ones, not dubious, and the metabolic model's; sorted."""
    table = pq.read_table(yeast.TABLES / "genes.parquet", columns=["id", "qualifier"])
    kept = table.filter(pc.not_equal(pc.fill_null(table["qualifier"], ""), "Dubious"))
    return tuple(sorted({*kept["id"].to_pylist(), *network}))


def essential_genes(genes: Sequence[str]) -> np.ndarray:
    """Which genes' deletion is lethal in rich medium, bool (genes,)."""
    listed = set(read_essential_orfs(paths.ESSENTIAL).table["gene"].to_pylist())
    return np.array([gene in listed for gene in genes])


def partners(genes: Sequence[str], confidence: int, largest: int) -> Partners:
    """Partners of genes by kind. confidence: of physical links, 0 to 1000. largest: groups above it say nothing."""
    links = {}
    for kind, (path, column) in GROUPS.items():
        table = pq.read_table(path, columns=["gene", column])
        places = _numbers(pc.cast(table["gene"], pa.string()).combine_chunks(), genes)
        groups: dict[str, list[int]] = {}
        for name, place in zip(table[column].to_pylist(), places.tolist(), strict=True):
            if place >= 0:
                groups.setdefault(name, []).append(place)
        small = {name: members for name, members in groups.items() if len(set(members)) <= largest}
        links[kind] = partners_in(small, len(genes))
    links["physical"] = _physical(genes, confidence)
    return Partners(tuple(links), tuple(links.values()))


def _physical(genes: Sequence[str], confidence: int) -> sp.csr_matrix:
    """STRING's physical links by experiments alone, weighted by their confidence."""
    wanted = pc.field("experiments") >= confidence
    table = pq.read_table(yeast.NETWORKS / "physical.parquet", columns=["gene", "other", "experiments"], filters=wanted)
    ends = [_numbers(pc.cast(table[name], pa.string()).combine_chunks(), genes) for name in ("gene", "other")]
    known = (ends[0] >= 0) & (ends[1] >= 0) & (ends[0] != ends[1])
    weights = table["experiments"].to_numpy()[known] / 1000
    matrix = sp.csr_matrix((weights, (ends[0][known], ends[1][known])), shape=(len(genes), len(genes)))
    both: sp.csr_matrix = matrix.maximum(matrix.T).tocsr()
    return both
