"""h5ad: an annotated matrix of samples × genes (anndata's format on disk), dense or sparse, of anndata 0.7 and later.

Read by the anndata package, which knows every version of every element, and element by element: neither embeddings nor
graphs of neighbours come into memory.
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from knockon.arrays import Matrix
from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression, expression
from knockon.sources.cellstate.scale import Scale

if TYPE_CHECKING:
    from pandas import DataFrame


def read_h5ad(path: Path, scale: str | None = None, layer: str | None = None) -> Expression:
    """Read X, or a layer, with the names of samples and genes and the samples' columns, as texts.

    Absent cells of a sparse matrix are zeros. Natural logarithms, as scanpy makes and notes them, are put to base 2,
    unless a scale is stated. Raises FormatError where the file is no h5ad or a damaged one, or has no such layer.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            place = _place(path, file, layer)
            samples, genes = _frame(path, file, "obs"), _frame(path, file, "var")
            values = _matrix(path, file, place, (len(samples), len(genes)))
            natural = scale is None and _natural(path, file)
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except (OSError, RuntimeError) as error:
        raise FormatError(f"{path}: not a readable HDF5 file ({str(error)[:120]}): is it truncated?") from error
    found = expression(path, _texts(samples.index), _texts(genes.index), values, scale, _columns(samples))
    return _to_base_2(found) if natural and found.scale.name == "log2" else found


def _place(path: Path, file: Any, layer: str | None) -> str:
    """Where the asked matrix stands in the file."""
    if missing := [name for name in ("obs", "var") if name not in file]:
        raise FormatError(f"{path}: has no {missing[0]}, the table of its names: it is no h5ad")
    place = "X" if layer is None else f"layers/{layer}"
    if place not in file:
        layers = ", ".join(file["layers"]) if "layers" in file else ""
        raise FormatError(f"{path}: has no {place}: name a layer; it has {layers or 'none'}")
    return place


def _element(path: Path, file: Any, name: str) -> Any:
    """An element, as anndata reads it. Raises FormatError where it can't."""
    from anndata.io import read_elem

    try:
        return read_elem(file[name])
    except (OSError, MemoryError):
        raise
    except Exception as error:  # A dozen kinds, by what is damaged.
        raise FormatError(
            f"{path}: its {name} can't be read ({str(error)[:160]}): is it damaged, or of a newer anndata?"
        ) from error


def _frame(path: Path, file: Any, name: str) -> "DataFrame":
    """A table of what is known of samples or genes, whose index are their names."""
    found = _element(path, file, name)
    if not hasattr(found, "index"):
        raise FormatError(f"{path}: its {name} is of anndata before 0.7: open it with anndata, and write it again")
    return cast("DataFrame", found)


def _texts(column: Any) -> tuple[str, ...]:
    """Cells as texts, empty where one is missing."""
    return tuple("" if missing else str(cell) for cell, missing in zip(column, column.isna(), strict=True))


def _columns(frame: "DataFrame") -> dict[str, tuple[str, ...]]:
    return {str(name): _texts(column) for name, column in frame.items()}


def _matrix(path: Path, file: Any, place: str, shape: tuple[int, int]) -> Matrix:
    """A dense or sparse matrix as float32 (samples, genes)."""
    import scipy.sparse as sp

    found = _element(path, file, place)
    if not (hasattr(found, "shape") and hasattr(found, "dtype")):
        raise FormatError(f"{path}: its {place} is no matrix")
    if found.shape != shape:
        raise FormatError(f"{path}: a matrix of {found.shape} with names of {shape[0]} samples and {shape[1]} genes")
    if found.dtype.kind not in "iufb":
        raise FormatError(f"{path}: its {place} holds {found.dtype}, no numbers")
    if sp.issparse(found):
        found = _dense(path, place, found)
    return np.asarray(found, dtype=np.float32)


def _dense(path: Path, place: str, found: Any) -> Matrix:
    """A sparse matrix with all its zeros. Raises FormatError where it points out of itself: scipy would follow."""
    try:
        found.check_format(full_check=True)
    except ValueError as error:
        raise FormatError(f"{path}: its {place} is damaged: {error}") from error
    return np.asarray(found.toarray())


def _natural(path: Path, file: Any) -> bool:
    """Whether the file notes a logarithm without a base: that of scanpy's `log1p` is the natural one."""
    if "uns" not in file or "log1p" not in file["uns"]:
        return False
    noted = _element(path, file, "uns/log1p")
    return isinstance(noted, dict) and noted.get("base") is None


def _to_base_2(found: Expression) -> Expression:
    known = f"{found.scale.known}; the file notes natural logarithms, log1p, which were put to base 2"
    return replace(found, values=found.values / np.float32(math.log(2)), scale=Scale("log2", known))
