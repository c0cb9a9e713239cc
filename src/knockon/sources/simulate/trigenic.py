"""Trigenic screens in the form of Kuzmin et al. 2018 (Science 360, eaao1729), data file S1, and the query assignment.

A double-mutant query is crossed to the array, and so are its two single-mutant controls, which carry HO (YDL227C) as
a neutral second deletion. Half of the queries' genes share a module, as the published queries were chosen among
interacting pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.arrays import Integers
from knockon.errors import KnockonError
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.screens import LINKAGE, NOISE, p_value_text
from knockon.sources.simulate.strains import DAMP, DELETION, Alleles
from knockon.sources.simulate.text import Decimals, Text, as_text, join_rows, write_lines
from knockon.sources.simulate.triples import COLD, Cells, true_cells
from knockon.sources.simulate.world import World

HEADER = (
    "Query strain ID\tQuery allele name\tArray strain ID\tArray allele name\tCombined mutant type\t"
    "Raw genetic interaction score (epsilon)\tAdjusted genetic interaction score (epsilon or tau)\tP-value\t"
    "Query single/double mutant fitness\tArray single mutant fitness\tCombined mutant fitness\t"
    "Combined mutant fitness standard deviation\n"
)
TRUTH_SCHEMA = pa.schema(
    [
        pa.field("query_strain", pa.string()),
        pa.field("array_strain", pa.string()),
        pa.field("interaction", pa.float32(), metadata={"unit": "true τ, or ε of a control, fitness"}),
        pa.field("fitness", pa.float32(), metadata={"unit": "true fitness of all mutations together"}),
    ]
)
NEUTRAL = "YDL227C"
_MISSING = 0.06
_BLOCK = 200_000
_SCORE = Decimals(-2.5, 2.5, 4)
_FITNESS = Decimals(0, 3, 4)


@dataclass(frozen=True)
class Queries:
    """Double-mutant queries as alleles, and the numbers of their tm strains: double, first alone, second alone."""

    first: Integers
    second: Integers
    arrays: Integers
    numbers: Integers  # (3, queries)


def write_trigenic(folder: Path, truth: Path, world: World) -> None:
    """Write the scores, the assignment of query strains, and the true values in the rows' order."""
    folder.mkdir(parents=True, exist_ok=True)
    queries = _choose(world)
    write_lines(folder / "assignment_file_170328.csv", _assignment_lines(world, queries))
    with (
        (folder / "aao1729_data_s1.tsv").open("wb") as file,
        pq.ParquetWriter(truth / "triples.parquet", TRUTH_SCHEMA, compression="zstd") as table,
    ):
        file.write(HEADER.encode())
        for text, rows in _blocks(world, queries):
            file.write(text)
            table.write_table(rows)


def _choose(world: World) -> Queries:
    """Choose queries and arrays whose product is the wanted number of triples. Raises KnockonError where it can't."""
    random = world.settings.generator("trigenic", "strains")
    usable = (world.alleles.kind != DAMP) & (world.genes.systematic[world.alleles.gene] != NEUTRAL)
    arrays = random.permutation(np.flatnonzero(usable & (world.alleles.array != "")))
    width = int(np.clip(round((8 * world.settings.triples) ** 0.5), 10, len(arrays)))
    wanted = max(1, round(world.settings.triples / (1 - _MISSING) / width))
    first, second = _candidates(random, world, 8 * wanted + 100)
    one, other = world.alleles.gene[first], world.alleles.gene[second]
    good = usable[first] & usable[second] & (world.alleles.query[first] != "") & (world.alleles.array[second] != "")
    good &= ~_linked(world.genes, one, other)
    _, unique = np.unique(np.stack([first, second])[:, good], axis=1, return_index=True)
    chosen = np.flatnonzero(good)[np.sort(unique)][:wanted]
    if len(chosen) < wanted:
        raise KnockonError(
            f"simulated yeast: {world.settings.triples:,} triples are too many for {len(world.genes):,} genes; "
            f"ask for at most {len(chosen) * width:,}, or for more genes"
        )
    numbers = random.permutation(3 * wanted).reshape(3, wanted) + 1
    return Queries(first[chosen], second[chosen], np.sort(arrays[:width]), numbers)


def _candidates(random: np.random.Generator, world: World, count: int) -> tuple[Integers, Integers]:
    """Pairs of alleles, every other one of two members of one module."""
    order = np.argsort(world.alleles.part_module, kind="stable")
    start = np.searchsorted(world.alleles.part_module[order], np.arange(world.planted.modules + 1))
    part = random.integers(0, len(world.alleles.part_allele), count)
    module = world.alleles.part_module[part]
    partner = start[module] + (random.random(count) * (start[module + 1] - start[module])).astype(np.int64)
    anyone = random.integers(0, len(world.alleles), count)
    second = np.where(np.arange(count) % 2 == 0, world.alleles.part_allele[order[partner]], anyone)
    return world.alleles.part_allele[part], second


def _linked(genes: Genes, one: Integers, other: Integers) -> NDArray[np.bool_]:
    near = np.abs(genes.start[one] - genes.start[other]) < LINKAGE
    return (genes.chromosome[one] == genes.chromosome[other]) & near


