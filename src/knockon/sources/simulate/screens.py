"""The three pair files of Costanzo 2016: every query strain against every array strain, with SGA's noise.

The noise was fitted once to the metabolic part of the published ε matrix (727 x 726 genes; tests/sources/simulate
compares quantiles and the correlation of A x B with B x A): its standard deviation is a product of a query, an array
and a cell factor, and is larger for sick double mutants.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError
from knockon.progress import progress_bar
from knockon.sources.simulate.epistasis import Rectangle, rectangle
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import DELETION, TEMPERATURES
from knockon.sources.simulate.text import Decimals, Text, as_text, join_rows
from knockon.sources.simulate.world import World

HEADER = (
    "Query Strain ID\tQuery allele name\tArray Strain ID\tArray allele name\tArraytype/Temp\t"
    "Genetic interaction score (ε)\tP-value\tQuery single mutant fitness (SMF)\tArray SMF\t"
    "Double mutant fitness\tDouble mutant fitness standard deviation\n"
)
FILES = ("SGA_NxN.txt", "SGA_ExN_NxE.txt", "SGA_ExE.txt")
TRUTH_SCHEMA = pa.schema(
    [
        pa.field("query_strain", pa.string()),
        pa.field("array_strain", pa.string()),
        pa.field("temperature", pa.int8(), metadata={"unit": "°C"}),
        pa.field("interaction", pa.float32(), metadata={"unit": "true ε, fitness relative to wild type"}),
    ]
)
# Genes closer than this recombine too seldom for a double mutant (Costanzo 2016).
LINKAGE = 30_000
BLOCK_CELLS = 250_000

NOISE = 0.0248  # median standard deviation of ε where both mutants are healthy
_QUERY_SPREAD, _ARRAY_SPREAD, _SICKNESS = 0.32, 0.27, 1.2
_QUANTILES = [NormalDist().inv_cdf((i + 0.5) / 4096) for i in range(4096)]
# The cell factor: log-normal, and one cell in a hundred is an outlier of another batch.
_CELL_FACTOR = np.round(np.exp(0.28 * np.array(_QUANTILES)), 6)
_CELL_FACTOR[::96] *= 3
_REPORTED_FACTOR = np.round(1.1 * np.exp(0.2 * np.array(_QUANTILES)), 6)
# One-sided normal p-values of |ε| / SD in steps of 0.01, as the SGA score files give them.
_STEP, _STEPS = 0.01, 3700
_P_VALUES = as_text([f"{NormalDist().cdf(-_STEP * i):.3e}" for i in range(_STEPS)])


@dataclass(frozen=True)
class Screen:
    """One rectangle of one file: alleles of the queries (repeats follow each other) and of the arrays."""

    file: str
    array_type: str
    cells: Rectangle

    @property
    def size(self) -> int:
        """Number of double mutants, before any is missing."""
        return len(self.cells.queries) * len(self.cells.arrays)


def choose_alleles(world: World) -> tuple[Integers, Integers]:
    """Choose query and array alleles whose rectangle holds the wanted number of rows, most genes in both.

    Raises KnockonError where the genes' strains do not suffice.
    """
    settings = world.settings
    order = settings.generator("screens").permutation(len(world.alleles))
    queries, arrays = (order[names[order] != ""] for names in (world.alleles.query, world.alleles.array))
    cells = settings.pairs / (0.91 * settings.repeats)
    number = min(round(cells**0.5), len(queries))
    columns = min(round(cells / number), len(arrays))
    number = round(cells / columns)
    if number > len(queries):
        largest = int(0.91 * settings.repeats * len(queries) * len(arrays))
        raise KnockonError(
            f"simulated yeast: {settings.pairs:,} pair rows are too many for {settings.genes:,} genes, whose strains "
            f"give about {largest:,}; ask for fewer pairs or for more genes"
        )
    return np.sort(queries[: max(number, 2)]), np.sort(arrays[: max(columns, 2)])


def make_screens(world: World) -> list[Screen]:
    """Part the chosen strains by essentiality and temperature, as the published files are."""
    queries, arrays = choose_alleles(world)
    # Deletion x deletion is screened at 30 °C; what touches a temperature-sensitive allele mostly at 26 °C.
    warm = world.settings.generator("temperatures").random(len(queries)) < 0.2
    deletion = world.alleles.kind[queries] == DELETION
    screens = []
    for essential_query in (False, True):
        for collection in ("DMA", "TSA"):
            columns = arrays[(world.alleles.kind[arrays] == DELETION) == (collection == "DMA")]
            for index, temperature in enumerate(TEMPERATURES):
                at_30 = warm if essential_query or collection == "TSA" else np.ones_like(warm)
                rows = queries[(deletion != essential_query) & (at_30 == (temperature == 30))]
                file = FILES[int(essential_query) + int(collection == "TSA")]
                if len(rows) and len(columns):
                    rows = np.repeat(rows, world.settings.repeats)
                    cells = rectangle(world.planted, world.alleles, rows, columns, index)
                    screens.append(Screen(file, f"{collection}{temperature}", cells))
    return screens


def write_screens(folder: Path, truth: Path, world: World, screens: list[Screen]) -> None:
    """Write the pair files block by block, and the true ε of each row (truth, Parquet, in the files' row order)."""
    folder.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    with progress_bar() as bar:
        task = bar.add_task("simulated pairs", total=sum(screen.size for screen in screens))
        for name in FILES:
            target = truth / f"interactions_{name.removeprefix('SGA_').removesuffix('.txt')}.parquet"
            with (
                (folder / name).open("wb") as file,
                pq.ParquetWriter(target, TRUTH_SCHEMA, compression="zstd") as table,
            ):
                file.write(HEADER.encode())
                for screen in screens:
                    if screen.file == name:
                        for rows, true, cells in _blocks(world, screen):
                            file.write(rows)
                            table.write_table(true)
                            bar.advance(task, cells)


_INTERACTION = Decimals(-1.6, 1.6, 4)
_FITNESS = Decimals(0.0, 3.0, 4)


@dataclass(frozen=True)
class _Texts:
    """What every row of a screen repeats, as text by allele."""

    query: Text
    array: Text
    name: Text
    single: Text


def _texts(screen: Screen) -> _Texts:
    alleles = screen.cells.alleles
    single = _FITNESS.text(alleles.measured[screen.cells.temperature])
    return _Texts(as_text(alleles.query), as_text(alleles.array), as_text(alleles.name), single)


def _blocks(world: World, screen: Screen) -> Iterator[tuple[bytes, pa.Table, int]]:
    """Text, truth and number of cells of one block of queries after another."""
    cells = screen.cells
    step = max(1, BLOCK_CELLS // len(cells.arrays))
    factors, texts = _factors(world.settings, screen), _texts(screen)
    for first in range(0, len(cells.queries), step):
        last = min(first + step, len(cells.queries))
        random = world.settings.generator("screen", screen.file, screen.array_type, first)
        true = cells.true(first, last)
        kept = _present(random, world.genes, screen, first, last, factors)
        row, column = np.nonzero(kept)
        if len(row):
            measured = _measure(random, world.settings, screen, first, last, true, factors)
            chosen = [values[row, column] for values in measured]
            text = _rows(screen, texts, first + row, column, chosen)
            yield text, _truth(screen, first + row, column, true[row, column]), kept.size


@dataclass(frozen=True)
class _Factors:
    """Noise and missing-value factors of each query and each array strain."""

    query_noise: Values
    array_noise: Values
    query_missing: Values
    array_missing: Values


def _factors(settings: SimulationSettings, screen: Screen) -> _Factors:
    random = settings.generator("factors", screen.file, screen.array_type)
    queries, arrays = len(screen.cells.queries), len(screen.cells.arrays)
    return _Factors(
        query_noise=np.exp(_QUERY_SPREAD * random.standard_normal(queries)),
        array_noise=np.exp(_ARRAY_SPREAD * random.standard_normal(arrays)),
        query_missing=np.exp(-3.75 + 0.95 * random.standard_normal(queries)).clip(0, 0.6),
        array_missing=np.exp(-3.1 + 0.45 * random.standard_normal(arrays)).clip(0, 0.6),
    )


def _present(
    random: np.random.Generator, genes: Genes, screen: Screen, first: int, last: int, factors: _Factors
) -> np.ndarray:
    """Which double mutants were measured: not of one gene, not linked, and the colony grew."""
    alleles, queries, arrays = screen.cells.alleles, screen.cells.queries[first:last], screen.cells.arrays
    query, array = alleles.gene[queries][:, None], alleles.gene[arrays][None, :]
    near = (genes.chromosome[query] == genes.chromosome[array]) & (
        np.abs(genes.start[query] - genes.start[array]) < LINKAGE
    )
    failed = random.random((len(queries), len(arrays)), dtype=np.float32)
    limit = factors.query_missing[first:last, None] + factors.array_missing[None, :]
    return ~near & (failed > limit)


def _measure(
    random: np.random.Generator,
    settings: SimulationSettings,
    screen: Screen,
    first: int,
    last: int,
    true: Values,
    factors: _Factors,
) -> tuple[Values, Values, Values]:
    """Measured ε, double-mutant fitness, and its reported standard deviation; all of shape (last - first, arrays)."""
    cells = screen.cells
    product = cells.products(first, last)
    sick = 1 + _SICKNESS * np.clip(1 - product, 0, 1)
    spread = NOISE * sick * factors.query_noise[first:last, None] * factors.array_noise[None, :]
    spread *= _CELL_FACTOR[random.integers(0, 4096, true.shape, dtype=np.uint16)]
    noise = settings.noise * spread * random.standard_normal(true.shape)
    measured = cells.alleles.measured[cells.temperature]
    known = measured[cells.queries[first:last]][:, None] * measured[cells.arrays][None, :]
    expected = np.where(np.isnan(known), product, known)
    interaction = np.clip(true + noise, -expected, 1.5)
    reported = spread * _REPORTED_FACTOR[random.integers(0, 4096, true.shape, dtype=np.uint16)]
    return interaction, np.clip(expected + interaction, 0, 3), np.clip(reported, 0.0001, 1.5)


def _rows(screen: Screen, texts: _Texts, row: Integers, column: Integers, measured: list[Values]) -> bytes:
    """The text of the measured double mutants."""
    interaction, fitness, deviation = measured
    queries, arrays = screen.cells.queries[row], screen.cells.arrays[column]
    columns: list[Text | str]
    columns = [texts.query[queries], texts.name[queries], texts.array[arrays], texts.name[arrays], screen.array_type]
    columns += [
        _INTERACTION.text(interaction),
        p_value_text(interaction, deviation),
        texts.single[queries],
        texts.single[arrays],
    ]
    return join_rows([*columns, _FITNESS.text(fitness), _FITNESS.text(deviation)])


def p_value_text(score: Values, deviation: Values) -> Text:
    """One-sided normal p-values of scores with these standard deviations."""
    return _P_VALUES[np.minimum(np.abs(score) / deviation * (1 / _STEP), _STEPS - 1).astype(np.int64)]


def _truth(screen: Screen, row: Integers, column: Integers, true: Values) -> pa.Table:
    """Strains and true ε of the rows just written."""
    cells = screen.cells
    queries = pa.array(cells.alleles.query.tolist()).take(pa.array(cells.queries[row]))
    arrays = pa.array(cells.alleles.array.tolist()).take(pa.array(cells.arrays[column]))
    temperature = pa.array(np.full(len(row), TEMPERATURES[cells.temperature], dtype=np.int8))
    values = pa.array(true.astype(np.float32))
    return pa.Table.from_arrays([queries, arrays, temperature, values], schema=TRUTH_SCHEMA)
