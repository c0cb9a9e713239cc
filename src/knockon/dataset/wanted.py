"""Wanted phenotypes by gene: one value a gene, out of files that name genes in their own way and may name one twice."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers, Values
from knockon.sources.reading import REJECT_SCHEMA
from knockon.sources.tables import column, solid
from knockon.sources.yeast.names import GeneNames

WANTED_SCHEMA = pa.schema(
    [
        column("phenotype", pa.string(), "name of the wanted phenotype"),
        column("group", pa.string(), "betaxanthin, metabolome, literature or growth: the block of features it is in"),
        column("gene", pa.string(), "systematic name of the deleted gene"),
        column("value", pa.float64(), "in the phenotype's unit; 1 or 0 of the literature"),
        column("error", pa.float64(), "standard error in the same unit; missing where not reported", nullable=True),
        column("strains", pa.int32(), "rows of the file that name the gene"),
    ]
)

# Two strains of one gene whose values differ by more standard errors disagree.
_DISAGREE = 4.0


def resolved(file: str, rows: pa.Table, names: GeneNames, written: str = "gene") -> tuple[pa.Table, pa.Table]:
    """Rows whose name is of one known gene, `gene` its systematic name; and the others as rejects.

    rows: `line`, `gene`, and `written`, the name as it stands in the file.
    """
    found, reasons = names.resolve(rows["gene"])
    good = pc.is_valid(found)
    odd = pc.invert(good)
    rejects = REJECT_SCHEMA.empty_table()
    if pc.any(odd).as_py():
        lines, texts = (solid(rows[name]).filter(odd) for name in ("line", written))
        rejects = pa.Table.from_arrays(
            [pa.repeat(file, len(lines)), lines, texts, reasons.filter(odd)], schema=REJECT_SCHEMA
        )
    place = rows.column_names.index("gene")
    return rows.set_column(place, rows.schema.field("gene"), found).filter(good), rejects


def one_a_gene(file: str, rows: pa.Table, values: Values, errors: Values) -> tuple[pa.Table, pa.Table]:
    """One value a gene, by inverse variance: gene, value, error, strains; and a note of every gene of several rows.

    rows: `line` and `gene`. errors: NaN where unknown; then the mean counts all alike.
    """
    genes, place = np.unique(np.asarray(rows["gene"].to_pylist(), dtype=str), return_inverse=True)
    known = np.isfinite(errors) & (errors > 0)
    every = np.bincount(place, weights=known) == np.bincount(place)
    weights = np.where(every[place], 1 / np.where(known, errors, 1) ** 2, 1.0)
    total = np.bincount(place, weights=weights)
    mean = np.bincount(place, weights=weights * values) / total
    error = np.where(every, np.sqrt(1 / total), np.nan)
    strains = np.bincount(place).astype(np.int32)
    table = pa.table(
        {"gene": genes.tolist(), "value": mean, "error": pa.array(error, from_pandas=True), "strains": strains}
    )
    return table, _notes(file, rows, genes, place, values, errors)


def _notes(file: str, rows: pa.Table, genes: np.ndarray, place: Integers, values: Values, errors: Values) -> pa.Table:
    several = np.flatnonzero(np.bincount(place) > 1)
    lines = rows["line"].to_numpy()
    found = [REJECT_SCHEMA.empty_table()]
    for gene in several.tolist():
        own = np.flatnonzero(place == gene)
        gap = float(np.ptp(values[own]))
        scale = float(np.sqrt(np.nansum(errors[own] ** 2)))
        word = "disagree" if scale > 0 and gap > _DISAGREE * scale else "differ"
        reason = f"{len(own)} strains of one gene {word} by {gap:.3g}: their mean is taken"
        text = pa.array([str(genes[gene])] * len(own))
        one = pa.array(lines[own], pa.int64())
        found.append(
            pa.Table.from_arrays(
                [pa.repeat(file, len(own)), one, text, pa.repeat(reason, len(own))], schema=REJECT_SCHEMA
            )
        )
    return pa.concat_tables(found)


def without_covariates(values: Values, covariates: Values) -> Values:
    """What is left of a phenotype after a line through covariates, about the phenotype's own mean; float64 (rows,).

    covariates: (rows, covariates), such as colony size; a row with a gap keeps the others' mean there.
    """
    known = np.isfinite(covariates)
    mean = np.where(known, covariates, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, covariates - mean, 0.0)
    slope = np.linalg.lstsq(centred, values - values.mean(), rcond=None)[0]
    return np.asarray(values - centred @ slope)
