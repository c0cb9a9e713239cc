"""Small sources of measured affinities, as readers return them."""

import pyarrow as pa

from knockon.sources.affinity.measured import MEASURED_SCHEMA, TEXT
from knockon.sources.reading import ReadResult

CHAIN = "MKTAYIAKQRQISFVKSHFSRQLEERLGLI"
OTHER = "GSHWDNPQCVEYRTFMKLIAWHDENQPCGS"

Row = tuple[str, str, float, str, str]
"""SMILES, sequence, value, relation, part."""


def source(*rows: Row, kind: str = "Kd") -> ReadResult:
    """What a reader returns, the lines numbered from 2."""
    ligands, sequences, values, relations, parts = map(list, zip(*rows, strict=True))
    lines = list(range(2, len(rows) + 2))
    columns = [
        pa.array(lines),
        pa.array([f"row {line}" for line in lines]),
        pa.array(["smiles"] * len(rows)),
        pa.array(ligands, pa.large_string()).dictionary_encode().cast(TEXT),
        pa.array(sequences, pa.large_string()).dictionary_encode().cast(TEXT),
        pa.array(values, pa.float64()),
        pa.array(relations),
        pa.array([kind] * len(rows)),
        pa.array(parts),
    ]
    return ReadResult(pa.Table.from_arrays(columns, schema=MEASURED_SCHEMA))
