"""Trigenic screens in the form of Kuzmin et al. 2018 (Science 360, eaao1729), data file S1, and the query assignment.

A double-mutant query is crossed to the array, and so are its two single-mutant controls, which carry HO (YDL227C) as
a neutral second deletion. τ = f_abc - f_a f_b f_c - ε_ab f_c - ε_ac f_b - ε_bc f_a. Half of the queries' genes share a
module, as the published queries were chosen among interacting pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.sources.simulate.epistasis import Members, Rectangle, by_module, expand, module_fitness, rectangle
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.planted import Floats, Integers, Planted
from knockon.sources.simulate.screens import LINKAGE, NOISE, p_value_text
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import DAMP, DELETION, Alleles
from knockon.sources.simulate.text import Decimals, Text, as_text, join_rows, write_lines

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
_COLD = 0  # index of 26 °C
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


@dataclass(frozen=True)
class Cells:
    """True values of one kind of query against the arrays, shape (queries, arrays); the query's own fitness."""

    interaction: Floats
    raw: Floats
    fitness: Floats
    query_fitness: Floats


def write_trigenic(
    folder: Path, truth: Path, settings: SimulationSettings, genes: Genes, planted: Planted, alleles: Alleles
) -> None:
    """Write the scores, the assignment of query strains, and the true values in the rows' order."""
    folder.mkdir(parents=True, exist_ok=True)
    queries = _choose(settings, genes, planted, alleles)
    write_lines(folder / "assignment_file_170328.csv", _assignment_lines(genes, alleles, queries))
    with (
        (folder / "aao1729_data_s1.tsv").open("wb") as file,
        pq.ParquetWriter(truth / "triples.parquet", TRUTH_SCHEMA, compression="zstd") as table,
    ):
        file.write(HEADER.encode())
        for text, rows in _blocks(settings, genes, planted, alleles, queries):
            file.write(text)
            table.write_table(rows)


def _choose(settings: SimulationSettings, genes: Genes, planted: Planted, alleles: Alleles) -> Queries:
    """Choose queries and arrays whose product is the wanted number of triples. Raises KnockonError where it can't."""
    random = settings.generator("trigenic", "strains")
    usable = (alleles.kind != DAMP) & (genes.systematic[alleles.gene] != NEUTRAL)
    arrays = random.permutation(np.flatnonzero(usable & (alleles.array != "")))
    width = int(np.clip(round((8 * settings.triples) ** 0.5), 10, len(arrays)))
    wanted = max(1, round(settings.triples / (1 - _MISSING) / width))
    first, second = _candidates(random, alleles, planted, 8 * wanted + 100)
    one, other = alleles.gene[first], alleles.gene[second]
    good = usable[first] & usable[second] & (alleles.query[first] != "") & (alleles.array[second] != "")
    good &= ~_linked(genes, one, other)
    _, unique = np.unique(np.stack([first, second])[:, good], axis=1, return_index=True)
    chosen = np.flatnonzero(good)[np.sort(unique)][:wanted]
    if len(chosen) < wanted:
        raise KnockonError(
            f"simulated yeast: {settings.triples:,} triples are too many for {settings.genes:,} genes; "
            f"ask for at most {len(chosen) * width:,}, or for more genes"
        )
    numbers = random.permutation(3 * wanted).reshape(3, wanted) + 1
    return Queries(first[chosen], second[chosen], np.sort(arrays[:width]), numbers)


def _candidates(
    random: np.random.Generator, alleles: Alleles, planted: Planted, count: int
) -> tuple[Integers, Integers]:
    """Pairs of alleles, every other one of two members of one module."""
    order = np.argsort(alleles.part_module, kind="stable")
    start = np.searchsorted(alleles.part_module[order], np.arange(planted.modules + 1))
    part = random.integers(0, len(alleles.part_allele), count)
    module = alleles.part_module[part]
    partner = start[module] + (random.random(count) * (start[module + 1] - start[module])).astype(np.int64)
    anyone = random.integers(0, len(alleles), count)
    second = np.where(np.arange(count) % 2 == 0, alleles.part_allele[order[partner]], anyone)
    return alleles.part_allele[part], second


