"""Single-mutant measurements: the SGA fitness standards, and the growth of the Kemmeren deletion strains."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, solid
from knockon.sources.text import read_delimited, to_float
from knockon.sources.yeast.measurements import RowChecks
from knockon.sources.yeast.sga_names import alleles_of, read_sga_strains
from knockon.sources.yeast.sga_queries import parse_queries

GROWTH_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("gene", pa.string(), "deleted gene, common name as written"),
        column("relative_doubling_time", pa.float64(), "log2 of the doubling time relative to wild type"),
    ]
)


def read_smf(
    path: Path, strains: Path | None = None, temperature: float | None = None, query_kind: str = "unknown"
) -> ReadResult:
    """Read a single-mutant fitness standard (tab, no header: strain, fitness, SD) into MEASUREMENT_SCHEMA.

    Fitness is colony size relative to wild type (1 = wild type); the standard of Costanzo et al. 2016, Science 353,
    aaf1420. Strains without a value are rejected with the reason "no value". A query strain with two genes (the
    trigenic standards hold such) gives its second gene as perturbation b.

    Args:
        path: the file.
        strains: the SGA list of strains, from which allele names are taken; without it a ts allele is `ts` + number,
            which parts some strains of one allele and joins a few of two.
        temperature: °C, written to every row; the file itself does not say it.
        query_kind: kind of the perturbations of strains whose name does not tell it (`tm`).
    """
    block = read_delimited(path, ["strain", "fitness", "deviation"], header=False)
    table = block.table
    checks = RowChecks(path, table["line"])
    alleles = None if strains is None else alleles_of(table["strain"], read_sga_strains(strains).table)
    first, second, wrong = parse_queries(table["strain"], query_kind, alleles)
    checks.refuse(wrong, table["strain"], "the strain names no gene, or more than two")
    fitness, fitness_bad = to_float(table["fitness"])
    deviation, deviation_bad = to_float(table["deviation"])
    checks.refuse(fitness_bad, table["fitness"], "fitness is not a number")
    checks.refuse(pc.is_null(fitness), table["strain"], "no value")
    checks.check_deviation(deviation, deviation_bad, table["deviation"])
    columns = {**first.columns("a"), **second.columns("b"), "value": fitness, "standard_deviation": deviation}
    if temperature is not None:
        columns["temperature"] = pa.repeat(float(temperature), len(table))
    return checks.result([checks.phenotype("fitness", columns)], block.rejects)


def read_kemmeren_growth(path: Path) -> ReadResult:
    """Read the growth of deletion strains (csv: commonName, log2relT) into GROWTH_SCHEMA.

    log2 of doubling time relative to wild type (O'Duibhir et al. 2014, Mol. Syst. Biol. 10, 732): another quantity than
    colony fitness, so it has a schema of its own and no measurement rows.
    """
    header = ["commonName", "log2relT"]
    block = read_delimited(path, ["gene", "time"], delimiter=",", expected_header=header, quoted=True)
    refusals = Refusals(path, block.table["line"])
    time, bad = to_float(block.table["time"])
    refusals.refuse_empty(block.table, "gene")
    refusals.refuse(bad, block.table["time"], "log2 of the relative doubling time is not a number")
    refusals.refuse(pc.is_null(time), block.table["gene"], "no value")
    columns = [block.table["line"], solid(block.table["gene"]), time]
    return refusals.finish(pa.Table.from_arrays(columns, schema=GROWTH_SCHEMA), block.rejects)
