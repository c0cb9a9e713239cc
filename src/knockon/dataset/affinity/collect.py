"""From what readers return to the study's tables: molecules and proteins are looked at once each, rows never."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.dataset.affinity.ligands import Ledger, Read, ligand_table, read_molecules
from knockon.dataset.affinity.tables import MEASUREMENT_SCHEMA, average, protein_table
from knockon.errors import KnockonError
from knockon.sources.affinity.proteins import Cleaned, clean_sequences
from knockon.sources.reading import REJECT_SCHEMA, ReadResult
from knockon.sources.tables import solid


@dataclass(frozen=True)
class Collected:
    """The study's tables, what was dropped on the way, and a ledger by source for the metrics."""

    ligands: pa.Table
    proteins: pa.Table
    measurements: pa.Table
    pairs: pa.Table
    rejects: pa.Table
    ledger: dict[str, dict[str, object]]


@dataclass
class _Source:
    """One source's rows, its distinct molecules and proteins as read, and which of them each row has."""

    table: pa.Table
    ligand: pa.Array
    sequence: pa.Array
    molecules: Read
    proteins: Cleaned
    rejects: list[pa.Table]
    ledger: dict[str, object] = field(default_factory=dict)


def collect(results: Mapping[str, ReadResult], more: tuple[Read, ...] = ()) -> Collected:
    """Put the sources together. results: source → what its reader returned, in MEASURED_SCHEMA.

    more: molecules that have no measurement and are ligands as well. Raises KnockonError where a source keeps no row.
    """
    sources = {name: _read(name, result) for name, result in results.items()}
    ligands = ligand_table([*(source.molecules for source in sources.values()), *more])
    proteins = protein_table([source.proteins for source in sources.values()])
    parts = [_numbered(name, source, ligands, proteins) for name, source in sources.items()]
    measurements = pa.concat_tables(parts)
    averaged = average(measurements, ligands, proteins)
    for name, source in sources.items():
        mine = averaged.pairs.filter(pc.equal(averaged.pairs["source"], name))
        source.ledger |= {
            "pairs": mine.num_rows,
            "repeated_pairs": pc.sum(pc.greater(mine["n"], 1)).as_py() or 0,
            "median_spread": pc.approximate_median(mine["spread"]).as_py(),
            "ligands": pc.count_distinct(mine["ligand"]).as_py(),
            "proteins": pc.count_distinct(mine["protein"]).as_py(),
        }
    measurements = measurements.append_column(MEASUREMENT_SCHEMA.field("pair"), pa.array(averaged.pair, pa.int32()))
    rejects = [table for source in sources.values() for table in source.rejects]
    ledger = {name: source.ledger for name, source in sources.items()}
    return Collected(ligands, proteins, measurements, averaged.pairs, pa.concat_tables(rejects), ledger)


def _read(name: str, result: ReadResult) -> _Source:
    table = result.table
    ligands, sequences = solid_dictionary(table["ligand"]), solid_dictionary(table["sequence"])
    notations = set(pc.unique(table["notation"]).to_pylist())
    if len(notations) > 1:
        raise KnockonError(f"{name}: SMILES and InChI in one source; read them apart")
    ledger = Ledger()
    molecules = read_molecules(ligands.dictionary.to_pylist(), notations == {"inchi"}, ledger)
    cleaned = clean_sequences(sequences.dictionary)
    rows = np.bincount(sequences.indices.to_numpy(), minlength=len(sequences.dictionary))
    source = _Source(table, ligands.indices, sequences.indices, molecules, cleaned, [renamed(result.rejects, name)])
    source.ledger = {
        "rows": table.num_rows + result.rejects.num_rows,
        "refused_by_the_reader": counts(result.rejects["reason"]),
        "molecules": ledger.summary(),
        "rows_of_repeated_chains": {
            str(n): int(rows[cleaned.copies == n].sum()) for n in np.unique(cleaned.copies) if n > 1
        },
        "rows_with_odd_letters": int(rows[cleaned.odd > 0].sum()),
        "rows_in_lower_case": int(rows[cleaned.lower].sum()),
        "longest_protein": pc.max(pc.utf8_length(cleaned.sequences)).as_py(),
    }
    return source


def _numbered(name: str, source: _Source, ligands: pa.Table, proteins: pa.Table) -> pa.Table:
    """The rows of a source that have both a molecule and a protein, by their numbers in the tables."""
    table = source.table
    own, target = source.ligand, source.sequence
    ligand = pc.index_in(pa.array(source.molecules.keys, pa.string()), value_set=solid(ligands["ligand"])).take(own)
    protein = pc.index_in(source.proteins.sequences, value_set=solid(proteins["sequence"])).take(target)
    for missing, reasons in (
        (pc.is_null(ligand), pa.array(source.molecules.reasons, pa.string()).take(own)),
        (pc.and_(pc.is_null(protein), pc.is_valid(ligand)), source.proteins.reasons.take(target)),
    ):
        dropped = table.filter(missing)
        columns = [pa.repeat(name, len(dropped)), dropped["line"], dropped["name"], reasons.filter(missing)]
        source.rejects.append(pa.Table.from_arrays([solid(each) for each in columns], schema=REJECT_SCHEMA))
    good = pc.and_(pc.is_valid(ligand), pc.is_valid(protein))
    kept = {name: table[name] for name in ("line", "name", "value", "relation", "kind", "part")}
    kept |= {"source": pa.repeat(name, len(table)), "ligand": ligand, "protein": protein}
    fields = [field for field in MEASUREMENT_SCHEMA if field.name != "pair"]
    result = pa.table([kept[field.name] for field in fields], schema=pa.schema(fields)).filter(good)
    if not result.num_rows:
        raise KnockonError(f"{name}: no row has both a molecule and a protein; see the reasons in rejected.parquet")
    source.ledger |= {"measurements": len(result), "censored": pc.sum(pc.not_equal(result["relation"], "=")).as_py()}
    source.ledger["dropped_rows"] = counts(pa.concat_tables(source.rejects[1:])["reason"])
    return result


def solid_dictionary(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """One dictionary-encoded array without unused values."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    return plain.dictionary_encode()


def counts(reasons: pa.ChunkedArray) -> dict[str, int]:
    """Reason → how often, in the order of the alphabet."""
    return {
        entry["values"]: entry["counts"]
        for entry in sorted(pc.value_counts(reasons).to_pylist(), key=lambda e: e["values"])
    }


def renamed(rejects: pa.Table, name: str) -> pa.Table:
    """A reader's rejects under the name of their source, and of the file where a source has several."""
    return rejects.set_column(0, REJECT_SCHEMA.field("file"), pa.repeat(name, len(rejects)))
