"""Digenic interaction tables of the SGA laboratories: Costanzo et al. 2016, Science 353, aaf1420.

ε = f_ab − f_a·f_b, the double mutant's fitness against the product of the single mutants' (equation 1 there; the score
follows Baryshnikova et al. 2010, Nature Methods 7, 1017).
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.blocks import BLOCK_BYTES
from knockon.sources.reading import ReadResult
from knockon.sources.text import read_delimited, stream_delimited, to_float
from knockon.sources.yeast.measurements import RowChecks, concat_results
from knockon.sources.yeast.sga_names import encode, parse_strains
from knockon.sources.yeast.sga_queries import parse_queries

_PAIR_COLUMNS = {
    "query": "Query Strain ID",
    "query_allele": "Query allele name",
    "array": "Array Strain ID",
    "array_allele": "Array allele name",
    "array_type": "Arraytype/Temp",
    "score": "Genetic interaction score (ε)",
    "p_value": "P-value",
    "query_fitness": "Query single mutant fitness (SMF)",
    "array_fitness": "Array SMF",
    "double_fitness": "Double mutant fitness",
    "double_deviation": "Double mutant fitness standard deviation",
}
_NAMES = ("query", "query_allele", "array", "array_allele", "array_type")

_SCORE_COLUMNS = [
    "query",
    "array",
    "score",
    "score_deviation",
    "p_value",
    "query_fitness",
    "query_deviation",
    "array_fitness",
    "array_deviation",
    "expected",
    "double_fitness",
    "double_deviation",
]


def read_sga_pairs(path: Path) -> ReadResult:
    """Read a whole pair-wise interaction file into MEASUREMENT_SCHEMA; see `stream_sga_pairs`."""
    return concat_results(list(stream_sga_pairs(path)))


def stream_sga_pairs(path: Path, block_bytes: int = BLOCK_BYTES) -> Iterator[ReadResult]:
    """Read `SGA_NxN.txt`, `SGA_ExE.txt` or `SGA_ExN_NxE.txt` (tab, 11 columns with a header) block by block.

    Each line gives up to two measurements: `interaction` (ε with its p-value) and `fitness` (of the double mutant, with
    its standard deviation). The array type's digits are the temperature (DMA30 → 30 °C). The single-mutant fitness
    columns are constants of the screen, not measurements of the line, and are left out. Within a block the interactions
    stand before the fitness values.
    """
    keep = [name for name in _PAIR_COLUMNS if name not in ("query_fitness", "array_fitness")]
    blocks = stream_delimited(
        path,
        list(_PAIR_COLUMNS),
        expected_header=list(_PAIR_COLUMNS.values()),
        keep=keep,
        dictionary=_NAMES,
        block_bytes=block_bytes,
    )
    for block in blocks:
        yield _pairs_of_block(path, block)


def _pairs_of_block(path: Path, block: ReadResult) -> ReadResult:
    table = block.table
    checks = RowChecks(path, table["line"])
    query = parse_strains(table["query"], table["query_allele"])
    array = parse_strains(table["array"], table["array_allele"])
    checks.refuse(pc.equal(query.gene, ""), query.strain, "no query strain")
    checks.refuse(pc.equal(array.gene, ""), array.strain, "no array strain")
    temperature = _temperature(checks, table["array_type"])
    return _scores_and_fitness(checks, block, {**query.columns("a"), **array.columns("b"), "temperature": temperature})


def _temperature(checks: RowChecks, array_type: pa.ChunkedArray) -> pa.Array:
    encoded = encode(array_type)
    digits = pc.struct_field(pc.extract_regex(encoded.dictionary, r"(?P<celsius>[0-9]{2})$"), "celsius")
    temperature = pc.cast(digits, pa.float64()).take(encoded.indices)
    checks.refuse(pc.is_null(temperature), array_type, "the array type names no temperature (as in DMA30)")
    return temperature


def _scores_and_fitness(checks: RowChecks, block: ReadResult, shared: dict[str, pa.Array]) -> ReadResult:
    """Check the number columns of a block and give its interaction rows followed by its fitness rows."""
    table = block.table
    names = ("score", "p_value", "double_fitness", "double_deviation")
    (score, score_bad), (p_value, p_bad), (fitness, fitness_bad), (deviation, deviation_bad) = (
        to_float(table[name]) for name in names
    )
    checks.refuse(score_bad, table["score"], "interaction score is not a number")
    checks.refuse(fitness_bad, table["double_fitness"], "fitness is not a number")
    checks.check_probability(p_value, p_bad, table["p_value"])
    checks.check_deviation(deviation, deviation_bad, table["double_deviation"])
    checks.report(pc.is_null(score), table["score"], "no interaction score")
    checks.report(pc.is_null(fitness), table["double_fitness"], "no fitness")
    parts = [
        checks.phenotype("interaction", {**shared, "value": score, "p_value": p_value}),
        checks.phenotype("fitness", {**shared, "value": fitness, "standard_deviation": deviation}),
    ]
    return checks.result(parts, block.rejects)


def read_sga_scores(path: Path, query_kind: str = "unknown") -> ReadResult:
    """Read the raw output of the SGA scoring programme (tab, 12 columns, no header) into MEASUREMENT_SCHEMA.

    Columns: query, array, score, its SD, p-value, query fitness, SD, array fitness, SD, expected and measured
    double-mutant fitness, SD. The score stands in units of colony size there (about 511 to a fitness of 1), so ε is
    taken as measured − expected fitness, which is the score in units of fitness; its SD is the fitness's. Where the
    query's fitness is unknown, the double mutant's is relative to the query strain: such rows give ε alone, and their
    fitness is rejected. `query_kind` is the kind of perturbation in strains whose name does not tell it (`tm`).
    """
    block = read_delimited(path, _SCORE_COLUMNS, header=False, dictionary=["query", "array"])
    table = block.table
    checks = RowChecks(path, table["line"])
    query, second, wrong = parse_queries(table["query"], query_kind)
    checks.refuse(wrong, table["query"], "the query strain names no gene, or more than two")
    array = parse_strains(table["array"])
    shared = {**query.columns("a"), **array.columns("b"), **second.columns("c")}
    numbers = {name: to_float(table[name]) for name in ("expected", "double_fitness", "double_deviation", "p_value")}
    for name in ("expected", "double_fitness"):
        values, bad = numbers[name]
        checks.refuse(pc.or_(bad, pc.is_null(values)), table[name], f"{name.replace('_', ' ')}: no number")
    checks.check_probability(*numbers["p_value"], table["p_value"])
    checks.check_deviation(*numbers["double_deviation"], table["double_deviation"])
    fitness, deviation = numbers["double_fitness"][0], numbers["double_deviation"][0]
    relative = pc.is_null(to_float(table["query_fitness"])[0])
    checks.report(relative, table["double_fitness"], "fitness relative to a query strain of unknown fitness")
    score = pc.subtract(fitness, numbers["expected"][0])
    absolute = pc.if_else(relative, pa.scalar(None, pa.float64()), fitness)
    shared["standard_deviation"] = deviation
    parts = [
        checks.phenotype("interaction", {**shared, "value": score, "p_value": numbers["p_value"][0]}),
        checks.phenotype("fitness", {**shared, "value": absolute}),
    ]
    return checks.result(parts, block.rejects)
