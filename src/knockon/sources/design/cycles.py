"""Cycles of design and test: isoprenol of P. putida strains with 0 to 4 genes knocked down (Carruthers et al. 2025).

Two layouts. The cycles' file has a replicate a line; each strain's genes stand in it four times (name, list, guides,
and one 0/1 column a gene), and all must agree. The file of the first screen (cycle 0) has a target a line and no
replicate numbers. Traps: a line's name comes back in every cycle (`Control_P1-R1` four times) and a strain in two, so
that only name and cycle together are one measurement; `nt_string` is empty throughout and empty guides are no gene;
`sorted_gene_list` is numpy's print of a list, without commas; 0.01 mg/L in the screen stands for "not detected".
Values are as published, not divided by the controls: those stand in rows of their own, with their plates.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers
from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, mask, read_named, repeated, solid, trimmed
from knockon.sources.text import read_delimited, to_float, to_int

CYCLE_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("strain", pa.string(), "genes joined by +, sorted; empty for the control"),
        column("genes", pa.list_(pa.string()), "locus tags of the knocked-down genes, sorted"),
        column("cycle", pa.int64(), "number of the cycle of design and test; 0 is the screen of single genes"),
        column("replicate", pa.int64(), "1-based, within strain and cycle"),
        column("plate", pa.int64(), "number of the plate within the cycle", nullable=True),
        column("control", pa.bool_(), "a strain whose guide has no target"),
        column("value", pa.float64(), "isoprenol, mg/L"),
        column("detected", pa.bool_(), "false where the value stands for one below the limit"),
        column("passed", pa.bool_(), "the authors gave it to their recommender; unknown for the screen", nullable=True),
    ]
)

_NEEDED = (
    "Line Name", "Line Description", "Units", "isoprenol", "rep", "line_name_norep", "cycle", "is_control",
    "sorted_gene_list", "number_of_grna", "gRNA_1", "gRNA_2", "gRNA_3", "gRNA_4", "pass_to_art",
)  # fmt: skip
_GUIDES = tuple(name for name in _NEEDED if name.startswith("gRNA_"))
_SCREEN = ("Strain", "Isoprenol", "Target", "CV[%]")

GENE = r"^[A-Z]{2,4}_[0-9]{4,5}[a-zA-Z]?$"
"""A locus tag."""

_PLATE = r"_P(?P<plate>\d+)_"
_TAG = r"[A-Z]{2,4}_[0-9]{4,5}"
_ABSENT = 0.01
"""What the screen's file says where no isoprenol was found, mg/L."""


def read_isoprenol_cycles(path: Path) -> ReadResult:
    """Read the file of several cycles into CYCLE_SCHEMA.

    Rejected: another unit than mg/L; no finite value, or one below 0; no whole cycle or replicate; genes that its
    columns tell differently; a control with genes, or a strain without; a name and cycle that came before.
    Raises FormatError for a file of another form.
    """
    # Not read_named, which refuses a column without a name: here the first one, a row number of the authors' own table.
    text = read_delimited(path, None, ",", quoted=True)
    columns = text.table.column_names
    if missing := [name for name in _NEEDED if name not in columns]:
        raise FormatError(f"{path}, line 1: the header lacks {', '.join(missing)}")
    rows = text.table
    names = trimmed(rows, "Line Name")
    refusals = Refusals(path, rows["line"])
    refusals.refuse(pc.not_equal(trimmed(rows, "Units"), "mg/L"), rows["Units"], "a unit other than mg/L")
    values = _measured(rows["isoprenol"], refusals)
    cycles, replicates = (_whole(rows, name, refusals) for name in ("cycle", "rep"))
    genes = _lists(rows["sorted_gene_list"])
    strains = pc.binary_join(genes, "+")
    refusals.refuse(_differ(rows, columns, strains), names, "name, list, guides and columns tell other genes")
    controls = pc.equal(pc.utf8_lower(trimmed(rows, "is_control")), "true")
    empty = pc.equal(strains, "")
    refusals.refuse(pc.xor(controls, empty), names, "a control with genes, or a strain without")
    refusals.refuse(repeated(names, cycles), names, "the line's name came before in this cycle")
    plates, _ = to_int(pc.struct_field(pc.extract_regex(trimmed(rows, "Line Description"), _PLATE), "plate"))
    passed = pc.equal(pc.utf8_lower(trimmed(rows, "pass_to_art")), "true")
    detected = pa.repeat(True, rows.num_rows)
    found = [rows["line"], strains, genes, cycles, replicates, plates, controls, values, detected, passed]
    return refusals.finish(pa.Table.from_arrays([solid(each) for each in found], schema=CYCLE_SCHEMA), text.rejects)


