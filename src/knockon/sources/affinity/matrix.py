"""Davis and KIBA as DeepDTA distributes them: ligands and proteins as JSON, a matrix of values as text, folds as JSON.

The pickled matrices (`Y`) hold the same numbers and are not read: a pickle runs code. A fold's numbers count the cells
that are not missing, row by row.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Integers, Values
from knockon.errors import FormatError
from knockon.sources.affinity.measured import MEASURED_SCHEMA, TEXT, UNITS, as_pk
from knockon.sources.blocks import read_blocks
from knockon.sources.reading import ReadResult, in_order, no_rejects, rejects_table
from knockon.sources.text import read_lines, to_float

DAVIS_FLOOR = 10_000.0
"""nM; Davis et al. write this where no binding was seen at the highest concentration: Kd is above, pKd below 5."""


@dataclass(frozen=True)
class _Matrix:
    """Names and texts of the rows (ligands) and columns (proteins), and the values, NaN where there is none."""

    ligands: dict[str, str]
    proteins: dict[str, str]
    values: Values


def read_davis(path: Path, ligands: Path, proteins: Path, test: Path, train: Path) -> ReadResult:
    """Read the Kd matrix (nM) into MEASURED_SCHEMA as pKd; 10,000 nM is `< 5`, a floor and no value.

    Rejected: cells whose Kd is not positive. Raises FormatError where the matrix does not fit its ligands and
    proteins, or the folds do not fit the matrix.
    """
    matrix = _read(path, ligands, proteins)
    cells = np.argwhere(~np.isnan(matrix.values))
    values = matrix.values[tuple(cells.T)]
    good = values > 0
    pk = as_pk(np.where(good, values, 1.0), UNITS["nM"])
    relation = np.where(values >= DAVIS_FLOOR, "<", "=")
    return _table(path, matrix, cells, (pk, relation, "Kd"), _parts(path, test, train, len(cells)), good)


def read_kiba(path: Path, ligands: Path, proteins: Path, test: Path, train: Path) -> ReadResult:
    """Read the matrix of transformed KIBA scores into MEASURED_SCHEMA; higher is stronger.

    Rejected: negative scores. Raises FormatError as `read_davis`.
    """
    matrix = _read(path, ligands, proteins)
    cells = np.argwhere(~np.isnan(matrix.values))
    values = matrix.values[tuple(cells.T)]
    relation = np.full(len(cells), "=")
    # 0 is a score: the weakest of the transformed ones.
    return _table(path, matrix, cells, (values, relation, "KIBA"), _parts(path, test, train, len(cells)), values >= 0)


def _table(
    path: Path,
    matrix: _Matrix,
    cells: Integers,
    measured: tuple[Values, NDArray[np.str_], str],
    parts: NDArray[np.str_],
    good: NDArray[np.bool_],
) -> ReadResult:
    values, relation, kind = measured
    rows, columns = pa.array(cells[:, 0], pa.int32()), pa.array(cells[:, 1], pa.int32())
    names = np.char.add(
        np.char.add(np.array(list(matrix.ligands)), ":")[cells[:, 0]], np.array(list(matrix.proteins))[cells[:, 1]]
    )
    arrays = [
        pa.array(cells[:, 0] + 1),
        pa.array(names.tolist(), pa.string()),
        pa.repeat("smiles", len(cells)),
        _dictionary(rows, matrix.ligands),
        _dictionary(columns, matrix.proteins),
        pa.array(values),
        pa.array(relation.tolist(), pa.string()),
        pa.repeat(kind, len(cells)),
        pa.array(parts.tolist(), pa.string()),
    ]
    table = pa.Table.from_arrays(arrays, schema=MEASURED_SCHEMA)
    bad = pa.array(~good)
    rejects = [no_rejects()]
    if not good.all():
        rejects.append(rejects_table(path, arrays[0].filter(bad), arrays[1].filter(bad), "a value below its scale"))
    return ReadResult(table.filter(pa.array(good)), in_order(pa.concat_tables(rejects)))


def _dictionary(codes: pa.Array, texts: dict[str, str]) -> pa.Array:
    """Texts by number; one that stands under several names is one entry."""
    encoded = pa.array(list(texts.values()), pa.large_string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(codes).cast(pa.int32()), encoded.dictionary).cast(TEXT)


def _read(path: Path, ligands: Path, proteins: Path) -> _Matrix:
    named = (_texts(ligands, "SMILES"), _texts(proteins, "sequence"))
    lines = read_lines(path)["text"].to_pylist()
    rows = [line.split() for line in lines if line.strip()]
    shape = (len(named[0]), len(named[1]))
    widths = {len(row) for row in rows}
    if (len(rows), widths) != (shape[0], {shape[1]}):
        raise FormatError(
            f"{path}: {len(rows)} rows of {' or '.join(map(str, sorted(widths)))} values; "
            f"{ligands.name} and {proteins.name} say {shape[0]} rows of {shape[1]}"
        )
    words = pa.array([word for row in rows for word in row], pa.string())
    numbers, bad = to_float(words)
    if (first := pc.index(bad, True).as_py()) >= 0:
        raise FormatError(f"{path}: row {first // shape[1] + 1}: {words[first].as_py()[:80]!r} is no number")
    return _Matrix(*named, numbers.to_numpy(zero_copy_only=False).reshape(shape))


def _texts(path: Path, what: str) -> dict[str, str]:
    """A JSON object of name → text. Raises FormatError for anything else, and where a name stands twice."""
    found = read_json(path)
    if not isinstance(found, dict) or not found or not all(isinstance(text, str) for text in found.values()):
        raise FormatError(f"{path}: not a JSON object of name → {what}")
    return found


def _parts(path: Path, test: Path, train: Path, cells: int) -> NDArray[np.str_]:
    """Name of the published side by cell: fold1 … fold5 or test; empty where no list names it."""
    folds = read_json(train)
    if not isinstance(folds, list):
        raise FormatError(f"{train}: not a list of lists of numbers")
    parts = np.zeros(cells, dtype="<U10")
    for file, name, numbers in [(test, "test", read_json(test))] + [
        (train, f"fold{place}", one) for place, one in enumerate(folds, start=1)
    ]:
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise FormatError(f"{file}: not a list of numbers of cells")
        where = np.array(numbers, dtype=np.int64)
        if len(where) and (where.min() < 0 or where.max() >= cells):
            raise FormatError(f"{path}: has {cells} measured cells, {file.name} names others; is a value missing?")
        if (parts[where] != "").any() or len(np.unique(where)) != len(where):
            raise FormatError(f"{file}: a cell stands in two lists")
        parts[where] = name
    return parts


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises FormatError where it is missing, no JSON, or names a key twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise FormatError(f"{path}: the name {twice[:80]!r} stands twice")
        return dict(pairs)

    text = b"".join(block.data for block in read_blocks(path))
    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: is not JSON: {' '.join(str(error).split())[:200]}") from error