def _linked(genes: Genes, one: Integers, other: Integers) -> NDArray[np.bool_]:
    near = np.abs(genes.start[one] - genes.start[other]) < LINKAGE
    return (genes.chromosome[one] == genes.chromosome[other]) & near


def true_cells(
    planted: Planted, alleles: Alleles, first: Integers, second: Integers, arrays: Integers
) -> tuple[Cells, Cells, Cells]:
    """True values of double-mutant queries and of their first and second single-mutant controls."""
    left = rectangle(planted, alleles, first, arrays, _COLD)
    right = rectangle(planted, alleles, second, arrays, _COLD)
    own = rectangle(planted, alleles, first, second, _COLD)
    count, fitness = len(first), alleles.fitness[_COLD]
    a, b, c = fitness[first][:, None], fitness[second][:, None], fitness[arrays][None, :]
    ab, ratio_ab, shift_ab = (np.diag(values(0, count))[:, None] for values in (own.true, own.ratio, own.shift))
    ac, bc = left.true(0, count), right.true(0, count)
    together = ratio_ab * left.ratio(0, count) * right.ratio(0, count)
    _apply_third_order(together, planted, alleles, first, second, arrays)
    shift = shift_ab * c + left.shift(0, count) * b + right.shift(0, count) * a
    triple = np.clip(a * b * c * together + shift, 0, 1.5)
    tau = triple - a * b * c - ab * c - ac * b - bc * a
    double = Cells(tau, triple - (a * b + ab) * c, triple, (a * b + ab)[:, 0])
    return double, _control(left, ac, a, c), _control(right, bc, b, c)


def _control(cells: Rectangle, interaction: Floats, query: Floats, array: Floats) -> Cells:
    return Cells(interaction, interaction, query * array + interaction, query[:, 0])


def _apply_third_order(
    together: Floats, planted: Planted, alleles: Alleles, first: Integers, second: Integers, arrays: Integers
) -> None:
    """Where all three share a module, its pair terms do not suffice: g(abc) g(a) g(b) g(c) / (g(ab) g(ac) g(bc))."""
    left, right = (by_module(planted, alleles, chosen, _COLD) for chosen in (first, second))
    array = by_module(planted, alleles, arrays, _COLD)
    keys = [side.module * len(first) + side.position for side in (left, right)]
    common, place, other = np.intersect1d(keys[0], keys[1], return_indices=True)
    module = common // len(first)
    start = np.searchsorted(module, np.arange(planted.modules + 1))
    both = Members(common % len(first), module, left.activity[place], start)
    every = np.arange(planted.modules)
    link, row, column = expand(both, array, every, every)
    a, b, c = both.activity[row], right.activity[other][row], array.activity[column]
    above, below = np.ones(len(link)), np.ones(len(link))
    for activity in (a * b * c, a, b, c):
        above *= module_fitness(planted, link, activity)
    for activity in (a * b, a * c, b * c):
        below *= module_fitness(planted, link, activity)
    np.multiply.at(together, (both.position[row], array.position[column]), above / below)