def read_isoprenol_screen(path: Path) -> ReadResult:
    """Read the screen of single genes into CYCLE_SCHEMA as cycle 0; replicates are numbered as they stand.

    Rejected: a target that is neither a locus tag nor Control; no finite value, or one below 0.
    Raises FormatError for a file of another form.
    """
    text = read_named(path, ",", quoted=True)
    if tuple(text.table.column_names[1:]) != _SCREEN:
        raise FormatError(f"{path}, line 1: the header must be {','.join(_SCREEN)}")
    rows = text.table
    targets = trimmed(rows, "Target")
    controls = pc.equal(targets, "Control")
    refusals = Refusals(path, rows["line"])
    unread = pc.invert(pc.or_(controls, pc.match_substring_regex(targets, GENE)))
    refusals.refuse(unread, targets, "a target that is neither a locus tag nor Control")
    values = _measured(rows["Isoprenol"], refusals)
    strains = pc.if_else(controls, "", targets)
    found = [
        rows["line"], strains, _lists(strains), pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows),
        pa.array(_numbered(strains)), pa.nulls(rows.num_rows, pa.int64()), controls, values,
        pc.greater(values, _ABSENT), pa.nulls(rows.num_rows, pa.bool_()),
    ]  # fmt: skip
    return refusals.finish(pa.Table.from_arrays([solid(each) for each in found], schema=CYCLE_SCHEMA), text.rejects)


def _measured(texts: pa.ChunkedArray, refusals: Refusals) -> pa.Array:
    values, _ = to_float(texts)
    refusals.refuse(pc.is_null(values), texts, "no finite value")
    refusals.refuse(pc.less(values, 0), texts, "a value below 0 mg/L")
    return pc.fill_null(values, 0.0)


def _whole(rows: pa.Table, name: str, refusals: Refusals) -> pa.Array:
    numbers, bad = to_int(rows[name])
    refusals.refuse(pc.or_(bad, pc.is_null(numbers)), rows[name], f"no whole {'replicate' if name == 'rep' else name}")
    return pc.fill_null(numbers, 0)


def _lists(texts: pa.Array | pa.ChunkedArray) -> pa.ListArray:
    """The locus tags in each text, sorted and each once, whatever stands between them."""
    # A line at a time: there are some hundred, and Arrow has no function that finds all matches.
    import re

    found = [sorted(set(re.findall(_TAG, text or ""))) for text in solid(texts).to_pylist()]
    return pa.array(found, pa.list_(pa.string()))


def _differ(rows: pa.Table, columns: list[str], strains: pa.Array) -> np.ndarray:
    """Where the four ways in which a line tells its genes do not agree."""
    told = [_joined(rows["Line Name"]), _joined(pc.binary_join_element_wise(*(rows[name] for name in _GUIDES), " "))]
    genes = [name for name in columns if mask(pc.match_substring_regex(pa.array([name]), GENE))[0]]
    counts, _ = to_int(rows["number_of_grna"])
    unlike = mask(pc.not_equal(pc.list_value_length(_lists(strains)), pc.fill_null(counts, -1)))
    for other in told:
        unlike = unlike | mask(pc.not_equal(other, strains))
    if genes:
        chosen = np.column_stack([mask(pc.equal(trimmed(rows, name), "1")) for name in genes])
        unlike = unlike | (
            np.array(["+".join(np.array(genes)[row]) for row in chosen]) != np.array(strains.to_pylist())
        )
    return unlike


def _joined(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pc.binary_join(_lists(texts), "+")


def _numbered(strains: pa.Array) -> Integers:
    """1, 2, … for the rows of each strain, in their order."""
    codes = strains.dictionary_encode().indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    first = np.concatenate([[0], np.flatnonzero(np.diff(codes[order])) + 1])
    within = np.arange(len(codes)) - np.repeat(first, np.diff(np.append(first, len(codes))))
    numbers = np.empty(len(codes), dtype=np.int64)
    numbers[order] = within + 1
    return numbers
