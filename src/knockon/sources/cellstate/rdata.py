"""Data frames in R's .rda files: TCGA's breast cancer reads, GTEx by HPA, DoRothEA's regulons."""

from pathlib import Path
from typing import Any

import numpy as np

from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression, expression


def read_frame(path: Path) -> Any:
    """The one data frame of a file, as pandas has it. Raises FormatError where there is none, or more than one."""
    import pyreadr

    if not path.exists():
        raise FormatError(f"{path}: no such file")
    try:
        found = pyreadr.read_r(str(path))
    except (pyreadr.PyreadrError, pyreadr.LibrdataError, ValueError) as error:
        raise FormatError(f"{path}: not a readable .rda file ({str(error)[:120]})") from error
    if len(found) != 1:
        raise FormatError(f"{path}: holds {len(found)} objects, one data frame was expected")
    return next(iter(found.values()))


def read_rda_counts(path: Path) -> Expression:
    """Reads of genes (names of rows) in samples (columns), as TCGA's `ER_TCGA_RNAseq.rda`."""
    frame = read_frame(path)
    return expression(path, [str(name) for name in frame.columns], _rows(path, frame), _values(path, frame).T, "counts")


def read_rda_long(path: Path, gene: str, sample: str, value: str, scale: str) -> Expression:
    """Levels in a long frame, a row a gene and sample, as HPA's `rnaGtexTissue.rda`; what is not listed is NaN.

    gene, sample, value: its columns. Raises FormatError where one is missing, or a pair stands twice.
    """
    frame = read_frame(path)
    if missing := [name for name in (gene, sample, value) if name not in frame.columns]:
        raise FormatError(f"{path}: has no column {missing[0]}; it has {', '.join(map(str, frame.columns))}")
    genes, row = np.unique(frame[gene].to_numpy(dtype=object).astype(str), return_inverse=True)
    samples, column = np.unique(frame[sample].to_numpy(dtype=object).astype(str), return_inverse=True)
    if len(np.unique(row * len(samples) + column)) != len(frame):
        raise FormatError(f"{path}: a gene and sample stand together twice")
    values = np.full((len(samples), len(genes)), np.nan, dtype=np.float32)
    values[column, row] = frame[value].to_numpy(dtype=np.float64)
    return expression(path, samples.tolist(), genes.tolist(), values, scale)


def _rows(path: Path, frame: Any) -> list[str]:
    names = [str(name) for name in frame.index]
    if all(name.isdigit() for name in names[:10]):
        raise FormatError(f"{path}: its rows have no names, genes were expected")
    return names


def _values(path: Path, frame: Any) -> Any:
    try:
        return frame.to_numpy(dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise FormatError(f"{path}: a column is no column of numbers ({str(error)[:80]})") from error
