"""Phenotypes of many values (metabolome, morphology, expression) in one long form: a row a strain and component.

A component that a source does not give for a strain has no row. Components are named as the source names them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.sources.reading import ReadResult, in_order, no_rejects, rejects_table
from knockon.sources.tables import column, solid
from knockon.sources.text import to_float

# Few distinct texts stand in millions of rows, hence dictionaries.
_WORD = pa.dictionary(pa.int32(), pa.string())

PROFILE_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("strain", _WORD, "strain as the source writes it"),
        column("genes", pa.list_(pa.string()), "deleted genes as the source writes them; none for the wild type"),
        column("phenotype", _WORD, "metabolome, morphology or expression"),
        column("component", _WORD, "amino acid, CalMorph parameter, or gene whose expression was measured"),
        column("value", pa.float64(), "in the unit that the column unit names"),
        column("unit", _WORD, "unit of the value"),
    ]
)


def numbers(path: Path, rows: pa.Table, names: Sequence[str]) -> tuple[NDArray[np.float64], pa.Table]:
    """Turn text columns into a matrix, shape (rows, names), NaN where a value is missing or refused.

    Returns the matrix and the rejects: each cell that is neither a number nor a word for a missing one.
    """
    values = np.empty((len(rows), len(names)))
    rejects = [no_rejects()]
    for place, name in enumerate(names):
        cells, bad = to_float(rows[name])
        values[:, place] = cells.to_numpy(zero_copy_only=False)
        if pc.any(bad).as_py():
            texts = solid(rows[name]).filter(bad)
            rejects.append(rejects_table(path, solid(rows["line"]).filter(bad), texts, f"{name}: not a number"))
    return values, pa.concat_tables(rejects)


def profiles(
    lines: NDArray[np.int64],
    strains: pa.Array,
    genes: pa.Array,
    components: pa.Array,
    values: NDArray[np.float64],
    phenotype: str,
    unit: str,
) -> pa.Table:
    """Bring a matrix into PROFILE_SCHEMA, strain by strain; NaN has no row.

    Args:
        lines: the line of each value, shape (strains, 1) or (1, components).
        strains: string, shape (strains,).
        genes: list<string>, shape (strains,).
        components: string, shape (components,).
        values: shape (strains, components).
        phenotype: the same for all rows.
        unit: the same for all rows.
    """
    strain, component = np.nonzero(~np.isnan(values))
    zeros = pa.array(np.zeros(len(strain), dtype=np.int32))
    columns = {
        "line": np.broadcast_to(lines, values.shape)[strain, component],
        "strain": pa.DictionaryArray.from_arrays(pa.array(strain, pa.int32()), strains),
        "genes": genes.take(pa.array(strain)),
        "phenotype": pa.DictionaryArray.from_arrays(zeros, pa.array([phenotype])),
        "component": pa.DictionaryArray.from_arrays(pa.array(component, pa.int32()), components),
        "value": values[strain, component],
        "unit": pa.DictionaryArray.from_arrays(zeros, pa.array([unit])),
    }
    return pa.Table.from_pydict(columns, schema=PROFILE_SCHEMA)


def one_gene_each(genes: pa.Array) -> pa.Array:
    """A list of one gene for each single-deletion strain."""
    return pa.ListArray.from_arrays(pa.array(np.arange(len(genes) + 1, dtype=np.int32)), genes)


def in_line_order(table: pa.Table, rejects: Sequence[pa.Table]) -> ReadResult:
    """A result with all rejects in the order of their lines."""
    joined = pa.concat_tables([no_rejects(), *rejects])
    return ReadResult(table, in_order(joined))