@dataclass(frozen=True)
class _Strains:
    """Query strains of one kind (double mutants, or one of the two controls) and their allele names."""

    strain: list[str]
    allele: list[str]
    mutant: str  # trigenic or digenic


def _blocks(world: World, queries: Queries) -> Iterator[tuple[bytes, pa.Table]]:
    """Text and truth, block of queries by block; within a block the double mutants, then the controls."""
    step = max(1, _BLOCK // len(queries.arrays))
    place = world.alleles.gene[queries.arrays][None, :]
    for begin in range(0, len(queries.first), step):
        random = world.settings.generator("trigenic", begin)
        chosen = slice(begin, begin + step)
        first, second = queries.first[chosen], queries.second[chosen]
        linked = np.zeros((len(first), len(queries.arrays)), dtype=bool)
        for query in (first, second):
            linked |= _linked(world.genes, world.alleles.gene[query][:, None], place)
        true = true_cells(world, first, second, queries.arrays)
        for cells, strains in zip(true, _query_strains(world, queries, chosen), strict=True):
            kept = ~linked & (random.random(linked.shape) > _MISSING)
            yield _rows(random, world, queries.arrays, cells, strains, kept)


def _query_strains(world: World, queries: Queries, chosen: slice) -> Iterator[_Strains]:
    """Names of the double mutants and of both controls, `YAL015C+YDL227C_tm461` and `ntg1Δ+hoΔ`."""
    first, second = queries.first[chosen], queries.second[chosen]
    genes, alleles = world.genes.systematic, world.alleles
    one, other, neither = genes[alleles.gene[first]], genes[alleles.gene[second]], np.full(len(first), NEUTRAL)
    named, also, unnamed = allele_labels(alleles, first), allele_labels(alleles, second), np.full(len(first), "hoΔ")
    kinds = (
        ("trigenic", (one, other), (named, also)),
        ("digenic", (one, neither), (named, unnamed)),
        ("digenic", (neither, other), (unnamed, also)),
    )
    for numbers, (mutant, pair, labels) in zip(queries.numbers[:, chosen], kinds, strict=True):
        strain = [f"{a}+{b}_tm{number}" for a, b, number in zip(*pair, numbers, strict=True)]
        yield _Strains(strain, [f"{a}+{b}" for a, b in zip(*labels, strict=True)], mutant)


def allele_labels(alleles: Alleles, chosen: Integers) -> NDArray[np.str_]:
    """Names as the trigenic tables write them: a deletion ends in Δ."""
    return np.char.add(alleles.name[chosen], np.where(alleles.kind[chosen] == DELETION, "Δ", ""))


def _rows(
    random: np.random.Generator,
    world: World,
    arrays: Integers,
    cells: Cells,
    strains: _Strains,
    kept: NDArray[np.bool_],
) -> tuple[bytes, pa.Table]:
    """Measure the kept cells: their text and their truth."""
    row, column = np.nonzero(kept)
    array = arrays[column]
    spread = NOISE * np.exp(0.4 * random.standard_normal(len(row)))
    noise = world.settings.noise * spread * random.standard_normal(len(row))
    adjusted, raw = cells.interaction[kept] + noise, cells.raw[kept] + noise
    fitness, deviation = np.clip(cells.fitness[kept] + noise, 0, 3), np.clip(1.1 * spread, 0.0001, 1.5)
    # A query in sixteen has no fitness of its own.
    own = np.where(random.random(len(strains.strain)) < 1 / 16, np.nan, np.clip(cells.query_fitness, 0, 3))
    single = _FITNESS.text(world.alleles.measured[COLD])
    columns: list[Text | str] = [as_text(strains.strain)[row], as_text(strains.allele)[row]]
    columns += [as_text(world.alleles.array)[array], as_text(allele_labels(world.alleles, arrays))[column]]
    columns += [strains.mutant, _SCORE.text(raw), _SCORE.text(adjusted), p_value_text(adjusted, deviation)]
    columns += [_FITNESS.text(own)[row], single[array], _FITNESS.text(fitness), _FITNESS.text(deviation)]
    names = [
        pa.array(strains.strain).take(pa.array(row)),
        pa.array(world.alleles.array.tolist()).take(pa.array(array)),
    ]
    true = [pa.array(values[kept].astype(np.float32)) for values in (cells.interaction, cells.fitness)]
    return join_rows(columns), pa.Table.from_arrays([*names, *true], schema=TRUTH_SCHEMA)


def _assignment_lines(world: World, queries: Queries) -> Iterator[str]:
    """Parents of each query: the first from the query collection, the second from the array."""
    yield "StrainID1\tORF1\tStrainID2\tORF2\tDMstrainID\tSM1strainID\tSM2strainID\tAnnotation"
    for first, second, numbers in zip(queries.first, queries.second, queries.numbers.T, strict=True):
        parents = [world.alleles.query[first].split("_")[1], world.alleles.array[second].split("_")[1]]
        names = world.genes.systematic[world.alleles.gene[[first, second]]]
        strains = "\t".join(f"tm{number}" for number in numbers)
        yield f"{parents[0]}\t{names[0]}\t{parents[1]}\t{names[1]}\t{strains}\tsimulated"
