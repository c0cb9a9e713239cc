"""Complexes: PDBbind 2016 as DeepDTAF splits it, its core with clean SMILES, a random hold-out, CleanSplit's ids."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.affinity.matrix import read_json
from knockon.sources.affinity.measured import measured, read_concentrations
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.tables import Refusals, column, repeated, trimmed
from knockon.sources.text import read_delimited

PDBBIND = ("pdbid", "split", "neg_log10_Kd_Ki", "smiles", "sequence", "pocket")
CORE = ("pdbid", "neg_log10_affinity_M", "Ki/Kd", "affinity_uM", "smiles_can", "seq")
BENCHMARK = ("seq", "smiles", "affinity_uM", "neg_log10_affinity_M", "smiles_can", "affinity")

ID_SCHEMA = pa.schema(
    [
        column("part", pa.string(), "list of the file: train, casf2016, casf2016_indep, validation …"),
        column("name", pa.string(), "PDB id, lower case"),
    ]
)


def read_pdbbind(path: Path) -> ReadResult:
    """Read `pdbbind2016_deepdtaf_all.csv` into MEASURED_SCHEMA.

    `part` is training, validation, test, test105 or test71; an id of test71 may stand in validation as well.
    Rejected: rows without id, molecule or sequence, without a finite pK, and a row of a part that its id had before.
    """
    raw = read_delimited(path, PDBBIND, ",", expected_header=PDBBIND, quoted=True)
    table, refusals = raw.table, Refusals(path, raw.table["line"])
    refusals.refuse_empty(table, "pdbid", "split", "smiles", "sequence")
    names = pc.ascii_lower(trimmed(table, "pdbid"))
    refusals.refuse(repeated(names, trimmed(table, "split")), names, "the id came before in this part")
    value, relation = read_concentrations(table["neg_log10_Kd_Ki"], "pK", refusals)
    return measured(
        path,
        raw,
        refusals,
        name=names,
        ligand=trimmed(table, "smiles"),
        sequence=trimmed(table, "sequence"),
        value=value,
        relation=relation,
        kind="Kd or Ki",
        part=trimmed(table, "split"),
    )


def read_core(path: Path) -> ReadResult:
    """Read `Test2016_290.csv`: PDBbind's core with clean SMILES and the text of its Kd or Ki, into MEASURED_SCHEMA.

    Rejected: as `read_pdbbind`, and a row whose text (Ki=0.4nM) and pK are more than 0.05 apart.
    """
    raw = read_delimited(path, CORE, ",", expected_header=CORE, quoted=True)
    table, refusals = raw.table, Refusals(path, raw.table["line"])
    refusals.refuse_empty(table, "pdbid", "smiles_can", "seq")
    names = pc.ascii_lower(trimmed(table, "pdbid"))
    refusals.refuse(repeated(names), names, "the id came before")
    text = trimmed(table, "Ki/Kd")
    value, relation = read_concentrations(text, "", refusals)
    stated, _ = read_concentrations(table["neg_log10_affinity_M"], "pK", refusals)
    refusals.refuse(pc.greater(pc.abs(pc.subtract(value, stated)), 0.05), text, "the text and the pK differ")
    return measured(
        path,
        raw,
        refusals,
        name=names,
        ligand=trimmed(table, "smiles_can"),
        sequence=trimmed(table, "seq"),
        value=stated,
        relation=relation,
        kind=pc.utf8_slice_codeunits(text, 0, 2),
        part="test",
    )


def read_benchmark1k(path: Path) -> ReadResult:
    """Read `benchmark1k2101.csv`, a random hold-out of four collections, into MEASURED_SCHEMA; the kind is not told."""
    raw = read_delimited(path, BENCHMARK, ",", expected_header=BENCHMARK, quoted=True)
    table, refusals = raw.table, Refusals(path, raw.table["line"])
    refusals.refuse_empty(table, "smiles", "seq")
    value, relation = read_concentrations(table["neg_log10_affinity_M"], "pK", refusals)
    return measured(
        path,
        raw,
        refusals,
        name=pc.binary_join_element_wise("line", table["line"].cast(pa.string()), " "),
        ligand=trimmed(table, "smiles"),
        sequence=trimmed(table, "seq"),
        value=value,
        relation=relation,
        kind="Kd or Ki",
        part="test",
    )


def read_ids(path: Path) -> ReadResult:
    """Read a JSON object of lists of PDB ids, as CleanSplit's, into ID_SCHEMA, in the order of the file.

    Raises FormatError where it is something else, or a list names an id twice.
    """
    found = read_json(path)
    if not isinstance(found, dict) or not found:
        raise FormatError(f"{path}: not a JSON object of lists of PDB ids")
    tables = []
    for part, names in found.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise FormatError(f"{path}: {part} is no list of PDB ids")
        if len(set(names)) != len(names):
            raise FormatError(f"{path}: {part} names an id twice")
        lower = pc.ascii_lower(pa.array(names, pa.string()))
        tables.append(pa.Table.from_arrays([pa.repeat(part, len(names)), lower], schema=ID_SCHEMA))
    return ReadResult(pa.concat_tables(tables), no_rejects())
