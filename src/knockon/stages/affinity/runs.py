"""Runs of the models: a source's measurements, as one of its splits divides them, and tables of what is predicted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.models.binding.protocol import RELATIONS, Pairs
from knockon.sources.tables import column
from knockon.stages.affinity import paths
from knockon.stages.stage import Params

SIDES = ("train", "validation", "test")

PREDICTION_SCHEMA = pa.schema(
    [
        column("source", pa.string(), "as in measurements.parquet"),
        column("split", pa.string(), "a column of splits/<source>.parquet"),
        column("side", pa.string(), "validation or test"),
        column("key", pa.uint64(), "of the pair, as in pairs.parquet"),
        column("line", pa.int64(), "of the measurement in its source"),
        column("ligand", pa.string(), "InChIKey"),
        column("protein", pa.string(), "digest of the sequence"),
        column("value", pa.float64(), "pK, or KIBA score"),
        column("relation", pa.int8(), "of the truth to the value: -1 (<), 0 (=), 1 (>)"),
        column("predicted", pa.float64(), "in the unit of the value"),
        column("other_ligand", pa.float64(), "predicted with another ligand in its place; of the test", nullable=True),
        column(
            "other_protein", pa.float64(), "predicted with another protein in its place; of the test", nullable=True
        ),
    ]
)

SEED_SCHEMA = pa.schema([*PREDICTION_SCHEMA, column("seed", pa.int64(), "of the fit")])
"""Of the fits of headlined runs from further seeds."""


def binder_of(source: str, params: Params) -> float:
    """The strength from which on a pair of a source binds. Raises KnockonError where params.yaml gives none."""
    known: Mapping[str, float] = params["affinity.train.binders"]
    if source not in known:
        raise KnockonError(f"affinity.train.binders: {source} is missing; there are {', '.join(known)}")
    return known[source]


@dataclass(frozen=True)
class Side:
    """Measurements of a side of a split, and the same as pairs, row by row. rows: `key` to `relation` of
    PREDICTION_SCHEMA.
    """

    rows: pa.Table
    pairs: Pairs


@dataclass(frozen=True)
class Run:
    """name: `source/split`. unit: of the values, pK or KIBA."""

    source: str
    split: str
    unit: str
    sides: Mapping[str, Side]

    @property
    def name(self) -> str:
        """As params.yaml writes it."""
        return f"{self.source}/{self.split}"

    def pairs(self, side: str) -> Pairs:
        """The pairs of a side."""
        return self.sides[side].pairs

    def predictions(self, side: str, columns: Mapping[str, Values]) -> pa.Table:
        """A side's rows with what was predicted, in PREDICTION_SCHEMA; a column that is not given is null."""
        rows = self.sides[side].rows
        found = {
            name: pa.repeat(text, rows.num_rows)
            for name, text in (("source", self.source), ("split", self.split), ("side", side))
        }
        found |= {name: rows[name] for name in rows.column_names}
        found |= {name: pa.array(values) for name, values in columns.items()}
        absent = [name for name in PREDICTION_SCHEMA.names if name not in found]
        found |= {name: pa.nulls(rows.num_rows, pa.float64()) for name in absent}
        return pa.table({name: found[name] for name in PREDICTION_SCHEMA.names}).cast(PREDICTION_SCHEMA)


class Tables:
    """The tables of the dataset that runs are cut out of."""

    def __init__(self) -> None:
        self._ligands = pq.read_table(paths.LIGANDS, columns=["ligand", "smiles"])
        self._proteins = pq.read_table(paths.PROTEINS, columns=["protein", "sequence"])
        self._measurements = pq.read_table(paths.MEASUREMENTS)

    def run(self, name: str) -> Run:
        """The run `source/split`. Raises KnockonError where there is no such split, or a side of it is empty."""
        source, _, split = name.partition("/")
        path = paths.split_of(source)
        if not path.exists():
            raise KnockonError(f"affinity.train.runs: {name}: {source} is not split; there is no {path}")
        table = pq.read_table(path)
        known = [column for column in table.column_names if column not in ("measurement", "key")]
        if split not in known:
            raise KnockonError(f"affinity.train.runs: {name}: the splits of {source} are {', '.join(known)}")
        sides = {side: self._side(table.filter(pc.equal(table[split], side))) for side in SIDES}
        for side, found in sides.items():
            if not len(found.pairs):
                raise KnockonError(f"affinity.train.runs: {name}: there are no {side} measurements")
        kinds = self._measurements["kind"].take(table["measurement"])
        return Run(source, split, "KIBA" if "KIBA" in pc.unique(kinds).to_pylist() else "pK", sides)

    def _side(self, chosen: pa.Table) -> Side:
        measured = self._measurements.take(chosen["measurement"])
        signs = {sign: number for number, sign in RELATIONS.items()}
        relation = np.array([signs[sign] for sign in measured["relation"].to_pylist()], dtype=np.int8)
        rows = pa.table(
            {
                "key": chosen["key"],
                "line": measured["line"],
                "ligand": self._ligands["ligand"].take(measured["ligand"]),
                "protein": self._proteins["protein"].take(measured["protein"]),
                "value": measured["value"],
                "relation": pa.array(relation),
            }
        )
        ligands, ligand = np.unique(measured["ligand"].to_numpy(), return_inverse=True)
        proteins, protein = np.unique(measured["protein"].to_numpy(), return_inverse=True)
        pairs = Pairs(
            tuple(self._ligands["smiles"].take(pa.array(ligands)).to_pylist()),
            tuple(self._proteins["sequence"].take(pa.array(proteins)).to_pylist()),
            ligand.astype(np.int64),
            protein.astype(np.int64),
            measured["value"].to_numpy(),
            relation,
        )
        return Side(rows, pairs)
