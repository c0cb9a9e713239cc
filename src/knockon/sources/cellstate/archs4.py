"""ARCHS4-style HDF5: reads of all samples of an organism, genes × samples, read in blocks of samples.

Layout (Lachmann et al. 2018, Nat. Commun. 9:1366; version 2): `data/expression` (genes, samples); names in
`meta/genes/symbol` or `ensembl_gene`; of samples `meta/samples/geo_accession`, `series_id` and
`singlecellprobability`, and further texts. A file is too large for memory: nothing here reads it as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knockon.arrays import Integers, Mask, Matrix
from knockon.errors import FormatError
from knockon.sources.cellstate.scale import Scale, scale_of

if TYPE_CHECKING:
    import h5py

# From the root of the file: without its slash it would look like a folder of the repository.
_VALUES = "/data/expression"
_GENES = ("meta/genes/symbol", "meta/genes/ensembl_gene", "meta/genes/ensembl_gene_id", "meta/genes/genes")
_SAMPLES = "meta/samples"
_NAME, _STUDY, _SINGLE_CELL = "geo_accession", "series_id", "singlecellprobability"

SINGLE_CELL = 0.5
"""Samples of this probability or more to be of single cells are left out: they are of another kind."""


@dataclass(frozen=True)
class SampleBlock:
    """rows: which samples of the file these are; values: float32 (samples, genes)."""

    rows: Integers
    values: Matrix


class Archs4:
    """A file of ARCHS4's form. samples, studies, genes: names. kept: the rows that are not of single cells.

    Raises FormatError where the file is no HDF5, is truncated, or lacks one of the layout's parts.
    """

    def __init__(self, path: Path, single_cell: float = SINGLE_CELL) -> None:
        self.path = path
        with _opened(path) as file:
            shape = _part(path, file, _VALUES).shape
            names = next((name for name in _GENES if name in file), None)
            if names is None:
                raise FormatError(f"{path}: has none of {', '.join(_GENES)}: is it of ARCHS4's form?")
            self.genes = _texts(file[names])
            self.samples = _texts(_part(path, file, f"{_SAMPLES}/{_NAME}"))
            self.studies = _texts(_part(path, file, f"{_SAMPLES}/{_STUDY}"))
            found = file.get(f"{_SAMPLES}/{_SINGLE_CELL}")
            chance = np.zeros(len(self.samples)) if found is None else np.asarray(found[:], dtype=np.float64)
            self.fields = tuple(sorted(file[_SAMPLES]))
        if shape != (len(self.genes), len(self.samples)) or len(chance) != len(self.samples):
            raise FormatError(
                f"{path}: {_VALUES} is {shape[0]} × {shape[-1]}, with names of {len(self.genes)} genes and "
                f"{len(self.samples)} samples: is the file truncated?"
            )
        keep: Mask = ~(chance >= single_cell)
        self.kept = np.flatnonzero(keep)

    def field(self, name: str) -> tuple[str, ...]:
        """A text of every kept sample, such as `characteristics_ch1`. Raises FormatError where there is none."""
        with _opened(self.path) as file:
            texts = _texts(_part(self.path, file, f"{_SAMPLES}/{name}"))
        return tuple(texts[row] for row in self.kept)

    def blocks(self, size: int = 512) -> Iterator[SampleBlock]:
        """The kept samples in order, at most `size` at a time; each stripe of the file is read once.

        Raises FormatError for values that no reads can be, and where a stripe can't be read.
        """
        with _opened(self.path) as file:
            values = file[_VALUES]
            for start in range(0, len(self.samples), size):
                stop = min(start + size, len(self.samples))
                rows = self.kept[(self.kept >= start) & (self.kept < stop)]
                if len(rows):
                    stripe = _read(self.path, values, start, stop)[:, rows - start]
                    block = np.ascontiguousarray(stripe.T, dtype=np.float32)
                    self.scale(block)
                    yield SampleBlock(rows, block)

    def scale(self, values: Matrix) -> Scale:
        """Reads: checked, not guessed. Raises FormatError for negative or infinite ones."""
        return scale_of(values, "counts", str(self.path))


def characteristics(text: str) -> dict[str, str]:
    """What `characteristics_ch1` says of a sample by name, as `cell line: HeLa,time: 4 h`; other texts say nothing."""
    parts = (part.partition(":") for part in text.split(","))
    return {name.strip(): value.strip() for name, colon, value in parts if colon}


def _opened(path: Path) -> "h5py.File":
    import h5py

    try:
        return h5py.File(path, "r")
    except FileNotFoundError as error:
        raise FormatError(f"{path}: no such file") from error
    except OSError as error:
        raise FormatError(f"{path}: not a readable HDF5 file ({str(error)[:120]}): is it truncated?") from error


def _part(path: Path, file: "h5py.File", name: str) -> Any:
    if name not in file:
        raise FormatError(f"{path}: has no {name}: is it of ARCHS4's form?")
    return file[name]


def _texts(found: Any) -> tuple[str, ...]:
    values: Sequence[Any] = found[:].tolist()
    return tuple(value.decode() if isinstance(value, bytes) else str(value) for value in values)


def _read(path: Path, values: Any, start: int, stop: int) -> Matrix:
    try:
        return np.asarray(values[:, start:stop], dtype=np.float32)
    except OSError as error:
        raise FormatError(
            f"{path}: samples {start} to {stop} can't be read ({str(error)[:80]}): fetch it again"
        ) from error
