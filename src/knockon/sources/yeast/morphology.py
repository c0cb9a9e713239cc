"""Cell shapes of the Saccharomyces Cerevisiae Morphological Database (SCMD), measured by CalMorph.

Ohya et al. 2005, PNAS 102:19015. A file is a matrix: a row a strain, a column a CalMorph parameter. The wild-type
analysis has 126 replicates of his3Δ and 501 parameters; the mutant table (mt4718data.tsv) 4,718 deletion strains.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.spreadsheet import read_first_sheet
from knockon.sources.tables import Refusals, column, read_named, repeated, trimmed
from knockon.sources.yeast.profiles import in_line_order, numbers, one_gene_each, profiles

PARAMETER_SCHEMA = pa.schema(
    [
        column("parameter", pa.string(), "identifier, such as C11-1_A"),
        column("scope", pa.string(), "orf: one value a strain; cell, photo: one a cell or picture"),
        column("kind", pa.string(), "double, num, coordinate or text"),
        column("description", pa.string(), "what is measured; missing where not described", nullable=True),
    ]
)

UNIT = "CalMorph's unit of the parameter: pixels, degrees, ratios or counts"

# A CalMorph parameter starts with what it measures (A actin, C cell wall, D DNA), CV before the number for a
# coefficient of variation, and ends in the stage of the nucleus.
_PARAMETER = r"^[ACD](CV)?[0-9]+(-[0-9]+)?(_[A-Z0-9]+)?$"
_PARAMETER_HEADER = ("id", "name", "displayname", "shortname", "scope", "datatype", "description")
_NOT_MEASURED = -1.0


def read_scmd_wildtype(path: Path) -> ReadResult:
    """Read the wild-type analysis into PROFILE_SCHEMA: a strain is a replicate, without deleted genes.

    −1 means not measured, since no parameter can be negative. Rejected: rows without a name or with one that came
    before, and single cells that are no numbers. Raises FormatError for a file of another form.
    """
    return _read_matrix(path, deletions=False)


def read_scmd_mutants(path: Path) -> ReadResult:
    """Read a mutant table into PROFILE_SCHEMA; the strain is the deleted ORF.

    Missing values, rejects and errors as in `read_scmd_wildtype`.
    """
    return _read_matrix(path, deletions=True)


def _read_matrix(path: Path, *, deletions: bool) -> ReadResult:
    text = read_named(path)
    label, *parameters = text.table.column_names[1:]
    strange = [name for name in parameters if not pc.match_substring_regex(name, _PARAMETER).as_py()]
    if not parameters or strange:
        what = f"{strange[0][:80]!r}" if strange else "nothing"
        raise FormatError(
            f"{path}, line 1: CalMorph parameters such as C11-1_A must follow the first column, not {what}"
        )
    refusals = Refusals(path, text.table["line"])
    refusals.refuse_empty(text.table, label)
    strains = trimmed(text.table, label)
    refusals.refuse(repeated(strains), strains, "a strain that came before")
    rows, strains = text.table.filter(refusals.good), strains.filter(refusals.good)
    values, bad_cells = numbers(path, rows, parameters)
    values[values == _NOT_MEASURED] = np.nan
    genes = one_gene_each(strains) if deletions else pa.array([[]] * len(strains), pa.list_(pa.string()))
    lines = rows["line"].to_numpy()[:, None]
    table = profiles(lines, strains, genes, pa.array(parameters, pa.string()), values, "morphology", UNIT)
    return in_line_order(table, [refusals.rejects(text.rejects), bad_cells])


def read_scmd_parameters(path: Path) -> ReadResult:
    """Read the list of CalMorph parameters (parameterlist.xls) into PARAMETER_SCHEMA, in the file's order.

    Rejected: rows without a name, and names that came before. Raises FormatError for a file of another form.
    """
    header, *body = read_first_sheet(path)
    if tuple(str(cell).strip().casefold() for cell in header[: len(_PARAMETER_HEADER)]) != _PARAMETER_HEADER:
        raise FormatError(f"{path}: the first row must be {', '.join(_PARAMETER_HEADER)}; is it another spreadsheet?")
    cells = {
        name: pa.array([str(row[place]).strip() for row in body], pa.string())
        for place, name in enumerate(_PARAMETER_HEADER)
    }
    rows = pa.table({"line": pa.array(np.arange(2, len(body) + 2)), **cells})
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "name")
    refusals.refuse(repeated(rows["name"]), rows["name"], "a parameter that came before")
    described = pc.and_(pc.not_equal(rows["description"], "N/A"), pc.not_equal(rows["description"], ""))
    columns = {
        "parameter": rows["name"],
        "scope": rows["scope"],
        "kind": rows["datatype"],
        "description": pc.if_else(described, rows["description"], pa.scalar(None, pa.string())),
    }
    table = pa.Table.from_pydict(columns, schema=PARAMETER_SCHEMA)
    return refusals.finish(table, no_rejects())
