"""Small files of expression, written as their publishers write them."""

from pathlib import Path

import h5py
import numpy as np


def archs4(
    path: Path, counts: np.ndarray, single_cell: np.ndarray | None = None, genes: list[str] | None = None
) -> Path:
    """counts: (samples, genes)."""
    samples, width = counts.shape
    with h5py.File(path, "w") as file:
        file["data/expression"] = counts.T
        file["meta/genes/symbol"] = np.array(genes or [f"G{place}" for place in range(width)], dtype="S")
        for name, stem in (("geo_accession", "GSM"), ("series_id", "GSE"), ("characteristics_ch1", "cell line: ")):
            file[f"meta/samples/{name}"] = np.array([f"{stem}{place}" for place in range(samples)], dtype="S")
        chance = np.zeros(samples) if single_cell is None else single_cell
        file["meta/samples/singlecellprobability"] = chance
    return path


def h5ad(path: Path, values: np.ndarray, genes: list[str], sparse: str | None = None) -> Path:
    """As anndata 0.8 and later write it; sparse: csr_matrix or csc_matrix."""
    import scipy.sparse as sp

    text = h5py.string_dtype()
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        for frame, names in (("obs", [f"s{row}" for row in range(len(values))]), ("var", genes)):
            group = file.create_group(frame)
            group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            group.create_dataset("_index", data=names, dtype=text).attrs["encoding-type"] = "string-array"
        kinds = file["obs"].create_group("kind")
        kinds.attrs["encoding-type"] = "categorical"
        kinds["codes"] = np.array([0, *[-1] * (len(values) - 1)], dtype=np.int8)
        kinds.create_dataset("categories", data=["liver"], dtype=text)
        if sparse is None:
            file["X"] = values
            file["X"].attrs["encoding-type"] = "array"
        else:
            packed = (sp.csr_matrix if sparse == "csr_matrix" else sp.csc_matrix)(values)
            group = file.create_group("X")
            group.attrs.update({"encoding-type": sparse, "shape": values.shape})
            for part in ("data", "indices", "indptr"):
                group[part] = getattr(packed, part)
    return path


def levels(samples: int, genes: int, seed: int = 1) -> np.ndarray:
    """Numbers of reads as they spread: many low, few high; float32 (samples, genes)."""
    random = np.random.default_rng(seed)
    return random.poisson(random.lognormal(3, 2, (samples, genes))).astype(np.float32)
