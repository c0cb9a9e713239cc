"""Amino acids of the deletion strains: Mülleder et al. 2016, Cell 167:553, z-scores of the measured concentrations.

In the published table 139 strains have the same tyrosine to nine digits (0.165439124): surely a filled-in value, which
the table does not mark. It is read as it stands.
"""

from pathlib import Path

import pyarrow as pa

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, read_named, repeated, trimmed
from knockon.sources.yeast.profiles import in_line_order, numbers, one_gene_each, profiles

UNIT = "z-score, as published"


def read_metabolome(path: Path) -> ReadResult:
    """Read a table "ORF,gene,<amino acid>,…" into PROFILE_SCHEMA; the strain is the deleted ORF.

    Rejected: rows without an ORF or with one that came before, and single cells that are no numbers.
    Raises FormatError for a file of another form.
    """
    text = read_named(path, ",", quoted=True)
    names = text.table.column_names[1:]
    if len(names) < 3 or [name.casefold() for name in names[:2]] != ["orf", "gene"]:
        raise FormatError(f"{path}, line 1: the header must be ORF,gene and the names of the metabolites")
    refusals = Refusals(path, text.table["line"])
    refusals.refuse_empty(text.table, names[0])
    strains = trimmed(text.table, names[0])
    refusals.refuse(repeated(strains), strains, "a strain that came before")
    rows, strains = text.table.filter(refusals.good), strains.filter(refusals.good)
    values, bad_cells = numbers(path, rows, names[2:])
    lines = rows["line"].to_numpy()[:, None]
    components = pa.array(names[2:], pa.string())
    table = profiles(lines, strains, one_gene_each(strains), components, values, "metabolome", UNIT)
    return in_line_order(table, [refusals.rejects(text.rejects), bad_cells])
