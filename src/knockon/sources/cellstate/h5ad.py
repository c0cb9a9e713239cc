"""h5ad: an annotated matrix of samples × genes (anndata's format on disk), dense, CSR or CSC.

Read by its published layout (encoding-type and encoding-version on every element) and not through the anndata package,
whose versions for Python 3.11 hold pandas back below 3 for everything here.
"""

from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Matrix
from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression, expression

_SPARSE = ("csr_matrix", "csc_matrix")


def read_h5ad(path: Path, scale: str | None = None, layer: str | None = None) -> Expression:
    """Read X, or a layer, with the names of samples and genes and the samples' text columns.

    Absent cells of a sparse matrix are zeros. Raises FormatError where the file is no h5ad, or the layer is not there.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("encoding-type") != "anndata":
                raise FormatError(f"{path}: its encoding-type is {file.attrs.get('encoding-type')!r}, not anndata")
            place = "X" if layer is None else f"layers/{layer}"
            if place not in file:
                layers = ", ".join(file["layers"]) if "layers" in file else ""
                raise FormatError(f"{path}: has no {place}; its layers are: {layers or 'none'}")
            samples, genes = _index(path, file, "obs"), _index(path, file, "var")
            values = _matrix(path, file[place], (len(samples), len(genes)))
            about = {name: found for name in file["obs"] if (found := _column(file["obs"][name])) is not None}
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except OSError as error:
        raise FormatError(f"{path}: not a readable HDF5 file ({str(error)[:120]}): is it truncated?") from error
    return expression(path, samples, genes, values, scale, about)


def _index(path: Path, file: Any, frame: str) -> tuple[str, ...]:
    """Names of the rows of a frame, which its attribute `_index` points to."""
    name = file[frame].attrs.get("_index") if frame in file else None
    found = None if name is None or name not in file[frame] else _column(file[frame][name])
    if found is None:
        raise FormatError(f"{path}: {frame} has no index of names: is it an h5ad of anndata 0.8 or later?")
    return found


def _column(found: Any) -> tuple[str, ...] | None:
    """A column of text, plain or categorical; None where it holds anything else."""
    kind = found.attrs.get("encoding-type")
    if kind == "categorical":
        names = found["categories"].asstr()[:] if found["categories"].dtype.kind == "O" else found["categories"][:]
        return tuple("" if code < 0 else str(names[code]) for code in found["codes"][:].tolist())
    if kind == "string-array":
        return tuple(found.asstr()[:].tolist())
    return None


def _matrix(path: Path, found: Any, shape: tuple[int, int]) -> Matrix:
    kind = found.attrs.get("encoding-type")
    if kind == "array":
        values = np.asarray(found[:], dtype=np.float32)
    elif kind in _SPARSE:
        import scipy.sparse as sp

        maker = sp.csr_matrix if kind == "csr_matrix" else sp.csc_matrix
        parts = (found["data"][:], found["indices"][:], found["indptr"][:])
        values = maker(parts, shape=tuple(found.attrs["shape"])).toarray().astype(np.float32)
    else:
        raise FormatError(f"{path}: its matrix is encoded as {kind!r}; known are array, {', '.join(_SPARSE)}")
    if values.shape != shape:
        raise FormatError(f"{path}: a matrix of {values.shape} with names of {shape[0]} samples and {shape[1]} genes")
    return values
