"""YEASTRACT's regulation matrix: a row a target, a column a regulator, 1 where the regulation is documented.

Monteiro et al. 2020, Nucleic Acids Research 48:D642.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, mask, read_named, repeated, trimmed

REGULATION_SCHEMA = pa.schema(
    [
        column("regulator", pa.string(), "systematic name of the transcription factor"),
        column("target", pa.string(), "systematic name of the regulated gene"),
    ]
)


def read_yeastract(path: Path) -> ReadResult:
    """Read the matrix into REGULATION_SCHEMA: one row a documented regulation, in the order of the matrix.

    Rejected: targets without a name or a second time, and rows with a cell that is neither 0 nor 1.
    Raises FormatError for a file of another form.
    """
    text = read_named(path)
    rows = text.table
    target_column, *regulators = rows.column_names[1:]
    if not regulators:
        raise FormatError(f"{path}, line 1: the header names no regulator; a YEASTRACT matrix has a column for each")
    targets = trimmed(rows, target_column)
    refusals = Refusals(path, rows["line"])
    refusals.refuse(pc.equal(targets, ""), targets, "no target")
    refusals.refuse(repeated(targets), targets, "a target that came before")
    documented = np.empty((len(rows), len(regulators)), dtype=np.bool_)
    for number, regulator in enumerate(regulators):
        cells = rows[regulator]
        refusals.refuse(pc.invert(pc.is_in(cells, pa.array(["0", "1"]))), cells, "a cell that is neither 0 nor 1")
        documented[:, number] = mask(pc.equal(cells, "1"))
    documented &= mask(refusals.good)[:, None]
    row, place = np.nonzero(documented)
    columns = [pa.array(regulators, pa.string()).take(pa.array(place)), targets.take(pa.array(row))]
    return ReadResult(pa.Table.from_arrays(columns, schema=REGULATION_SCHEMA), refusals.rejects(text.rejects))
