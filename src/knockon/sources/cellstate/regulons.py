"""Which regulator acts on which gene, and in which direction: DoRothEA, TRRUST, and PRECISE's network.

One edge a pair of regulator and target. Where a source says both directions of a pair, or that it doesn't know, the
sign is 0: an edge of unknown sign still says where to look.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError, KnockonError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, trimmed
from knockon.sources.text import read_delimited

REGULON_SCHEMA = pa.schema(
    [
        column("regulator", pa.string(), "name of the regulator, as its source writes it"),
        column("target", pa.string(), "name of the regulated gene, as its source writes it"),
        column("sign", pa.int8(), "1 activates, -1 represses, 0 unknown or both"),
        column("evidence", pa.string(), "the source's grade of evidence; empty where it gives none"),
    ]
)

CONFIDENCES = ("A", "B", "C", "D", "E")
"""DoRothEA's grades, the best first; Garcia-Alonso et al. 2019, Genome Res. 29:1363."""

_TRRUST = {"Activation": 1, "Repression": -1, "Unknown": 0}
_TRN = {"+": 1, "-": -1, "+-": 0, "-+": 0, "?": 0, "": 0}


def read_trrust(path: Path) -> ReadResult:
    """Read TRRUST's raw table (no header: regulator, target, effect, PubMed ids) into REGULON_SCHEMA.

    Han et al. 2018, Nucleic Acids Res. 46:D380. Effects that it doesn't name are rejected.
    """
    found = read_delimited(path, ["regulator", "target", "effect", "publications"], header=False)
    return _edges(path, found, _TRRUST)


def read_precise_trn(path: Path) -> ReadResult:
    """Read PRECISE's `TRN.csv` (regulator, gene_id, effect) into REGULON_SCHEMA.

    Regulators are names (of metabolites, too), targets locus tags. Effects that it doesn't name are rejected.
    """
    names = ["row", "regulator", "target", "effect"]
    found = read_delimited(path, names, ",", expected_header=["", "regulator", "gene_id", "effect"], quoted=True)
    return _edges(path, found, _TRN)


def _edges(path: Path, found: ReadResult, effects: dict[str, int]) -> ReadResult:
    """Edges out of columns regulator, target and effect, each pair once, in the order of their first rows."""
    table = found.table
    refusals = Refusals(path, table["line"])
    refusals.refuse_empty(table, "regulator", "target")
    effect = trimmed(table, "effect")
    known = pa.array(effects, type=pa.string())
    refusals.refuse(pc.invert(pc.is_in(effect, value_set=known)), effect, f"effect is none of {', '.join(effects)}")
    good = refusals.good
    place = pc.index_in(effect.filter(good), value_set=known).to_numpy()
    signs = np.array(list(effects.values()), dtype=np.int8)[place]
    regulators, targets = (trimmed(table, name).filter(good) for name in ("regulator", "target"))
    merged = merged_edges(regulators, targets, signs, pa.repeat("", len(regulators)))
    return ReadResult(merged, refusals.rejects(found.rejects))


def merged_edges(regulators: pa.Array, targets: pa.Array, signs: np.ndarray, evidence: pa.Array) -> pa.Table:
    """REGULON_SCHEMA with each pair once: its sign where all rows agree, else 0; the evidence of its first row."""
    codes = [each.dictionary_encode().indices.to_numpy().astype(np.int64) for each in (regulators, targets)]
    pairs = codes[0] * (codes[1].max(initial=0) + 1) + codes[1]
    _, first, place = np.unique(pairs, return_index=True, return_inverse=True)
    least, most = np.full(len(first), 2, dtype=np.int8), np.full(len(first), -2, dtype=np.int8)
    np.minimum.at(least, place, signs)
    np.maximum.at(most, place, signs)
    order = np.argsort(first)
    rows = pa.array(first[order])
    agreed = np.where(least == most, least, 0)[order].astype(np.int8)
    columns = [regulators.take(rows), targets.take(rows), pa.array(agreed), evidence.take(rows)]
    return pa.Table.from_arrays(columns, schema=REGULON_SCHEMA)


def read_dorothea(path: Path, confidence: str = "C") -> pa.Table:
    """Read DoRothEA's `.rda` into REGULON_SCHEMA.

    confidence: the worst grade that is kept; of 454,504 edges A to C are 2.9 %. Raises FormatError where it is another
    data frame, KnockonError for an unknown grade.
    """
    # R's files are read by a library that few commands need.
    from knockon.sources.cellstate.rdata import read_frame

    if confidence not in CONFIDENCES:
        raise KnockonError(f"dorothea: there is no confidence {confidence!r}; choose one of {', '.join(CONFIDENCES)}")
    frame = read_frame(path)
    if missing := {"tf", "confidence", "target", "mor"} - set(frame.columns):
        raise FormatError(f"{path}: has no column {sorted(missing)[0]}; is it DoRothEA's table?")
    grades = frame["confidence"].to_numpy(dtype=object).astype(str)
    kept = np.isin(grades, CONFIDENCES[: CONFIDENCES.index(confidence) + 1])
    regulators, targets = (
        pa.array(frame[name].to_numpy(dtype=object)[kept].tolist(), pa.string()) for name in ("tf", "target")
    )
    signs = np.sign(frame["mor"].to_numpy(dtype=np.float64)[kept]).astype(np.int8)
    return merged_edges(regulators, targets, signs, pa.array(grades[kept].tolist(), pa.string()))
