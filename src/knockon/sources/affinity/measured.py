"""The one table that every reader of measured affinities returns, and what those readers share."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Column, Refusals, column, solid

TEXT = pa.dictionary(pa.int32(), pa.large_string())
"""Few distinct values in many rows: molecules and proteins are looked at once each."""

MEASURED_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file; of a matrix the 1-based row, the ligand's"),
        column("name", pa.string(), "of the measurement: PDB id, or ligand:protein as the file names them"),
        column("notation", pa.string(), "how the ligand is written: smiles or inchi"),
        column("ligand", TEXT, "SMILES or InChI, as the file has it"),
        column("sequence", TEXT, "protein, one-letter codes, as the file has it"),
        column("value", pa.float64(), "pK = -log10 of molar Kd or Ki; of KIBA the transformed score, no unit"),
        column("relation", pa.string(), "of the true value to `value`: = < or >"),
        column("kind", pa.string(), "Kd, Ki, Kd or Ki (not told apart), KIBA"),
        column("part", pa.string(), "published side: a fold or a part by its name; empty where there is none"),
    ]
)

UNITS = {"": 0.0, "M": 0.0, "mM": 3.0, "uM": 6.0, "µM": 6.0, "μM": 6.0, "nM": 9.0, "pM": 12.0, "fM": 15.0}
"""Unit → by how much the pK of a number in it is greater than that of the same number in mol/L."""

# A pK outside of this is a mistake of unit, not a measurement: the tightest known binders are near 16.
LOWEST, HIGHEST = -3.0, 18.0

# Processors differ in the last bit of a logarithm, and a byte of the dataset is a run of every stage after it. What is
# cut off is 10⁻⁹ of a pK; no assay tells the second decimal.
_DECIMALS = 9

_CONCENTRATION = (
    r"^\s*(?:(?P<kind>[Kk][di])\s*)?(?P<relation>[=<>~≤≥]|<=|>=)?\s*"
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(?P<unit>[a-zA-Zµμ]*)\s*$"
)


def as_pk(number: NDArray[np.float64], shift: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """pK of positive concentrations, the same bytes on any processor. shift: the unit's in UNITS. Shapes are equal."""
    return np.round(shift - np.log10(number), _DECIMALS)


def read_concentrations(values: Column, unit: str | Column, refusals: Refusals) -> tuple[pa.Array, pa.Array]:
    """pK and relation of concentrations such as `8.5 nM`, `Ki=12uM`, `>10000`; what is none is refused with its reason.

    unit: of the numbers that state none, one for all or one a row; "pK" for numbers that are pK already, an empty text
    for a unit that is not known. Returns float64 (0 where refused) and the relation of the pK: a concentration above
    10,000 is a pK below.
    """
    text = solid(values)
    parts = pc.extract_regex(text, _CONCENTRATION)
    refusals.refuse(pc.is_null(parts), text, "not a concentration")
    number = pc.fill_null(pc.cast(pc.struct_field(parts, "number"), pa.float64()), np.nan)
    number = number.to_numpy(zero_copy_only=False)
    stated = pc.fill_null(pc.struct_field(parts, "unit"), "")
    fallback = solid(unit) if not isinstance(unit, str) else pa.repeat(unit, len(text))
    clash = pc.and_(pc.not_equal(stated, ""), pc.and_(pc.not_equal(fallback, ""), pc.not_equal(stated, fallback)))
    if not isinstance(unit, str):
        refusals.refuse(clash, text, "two units: one beside the number, another in the column")
    units = pc.if_else(pc.equal(stated, ""), fallback, stated)
    is_pk = pc.is_in(units, value_set=pa.array(["pK", "pKd", "pKi"])).to_numpy(zero_copy_only=False)
    place = pc.index_in(units, value_set=pa.array(list(UNITS)))
    refusals.refuse(pc.equal(units, ""), text, "no unit")
    refusals.refuse(pc.and_(pc.is_null(place), pa.array(~is_pk)), text, "unknown unit; use pK, M, mM, uM, nM, pM or fM")
    refusals.refuse(~is_pk & ~(number > 0), text, "a concentration that is not positive")
    shift = np.array([*UNITS.values(), np.nan])[pc.fill_null(place, len(UNITS)).to_numpy(zero_copy_only=False)]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(is_pk, number, as_pk(number, shift))
    refusals.refuse(
        ~((value >= LOWEST) & (value <= HIGHEST)), text, f"a pK outside {LOWEST:g} … {HIGHEST:g}: which unit?"
    )
    return pa.array(np.nan_to_num(value)), _relation(pc.fill_null(pc.struct_field(parts, "relation"), "="), is_pk)


def _relation(written: pa.Array, is_pk: np.ndarray) -> pa.Array:
    """The relation of the pK: that of the concentration, turned round."""
    above = pc.is_in(written, value_set=pa.array([">", ">=", "≥"])).to_numpy(zero_copy_only=False)
    below = pc.is_in(written, value_set=pa.array(["<", "<=", "≤"])).to_numpy(zero_copy_only=False)
    less = np.where(is_pk, below, above)
    more = np.where(is_pk, above, below)
    return pa.array(np.select([less, more], ["<", ">"], "="))


def measured(
    path: Path, raw: ReadResult, refusals: Refusals, notation: str = "smiles", **columns: Column | str
) -> ReadResult:
    """A reader's columns in MEASURED_SCHEMA, without the refused rows. Raises FormatError where no row is left.

    raw: the rows as parsed, with their `line`. notation: of the ligands. columns: the others by name; a text stands in
    every row.
    """
    rows = len(raw.table)
    given: dict[str, Column | str] = {"line": raw.table["line"], "notation": notation, **columns}
    whole = {name: pa.repeat(each, rows) if isinstance(each, str) else solid(each) for name, each in given.items()}
    arrays = [_as(whole[field.name], field.type) for field in MEASURED_SCHEMA]
    result = refusals.finish(pa.Table.from_arrays(arrays, schema=MEASURED_SCHEMA), raw.rejects)
    if not result.table.num_rows:
        first = result.rejects["reason"][0].as_py() if result.rejects.num_rows else "the file holds no rows"
        raise FormatError(f"{path}: no row can be used; the first reason: {first}")
    return result


def _as(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if kind != TEXT:
        return values.cast(kind)
    return values.cast(pa.large_string()).dictionary_encode().cast(TEXT)