def _blocks(
    settings: SimulationSettings, genes: Genes, planted: Planted, alleles: Alleles, queries: Queries
) -> Iterator[tuple[bytes, pa.Table]]:
    """Text and truth, block of queries by block; within a block the double mutants, then the controls."""
    step = max(1, _BLOCK // len(queries.arrays))
    for begin in range(0, len(queries.first), step):
        first, second = queries.first[begin : begin + step], queries.second[begin : begin + step]
        random = settings.generator("trigenic", begin)
        neutral, label = np.full(len(first), NEUTRAL), np.full(len(first), "hoΔ")
        one, other = genes.systematic[alleles.gene[first]], genes.systematic[alleles.gene[second]]
        names, named = allele_labels(alleles, first), allele_labels(alleles, second)
        kinds = ((one, other, names, named), (one, neutral, names, label), (neutral, other, label, named))
        true = true_cells(planted, alleles, first, second, queries.arrays)
        for row, (cells, (gene, partner, allele, another)) in enumerate(zip(true, kinds, strict=True)):
            number = queries.numbers[row, begin : begin + step]
            strain = [f"{a}+{b}_tm{n}" for a, b, n in zip(gene, partner, number, strict=True)]
            allele_pair = [f"{a}+{b}" for a, b in zip(allele, another, strict=True)]
            linked = np.zeros((len(first), len(queries.arrays)), dtype=bool)
            for query in (first, second):
                linked |= _linked(genes, alleles.gene[query][:, None], alleles.gene[queries.arrays][None, :])
            kept = ~linked & (random.random(linked.shape) > _MISSING)
            yield _rows(random, settings, alleles, queries, cells, kept, (strain, allele_pair, row == 0))


def allele_labels(alleles: Alleles, chosen: Integers) -> NDArray[np.str_]:
    """Names as the trigenic tables write them: a deletion ends in Δ."""
    return np.char.add(alleles.name[chosen], np.where(alleles.kind[chosen] == DELETION, "Δ", ""))


def _rows(
    random: np.random.Generator,
    settings: SimulationSettings,
    alleles: Alleles,
    queries: Queries,
    cells: Cells,
    kept: NDArray[np.bool_],
    query: tuple[list[str], list[str], bool],
) -> tuple[bytes, pa.Table]:
    """Measure the kept cells: their text and their truth."""
    strains, labels, is_triple = query
    row, column = np.nonzero(kept)
    array = queries.arrays[column]
    spread = NOISE * np.exp(0.4 * random.standard_normal(len(row)))
    noise = settings.noise * spread * random.standard_normal(len(row))
    adjusted, raw = cells.interaction[kept] + noise, cells.raw[kept] + noise
    fitness = np.clip(cells.fitness[kept] + noise, 0, 3)
    # A query in sixteen has no fitness of its own.
    own = np.where(random.random(len(strains)) < 1 / 16, np.nan, np.clip(cells.query_fitness, 0, 3))
    deviation = np.clip(1.1 * spread, 0.0001, 1.5)
    single = np.clip(alleles.measured[_COLD], 0, 3)
    columns: list[Text | str] = [as_text(strains)[row], as_text(labels)[row], as_text(alleles.array)[array]]
    columns += [as_text(allele_labels(alleles, queries.arrays))[column], "trigenic" if is_triple else "digenic"]
    columns += [_SCORE.text(raw), _SCORE.text(adjusted), p_value_text(adjusted, deviation)]
    columns += [_FITNESS.text(own)[row], _FITNESS.text(single)[array], _FITNESS.text(fitness), _FITNESS.text(deviation)]
    names = [pa.array(strains).take(pa.array(row)), pa.array(alleles.array.tolist()).take(pa.array(array))]
    true = [pa.array(values[kept].astype(np.float32)) for values in (cells.interaction, cells.fitness)]
    return join_rows(columns), pa.Table.from_arrays([*names, *true], schema=TRUTH_SCHEMA)


def _assignment_lines(genes: Genes, alleles: Alleles, queries: Queries) -> Iterator[str]:
    """Parents of each query: the first from the query collection, the second from the array."""
    yield "StrainID1\tORF1\tStrainID2\tORF2\tDMstrainID\tSM1strainID\tSM2strainID\tAnnotation"
    for first, second, numbers in zip(queries.first, queries.second, queries.numbers.T, strict=True):
        parents = [alleles.query[first].split("_")[1], alleles.array[second].split("_")[1]]
        names = genes.systematic[alleles.gene[[first, second]]]
        strains = "\t".join(f"tm{number}" for number in numbers)
        yield f"{parents[0]}\t{names[0]}\t{parents[1]}\t{names[1]}\t{strains}\tsimulated"
