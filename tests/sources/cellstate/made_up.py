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


def levels(samples: int, genes: int, seed: int = 1) -> np.ndarray:
    """Numbers of reads as they spread: many low, few high; float32 (samples, genes)."""
    random = np.random.default_rng(seed)
    return random.poisson(random.lognormal(3, 2, (samples, genes))).astype(np.float32)
