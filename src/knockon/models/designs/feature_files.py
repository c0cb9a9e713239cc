"""What is known of genes on disk: one file of arrays, and one that says what each block is and where it is from."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.arrays import Mask
from knockon.artifact import check, stamp_text
from knockon.atomic import atomic_directory, write_parquet
from knockon.errors import FormatError, KnockonError
from knockon.models.designs.protocol import GeneFeatures
from knockon.models.storage import load_arrays, save_arrays

_ARRAYS, _BLOCKS = "features.safetensors", "blocks.parquet"
_KIND, _VERSION = "design.features", 1
_PARTS = ("data", "indices", "indptr")


def write_features(folder: Path, features: GeneFeatures, provenance: dict[str, str]) -> None:
    """Write a folder, replaced as a whole. provenance: by block, what it was made from."""
    arrays = {"values": features.values.astype(np.float32)}
    for name, matrix in features.links.items():
        arrays |= {f"{name}.{part}": getattr(matrix, part) for part in _PARTS}
        arrays[f"{name}.indices"] = arrays[f"{name}.indices"].astype(np.int32)
        arrays[f"{name}.indptr"] = arrays[f"{name}.indptr"].astype(np.int64)
    widths = {name: matrix.shape[1] for name, matrix in features.links.items()}
    settings = {"genes": list(features.genes), "names": list(features.names), "widths": widths}
    with atomic_directory(folder) as target:
        save_arrays(target / _ARRAYS, _KIND, arrays, settings)
        write_parquet(target / _BLOCKS, described(features, provenance))


def read_features(folder: Path) -> GeneFeatures:
    """Read what `write_features` wrote. Raises KnockonError where it is absent, damaged or of a newer version."""
    if not folder.is_dir():
        raise KnockonError(f"{folder}: nothing is known of genes there; run `dvc repro design_features` or `dvc pull`")
    arrays, settings = load_arrays(folder / _ARRAYS, _KIND)
    genes, names = tuple(settings["genes"]), tuple(settings["names"])
    links = {
        name: sp.csr_matrix(tuple(arrays[f"{name}.{part}"] for part in _PARTS), shape=(len(genes), width))
        for name, width in settings["widths"].items()
    }
    if arrays["values"].shape != (len(genes), len(names)):
        raise FormatError(f"{folder}: {arrays['values'].shape} values of {len(genes)} genes; make it again")
    return GeneFeatures(genes, names, arrays["values"], links)


def described(features: GeneFeatures, provenance: dict[str, str]) -> pa.Table:
    """A row a block: its form, its width, how many genes it says anything of, and where it is from."""
    rows = []
    for name in features.blocks:
        sparse = name in features.links
        width = features.links[name].shape[1] if sparse else features.block(name).shape[1]
        row = {"block": name, "form": "links" if sparse else "values", "features": int(width)}
        rows.append(row | {"genes": int(known_genes(features, name).sum()), "provenance": provenance.get(name, "")})
    return pa.Table.from_pylist(rows).replace_schema_metadata(stamp_text(_KIND, _VERSION))


def known_genes(features: GeneFeatures, block: str) -> Mask:
    """Of which genes a block says anything, bool (genes,)."""
    if block in features.links:
        return np.asarray(np.diff(features.links[block].indptr) > 0)
    return np.asarray(np.isfinite(features.block(block)).any(axis=1))


def read_blocks(folder: Path) -> pa.Table:
    """The rows of `described`. Raises KnockonError where they are absent or of a newer version."""
    path = folder / _BLOCKS
    if not path.exists():
        raise KnockonError(f"{path}: is missing; run `dvc repro design_features` or `dvc pull`")
    table = pq.read_table(path)
    check({key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}, _KIND, (1,), path)
    return table
