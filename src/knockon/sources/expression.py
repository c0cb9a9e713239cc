"""Transcriptomes of deletion strains.

A text matrix of kinase and phosphatase deletions (assembled by Gonçalves et al. 2017, PLoS Computational Biology
13:e1005297 from Kemmeren et al. 2014, Cell 157:740), and the MATLAB table of Sameith et al. 2015, BMC Biology 13:112
(single and double deletions of transcription factors) as Culley et al. 2020, PNAS 117:18869 packed it.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.io
from numpy.typing import NDArray

from knockon.errors import FormatError
from knockon.sources.profiles import in_line_order, numbers, one_gene_each, profiles
from knockon.sources.reading import ReadResult, no_rejects
from knockon.sources.tables import Refusals, repeated, split, trimmed
from knockon.sources.text import read_delimited

Z_SCORE = "z-score among the strain's transcripts"
RATIO = "expression in the mutant divided by expression in the wild type"

# Where the name of the first element of MATLAB's hidden workspace stands; see _decoded_workspace.
_NAME_OFFSET = 48
_UNNAMED = b"\x01\x00\x00\x00\x00\x00\x00\x00"
_NAMED = b"\x01\x00\x01\x00w\x00\x00\x00"
_LARGEST_MAT = 1 << 30


def read_expression_matrix(path: Path, *, unit: str = Z_SCORE) -> ReadResult:
    """Read a tab-separated matrix, a row a transcript and a column a deletion strain, into PROFILE_SCHEMA.

    Rejected: rows without a transcript or with one that came before, and single cells that are no numbers.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, None)
    label, *strains = text.table.column_names[1:]
    if not strains or label.casefold() not in ("target", "orf", "yorf", "gene"):
        raise FormatError(f"{path}, line 1: the first column must be target, ORF or gene, the others deletion strains")
    refusals = Refusals(path, text.table["line"])
    refusals.refuse_empty(text.table, label)
    transcripts = trimmed(text.table, label)
    refusals.refuse(repeated(transcripts), transcripts, "a transcript that came before")
    rows, transcripts = text.table.filter(refusals.good), transcripts.filter(refusals.good)
    values, bad_cells = numbers(path, rows, strains)
    names = pa.array(strains, pa.string())
    lines = rows["line"].to_numpy()[None, :]
    table = profiles(lines, names, one_gene_each(names), transcripts, values.T, "expression", unit)
    return in_line_order(table, [refusals.rejects(text.rejects), bad_cells])


def read_sameith(path: Path) -> ReadResult:
    """Read the MATLAB table of Sameith et al. into PROFILE_SCHEMA: a column a strain, named GENE or GENE_GENE.

    The line is the row of the table. Rejected: transcripts without a name or with one that came before.
    Raises FormatError for a file that is no MATLAB 5 file, or holds no table with a text and with number columns.
    """
    columns = _table_columns(path)
    texts = {name: values for name, values in columns.items() if values.dtype == object}
    measured = {name: values for name, values in columns.items() if values.dtype == np.float64}
    if not texts or not measured or len({len(values) for values in columns.values()}) != 1:
        raise FormatError(f"{path}: the MATLAB table has no column of names with columns of numbers beside it")
    transcripts = _text_column(path, next(iter(texts.values())))
    refusals = Refusals(path, pa.array(np.arange(1, len(transcripts) + 1)))
    refusals.refuse(pc.equal(transcripts, ""), transcripts, "no transcript")
    refusals.refuse(repeated(transcripts), transcripts, "a transcript that came before")
    good = np.flatnonzero(refusals.good)
    values = np.stack(list(measured.values()))[:, good]
    values[~np.isfinite(values)] = np.nan
    strains = pa.array(list(measured), pa.string())
    components = transcripts.take(pa.array(good))
    table = profiles(good[None, :] + 1, strains, split(strains, "_"), components, values, "expression", RATIO)
    return in_line_order(table, [refusals.rejects(no_rejects())])


def _table_columns(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of the one MATLAB table in a file that are text (object) or numbers, by name.

    A table's properties lie as cells in a row after its class description: among them one cell array of its columns
    and one, of the same length, of their names (MATLAB 2013b and later, undocumented; columns of other classes, such as
    categorical, are references and are passed over).
    """
    cells = _decoded_workspace(path)
    lists = [cell.ravel() for cell in cells if _is(cell, object) and cell.ndim == 2 and cell.shape[0] == 1]
    for names in lists:
        if len(names) < 2 or not all(_is_text(name) for name in names):
            continue
        for columns in lists:
            if columns is not names and len(columns) == len(names):
                pairs = zip((str(name[0]) for name in names), columns, strict=True)
                return {
                    name: column.ravel() for name, column in pairs if _is(column, object) or _is(column, np.float64)
                }
    raise FormatError(f"{path}: holds no MATLAB table; save the table with MATLAB 2013b or later, not as -v7.3")


def _decoded_workspace(path: Path) -> list[NDArray[Any]]:
    """The cells of MATLAB's hidden workspace, in which objects such as tables are stored.

    scipy gives that workspace as bytes. They are a MATLAB file without its header, whose first element has no name and
    is therefore left undecoded; so a header is put before, and a name in.
    """
    hidden = _load(path, path).get("__function_workspace__")
    if hidden is None:
        raise FormatError(f"{path}: holds no MATLAB object, so no table")
    raw = hidden.tobytes()
    if raw[_NAME_OFFSET : _NAME_OFFSET + len(_UNNAMED)] != _UNNAMED:
        raise FormatError(
            f"{path}: a MATLAB workspace of an unknown layout; save the table again with MATLAB 2013b or later"
        )
    named = raw[8:_NAME_OFFSET] + _NAMED + raw[_NAME_OFFSET + len(_UNNAMED) :]
    content = _load(path, io.BytesIO(b"MATLAB 5.0 MAT-file".ljust(124) + raw[:4] + named)).get("w")
    try:
        return list(content["MCOS"][0, 0][0]["arr"].ravel())  # type: ignore[index]
    except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
        raise FormatError(f"{path}: a MATLAB workspace of an unknown layout ({str(error)[:100]})") from error


def _load(path: Path, source: Any) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_MAT:
            raise FormatError(f"{path}: is larger than {_LARGEST_MAT >> 30} GB; export the table as text instead")
        return scipy.io.loadmat(source)
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except FormatError:
        raise
    except Exception as error:  # scipy's parser raises whatever it stumbles on in a broken file
        raise FormatError(
            f"{path}: is no readable MATLAB 5 file ({type(error).__name__}: {str(error)[:150]})"
        ) from error


def _is(value: object, kind: type) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == kind


def _is_text(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "U" and value.size == 1


def _text_column(path: Path, cells: NDArray[Any]) -> pa.Array:
    """A cell array of text; an empty cell is the empty text."""
    if not all(isinstance(cell, np.ndarray) and cell.dtype.kind == "U" and cell.size <= 1 for cell in cells):
        raise FormatError(f"{path}: the first text column of the MATLAB table holds something else than text")
    return pa.array([str(cell[0]).strip() if cell.size else "" for cell in cells], pa.string())
