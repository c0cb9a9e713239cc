"""Virtual screens (DUD-E): which molecules bind a target and which are decoys; and how well a repair met the truth."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.dataset.affinity.ligands import SKELETON, Read
from knockon.sources.tables import column, solid

SCREEN_SCHEMA = pa.schema(
    [
        column("target", pa.string(), "name of DUD-E"),
        column("protein", pa.int32(), "row of proteins.parquet: the docked structure's chain", nullable=True),
        column("ligand", pa.int32(), "row of ligands.parquet"),
        column("active", pa.bool_(), "binds; a decoy is taken not to, unmeasured"),
    ]
)


def screen_table(
    molecules: Mapping[tuple[str, bool], Read], structures: Mapping[str, str], measurements: pa.Table, ligands: pa.Table
) -> pa.Table:
    """Targets' actives and decoys in SCREEN_SCHEMA, each ligand of a target once.

    molecules: (target, whether active) → its molecules as read. structures: target → PDB id; the protein is that of the
    measurement of this name, missing where there is none. A molecule that is active and decoy is active.
    """
    parts = []
    for (target, active), read in sorted(molecules.items(), key=lambda item: (item[0][0], not item[0][1])):
        ligand = pc.drop_null(pc.index_in(pa.array(read.keys, pa.string()), value_set=solid(ligands["ligand"])))
        named = measurements.filter(pc.equal(measurements["name"], structures[target]))
        protein = named["protein"][0].as_py() if named.num_rows else None
        columns = [pa.repeat(target, len(ligand)), pa.array([protein] * len(ligand), pa.int32()), ligand]
        parts.append(pa.Table.from_arrays([*columns, pa.repeat(active, len(ligand))], schema=SCREEN_SCHEMA))
    table = pa.concat_tables(parts) if parts else SCREEN_SCHEMA.empty_table()
    codes = solid(table["target"]).dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(codes * (len(ligands) + 1) + table["ligand"].to_numpy(), return_index=True)
    return table.take(pa.array(np.sort(first)))


def agreement(measurements: pa.Table, ligands: pa.Table, source: str, truth: str, part: str) -> dict[str, object]:
    """How often a source's ligands are those of another one that names the same measurements.

    part: of the source. Returns counts (compared; same InChIKey; same but for stereo; what the truth names and the
    source has not or has dropped) and the names of those that differ.
    """
    mine = measurements.filter(pc.and_(pc.equal(measurements["source"], source), pc.equal(measurements["part"], part)))
    true = measurements.filter(pc.equal(measurements["source"], truth))
    place = pc.index_in(solid(true["name"]), value_set=solid(mine["name"]))
    keys = solid(ligands["ligand"])
    own, other = keys.take(solid(mine["ligand"]).take(place)), keys.take(solid(true["ligand"]))
    drawn = pc.equal(pc.utf8_slice_codeunits(own, 0, SKELETON), pc.utf8_slice_codeunits(other, 0, SKELETON))
    return {
        "compared": len(place) - place.null_count,
        "same": pc.sum(pc.equal(own, other)).as_py() or 0,
        "same_without_stereo": pc.sum(drawn).as_py() or 0,
        "absent": place.null_count,
        "different": sorted(true["name"].filter(pc.invert(pc.fill_null(pc.equal(own, other), True))).to_pylist()),
    }
