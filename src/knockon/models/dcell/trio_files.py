"""The three files of a DCell trio, checked against each other without the libraries that training needs."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.models.dcell.ontology import read_topology
from knockon.sources.yeast.dcell import read_dcell_pairs


def check_trio(topology: Path, train: Path, test: Path) -> None:
    """Raise KnockonError where a file is missing or damaged, or names a gene that the topology lacks."""
    for path in (topology, train, test):
        if not path.is_file():
            raise KnockonError(f"{path}: there is no such file")
    genes = read_topology(topology).genes
    for path in (train, test):
        read_trio_pairs(path, genes)


def read_trio_pairs(path: Path, genes: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Values (pairs,) and places among `genes` (pairs, 2) of a file of DCell's.

    Raises KnockonError for a gene that is not among them, with its line.
    """
    table = read_dcell_pairs(path).table
    columns = [pc.index_in(table[name], value_set=pa.array(genes)) for name in ("gene_a", "gene_b")]
    for name, column in zip(("gene_a", "gene_b"), columns, strict=True):
        if column.null_count:
            missing = table[name].filter(pc.is_null(column))
            line = table["line"].filter(pc.is_null(column))[0].as_py()
            raise KnockonError(
                f"{path}: line {line}: gene {missing[0].as_py()} is not in the topology{_others(missing)}: "
                "take both from one release of DCell's files"
            )
    indices = np.stack([column.to_numpy() for column in columns], axis=1).astype(np.int32)
    return table["value"].to_numpy().astype(np.float64), indices


def _others(missing: pa.ChunkedArray) -> str:
    """How many other genes are missing, each counted once; nothing where there is none."""
    others = len(pc.unique(missing)) - 1
    return f", nor {'is 1 other' if others == 1 else f'are {others} others'}" if others else ""
