"""Runs whose pairs know the construct, where the source names one: Davis' mutants share the wild type's sequence."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.models.binding.constructs import NamedPairs
from knockon.stages.affinity import paths
from knockon.stages.affinity.runs import Run, Side, Tables

SEPARATOR = ":"
"""Of a ligand's name and a protein's, in measurements."""


class NamedTables(Tables):
    """Tables whose runs hold `NamedPairs`."""

    def run(self, name: str) -> Run:
        """See `Tables.run`. Of a source without names of proteins the pairs stay as they are."""
        run = super().run(name)
        table = pq.read_table(paths.split_of(run.source), columns=["measurement", run.split])
        names = pq.read_table(paths.MEASUREMENTS, columns=["name"])["name"]
        rows = {side: table.filter(pc.equal(table[run.split], side))["measurement"] for side in run.sides}
        return replace(run, sides=named({side: names.take(at) for side, at in rows.items()}, run.sides))


def named(names: Mapping[str, pa.ChunkedArray], sides: Mapping[str, Side]) -> dict[str, Side]:
    """The sides with the names of their rows; unchanged where a row's is not of the form `ligand:protein`."""
    proteins = {side: [text.partition(SEPARATOR)[2] for text in column.to_pylist()] for side, column in names.items()}
    if not all(text for column in proteins.values() for text in column):
        return dict(sides)
    found = {}
    for side, column in proteins.items():
        known, place = np.unique(np.array(column, dtype=object), return_inverse=True)
        pairs = sides[side].pairs
        told = {name: getattr(pairs, name) for name in pairs.__dataclass_fields__}
        found[side] = replace(sides[side], pairs=NamedPairs(**told, names=tuple(known), name=place.astype(np.int64)))
    return found
