"""Molecules without an affinity: corpora of SMILES for pretraining, and DUD-E's actives and decoys."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, repeated, solid, trimmed
from knockon.sources.text import read_delimited

SMILES_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("smiles", pa.large_string(), "as the file has it"),
    ]
)

DUDE_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("name", pa.string(), "ChEMBL or ZINC id; one id may stand for several protonation states"),
        column("smiles", pa.large_string(), "as the file has it"),
    ]
)


def read_smiles_corpus(path: Path, smiles: str = "smiles") -> ReadResult:
    """Read the column of SMILES of a CSV file, plain or gzip, into SMILES_SCHEMA; other columns are not kept.

    smiles: name of the column. Rejected: rows without a SMILES, and a SMILES that came before.
    Raises FormatError where the header has no such column.
    """
    raw = read_delimited(path, None, ",", quoted=True)
    if smiles not in raw.table.column_names:
        raise FormatError(f"{path}: the header names no column {smiles}")
    refusals = Refusals(path, raw.table["line"])
    text = trimmed(raw.table, smiles)
    refusals.refuse(pc.equal(text, ""), text, "no SMILES")
    refusals.refuse(repeated(text), text, "the SMILES came before")
    columns = [solid(raw.table["line"]), text.cast(pa.large_string())]
    return refusals.finish(pa.Table.from_arrays(columns, schema=SMILES_SCHEMA), raw.rejects)


def read_dude(path: Path) -> ReadResult:
    """Read a DUD-E list (id, tab, SMILES; no header) into DUDE_SCHEMA. Rejected: rows without id or SMILES."""
    raw = read_delimited(path, ("name", "smiles"), header=False)
    refusals = Refusals(path, raw.table["line"])
    refusals.refuse_empty(raw.table, "name", "smiles")
    columns = [
        solid(raw.table["line"]),
        trimmed(raw.table, "name"),
        trimmed(raw.table, "smiles").cast(pa.large_string()),
    ]
    return refusals.finish(pa.Table.from_arrays(columns, schema=DUDE_SCHEMA), raw.rejects)
