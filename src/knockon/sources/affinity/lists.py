"""Long lists of pairs: BindingDB's Kd as DeepAffinity packed them, Metz' kinase pKi, and a table of one's own."""

import tarfile
import tempfile
from lzma import LZMAError
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.affinity.measured import measured, read_concentrations
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, read_named, repeated, solid, trimmed
from knockon.sources.text import read_delimited

PARTS = ("train", "test", "GPCR", "kinase", "channel", "ER")
"""Files of the archive: DeepAffinity's training and test, and its held-out classes of proteins."""

METZ = ("metz", "smiles", "proteinName", "protein_dataset")
METZ_PROTEINS = ("name", "sequence", "index")
OWN = ("smiles", "sequence", "affinity")

# Columns of a row of the archive's files; its header names 193 columns, more than any row has.
_WIDTH, _ID, _INCHI, _PKD, _CHAINS, _SEQUENCE = 49, 0, 2, 10, 36, 37


def read_bindingdb(path: Path) -> ReadResult:
    """Read the six tables of `Kd.tar.xz` into MEASURED_SCHEMA; `part` is the table's name, `line` the line in it.

    The ligand is its InChI: the SMILES beside it have lost their stereo. Rejected: rows of another width, without
    InChI or sequence, whose target has several chains, or without a finite pKd. Raises FormatError for an archive that
    is truncated or lacks a table.
    """
    with tempfile.TemporaryDirectory(prefix="knockon-bindingdb-") as folder:
        _unpack(path, Path(folder))
        try:
            results = [_bindingdb_table(Path(folder) / part, part) for part in PARTS]
        except FormatError as error:
            raise FormatError(f"{path}: {str(error).replace(folder, 'Kd')}") from error
    table = pa.concat_tables([result.table for result in results]).unify_dictionaries().combine_chunks()
    return ReadResult(table, pa.concat_tables([result.rejects for result in results]))


def _unpack(path: Path, folder: Path) -> None:
    """The six tables on the disk, each header made a blank line so that lines keep their numbers."""
    wanted = {f"Kd/{part}": folder / part for part in PARTS}
    try:
        with tarfile.open(path, "r:xz") as archive:
            for member in archive:
                if member.name in wanted and (file := archive.extractfile(member)) is not None:
                    data = file.read()
                    wanted.pop(member.name).write_bytes(data[max(0, data.find(b"\n")) :])
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except (tarfile.TarError, LZMAError, EOFError) as error:
        raise FormatError(f"{path}: is truncated or no tar.xz ({error}); fetch the file again") from error
    if wanted:
        raise FormatError(f"{path}: has no table {', '.join(sorted(wanted))}")


def _bindingdb_table(path: Path, part: str) -> ReadResult:
    names = [f"column{number}" for number in range(_WIDTH)]
    places = {"id": _ID, "inchi": _INCHI, "pkd": _PKD, "chains": _CHAINS, "sequence": _SEQUENCE}
    raw = read_delimited(path, names, header=False, keep=[names[place] for place in places.values()])
    table = raw.table.rename_columns(["line", *places])
    refusals = Refusals(path, table["line"])
    refusals.refuse_empty(table, "inchi", "sequence")
    refusals.refuse(pc.not_equal(table["chains"], "1"), table["chains"], "a target of several chains")
    value, relation = read_concentrations(table["pkd"], "pK", refusals)
    return measured(
        path,
        raw,
        refusals,
        name=trimmed(table, "id"),
        notation="inchi",
        ligand=trimmed(table, "inchi"),
        sequence=trimmed(table, "sequence"),
        value=value,
        relation=relation,
        kind="Kd",
        part=part,
    )


def read_metz(path: Path, proteins: Path) -> ReadResult:
    """Read `restructured_unique.csv` (pKi, SMILES, protein's name) into MEASURED_SCHEMA; proteins: `prot_info.csv`.

    Rejected: rows whose protein has no sequence there, and those without a finite pKi.
    """
    known = read_delimited(proteins, METZ_PROTEINS, ",", expected_header=METZ_PROTEINS, quoted=True).table
    if (twice := repeated(known["name"])).any():
        raise FormatError(f"{proteins}: the protein {known['name'].filter(pa.array(twice))[0]} stands twice")
    raw = read_delimited(path, METZ, ",", expected_header=METZ, quoted=True)
    table, refusals = raw.table, Refusals(path, raw.table["line"])
    names = trimmed(table, "proteinName")
    places = pc.index_in(names, value_set=solid(known["name"]))
    refusals.refuse(pc.is_null(places), names, "a protein without sequence")
    refusals.refuse_empty(table, "smiles")
    value, relation = read_concentrations(table["metz"], "pK", refusals)
    return measured(
        path,
        raw,
        refusals,
        name=pc.binary_join_element_wise(table["line"].cast(pa.string()), names, ":"),
        ligand=trimmed(table, "smiles"),
        sequence=pc.fill_null(solid(known["sequence"]).take(places), ""),
        value=value,
        relation=relation,
        kind="Ki",
        part="",
    )


def read_own(path: Path, unit: str = "") -> ReadResult:
    """Read one's own CSV into MEASURED_SCHEMA: columns smiles, sequence, affinity and, if wanted, id, unit, kind.

    affinity: a number with or without relation and unit (`8.5 nM`, `>10000`). unit: of numbers that state none (pK, M,
    mM, uM, nM, pM, fM), for the whole file or in the column `unit`. Rejected: rows without molecule or sequence,
    without a unit or with an unknown one or two, concentrations that are not positive, an id that came before.
    """
    raw = read_named(path, ",", quoted=True)
    table = raw.table
    if missing := [name for name in OWN if name not in table.column_names]:
        raise FormatError(f"{path}: the header names no {missing[0]}; it needs smiles, sequence and affinity")
    refusals = Refusals(path, table["line"])
    refusals.refuse_empty(table, "smiles", "sequence", "affinity")
    names = trimmed(table, "id") if "id" in table.column_names else table["line"].cast(pa.string())
    refusals.refuse(repeated(names), names, "the id came before")
    units = trimmed(table, "unit") if "unit" in table.column_names else unit
    value, relation = read_concentrations(table["affinity"], units, refusals)
    kinds = trimmed(table, "kind") if "kind" in table.column_names else "Kd or Ki"
    return measured(
        path,
        raw,
        refusals,
        name=names,
        ligand=trimmed(table, "smiles"),
        sequence=trimmed(table, "sequence"),
        value=value,
        relation=relation,
        kind=kinds,
        part="",
    )
