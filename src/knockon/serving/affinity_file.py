"""A person's table of molecules and sequences, in the form that the models were trained on; what is neither, aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Rows
from knockon.errors import FormatError, KnockonError
from knockon.serving.affinity_inputs import trained_form
from knockon.sources.affinity.proteins import clean_sequences
from knockon.sources.reading import why_none
from knockon.sources.tables import Refusals, read_named, solid, trimmed

COLUMNS = ("smiles", "sequence")
ADDED = ("pk", "low", "high")


@dataclass(frozen=True)
class PairFile:
    """The rows that can be asked about. table: all columns as they are; smiles, sequences: in the form of training.

    rejects: the other rows, in REJECT_SCHEMA.
    """

    table: pa.Table
    smiles: tuple[str, ...]
    sequences: tuple[str, ...]
    rejects: pa.Table


def read_pair_file(path: Path) -> PairFile:
    """Read a CSV with columns smiles and sequence. Raises FormatError where it lacks one, or no row can be used."""
    raw = read_named(path, ",", quoted=True)
    table = raw.table
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise FormatError(f"{path}: the header names no {missing[0]}; it needs smiles and sequence")
    if taken := [name for name in ADDED if name in table.column_names]:
        raise FormatError(f"{path}: has a column {taken[0]}, which the answers bring: rename it")
    refusals = Refusals(path, table["line"])
    refusals.refuse_empty(table, *COLUMNS)
    smiles, sequences = trimmed(table, "smiles"), trimmed(table, "sequence")
    molecules = _forms(smiles, _molecules, refusals)
    proteins = _forms(sequences, _sequences, refusals)
    good = np.flatnonzero(np.asarray(refusals.good))
    rejects = refusals.rejects(raw.rejects)
    if not len(good):
        raise FormatError(f"{path}: no row can be used{why_none(rejects)}")
    return PairFile(table.drop_columns("line").take(good), _taken(molecules, good), _taken(proteins, good), rejects)


def _taken(texts: Sequence[str], rows: Rows) -> tuple[str, ...]:
    return tuple(texts[row] for row in rows)


def _forms(column: pa.Array, read: Callable[[list[str]], tuple[list[str], list[str]]], refusals: Refusals) -> list[str]:
    """Forms of a column, each distinct text read once; rows are refused by the reasons that come with them."""
    codes = solid(column).dictionary_encode()
    forms, reasons = read(codes.dictionary.to_pylist())
    of_rows = pa.array(reasons, pa.string()).take(codes.indices)
    for reason in sorted({text for text in reasons if text}):
        refusals.refuse(pc.equal(of_rows, reason), column, reason)
    return pa.array(forms, pa.large_string()).take(codes.indices).to_pylist()


def _molecules(texts: list[str]) -> tuple[list[str], list[str]]:
    forms, reasons = [], []
    for text in texts:
        try:
            forms.append(trained_form(text))
            reasons.append("")
        except KnockonError as error:
            forms.append("")
            reasons.append(str(error))
    return forms, reasons


def _sequences(texts: list[str]) -> tuple[list[str], list[str]]:
    found = clean_sequences(pa.array(texts, pa.large_string()))
    return found.sequences.to_pylist(), pc.fill_null(found.reasons, "").to_pylist()
