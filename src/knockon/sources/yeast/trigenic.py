"""Trigenic interaction tables: Kuzmin et al. 2018, Science 360, eaao1729, and 2020, Science 368, eaaz5667.

τ = ε_abc − ε_ab·f_c − ε_ac·f_b, the interaction of three genes that those of two do not explain (2018, equation 3).
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import solid
from knockon.sources.text import read_delimited, to_float
from knockon.sources.yeast.measurements import RowChecks
from knockon.sources.yeast.sga_names import alleles_of, parse_strains, read_sga_strains
from knockon.sources.yeast.sga_queries import parse_queries, read_assignment

_REQUIRED = {
    "query": ("query strain id",),
    "array": ("array strain id",),
    "score": ("adjusted genetic interaction score (epsilon or tau)",),
    "p_value": ("p-value",),
    "fitness": ("double/triple mutant fitness", "combined mutant fitness"),
    "deviation": (
        "double/triple mutant fitness standard deviation",
        "combined mutant fitness standard deviation",
    ),
}
_OPTIONAL = {
    "query_allele": ("query allele name",),
    "array_allele": ("array allele name",),
    "query_fitness": ("query single/double mutant fitness",),
}


def read_trigenic(
    path: Path,
    assignment: Path | None = None,
    strains: Path | None = None,
    query_kind: str = "unknown",
    control_fitness: bool = True,
) -> ReadResult:
    """Read a table of adjusted digenic and trigenic scores (tab, with header) into MEASUREMENT_SCHEMA.

    Columns are found by name: those of the published tables (12 columns; `Double/triple mutant fitness` in 2020,
    `Combined mutant fitness` in 2018) or of the scoring programme's own output (6 columns). A line gives an
    `interaction` (τ for three perturbed genes, the adjusted ε for two) and a `fitness`. Query strains with a neutral
    control gene count as single mutants, so their lines are digenic.

    Args:
        path: the file.
        assignment: the list of query strains (see `sga_queries.read_assignment`), which tells kinds of perturbation.
        strains: the SGA list of strains, which names the alleles of array strains where the table does not.
        query_kind: kind of the query's perturbations where neither the assignment nor the allele's name tells it.
        control_fitness: false where the query fitness of control strains was not known to the scoring programme and the
            file does not say so: the fitness of those lines is relative to the query strain, and is rejected.

    Raises:
        FormatError: a required column is missing.
    """
    block = read_delimited(path, None)
    table = _rename(path, block.table)
    checks = RowChecks(path, table["line"])
    kinds = None if assignment is None else read_assignment(assignment).table
    query, second, wrong = parse_queries(table["query"], query_kind, _optional(table, "query_allele"), kinds)
    alleles = _optional(table, "array_allele")
    if alleles is None and strains is not None:
        alleles = alleles_of(table["array"], read_sga_strains(strains).table)
    array = parse_strains(table["array"], alleles)
    checks.refuse(wrong, table["query"], "the query strain names no gene, or more than two")
    checks.refuse(pc.equal(array.gene, ""), array.strain, "no array strain")
    shared = {**query.columns("a"), **array.columns("b"), **second.columns("c")}
    relative = _relative_fitness(table, pc.is_null(second.gene), control_fitness)
    return _scores_and_fitness(checks, block, table, shared, relative)


def _scores_and_fitness(
    checks: RowChecks, block: ReadResult, table: pa.Table, shared: dict[str, pa.Array], relative: pa.Array
) -> ReadResult:
    numbers = {name: to_float(table[name]) for name in ("score", "p_value", "fitness", "deviation")}
    for name in ("score", "fitness"):
        checks.refuse(numbers[name][1], table[name], f"{name} is not a number")
    checks.check_probability(*numbers["p_value"], table["p_value"])
    checks.check_deviation(*numbers["deviation"], table["deviation"])
    for name in ("score", "fitness"):
        checks.report(pc.is_null(numbers[name][0]), table["query"], f"no {name}")
    fitness = numbers["fitness"][0]
    checks.report(
        pc.and_(relative, pc.is_valid(fitness)), table["fitness"], "fitness relative to a query of unknown fitness"
    )
    fitness = pc.if_else(relative, pa.scalar(None, pa.float64()), fitness)
    parts = [
        checks.phenotype("interaction", {**shared, "value": numbers["score"][0], "p_value": numbers["p_value"][0]}),
        checks.phenotype("fitness", {**shared, "value": fitness, "standard_deviation": numbers["deviation"][0]}),
    ]
    return checks.result(parts, block.rejects)


def _rename(path: Path, table: pa.Table) -> pa.Table:
    """Give the columns our names; the others are dropped."""
    have = {name.casefold(): name for name in table.column_names}
    columns = {"line": table["line"]}
    for name, spellings in {**_REQUIRED, **_OPTIONAL}.items():
        found = next((have[spelling] for spelling in spellings if spelling in have), None)
        if found is not None:
            columns[name] = table[found]
        elif name in _REQUIRED:
            raise FormatError(f"{path}: the header has no column {spellings[0]!r}; is it another format?")
    return pa.table(columns)


def _optional(table: pa.Table, name: str) -> pa.ChunkedArray | None:
    return table[name] if name in table.column_names else None


def _relative_fitness(table: pa.Table, is_control: pa.Array, control_fitness: bool) -> pa.Array:
    """True where the combined fitness is relative to the query strain, because the query's own is unknown."""
    if (known := _optional(table, "query_fitness")) is not None:
        return pc.is_null(to_float(solid(known))[0])
    return is_control if not control_fitness else pa.repeat(False, len(is_control))
