"""Nested subsets of equal composition: the first N records of one order.

A learning curve over sizes only means something if the sizes differ in nothing else. So records are ordered such that
every prefix has the strata (phenotype × number of perturbed genes × dataset) in the proportions of the whole: within
its stratum a record has the rank of hash(seed, key), and its place is (rank + 0.5) / size of the stratum. The first N
by place are the subset of N, hence 1e3 ⊂ 1e4 ⊂ 1e5 ⊂ all.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.hashing import Hashes, combine, hash_column, unit_interval

SIZES: dict[str, int | None] = {"1e3": 1_000, "1e4": 10_000, "1e5": 100_000, "all": None}
"""Names of the subsets in params.yaml, and their numbers of records."""


def strata(records: pa.Table) -> Hashes:
    """Stratum of every record as a hash, uint64 (rows,). Needs phenotype, perturbations and dataset."""
    sizes = pc.list_value_length(records["perturbations"])
    return combine([hash_column(records["phenotype"]), hash_column(sizes), hash_column(records["dataset"])])


def nested_order(keys: Hashes, stratum: Hashes, seed: int) -> NDArray[np.int64]:
    """Row numbers in the order of which every prefix is a subset, int64 (rows,). Depends on the set of rows, not
    their order.

    keys, stratum: uint64 (rows,); keys distinct.
    """
    chance = unit_interval(keys, seed)
    order = np.lexsort([keys, chance, stratum])
    _, starts, counts = np.unique(stratum[order], return_index=True, return_counts=True)
    ranks = np.arange(len(keys)) - np.repeat(starts, counts)
    place = np.empty(len(keys), dtype=np.float64)
    place[order] = (ranks + 0.5) / np.repeat(counts, counts)
    return np.lexsort([keys, chance, place])


def subset(order: NDArray[np.int64], size: str) -> NDArray[np.int64]:
    """Ascending row numbers of a subset by name (see SIZES); all rows where there are fewer than it asks for."""
    if size not in SIZES:
        raise KnockonError(f"subset size {size!r} is unknown: choose one of {', '.join(SIZES)}")
    return np.sort(order[: SIZES[size]])
