"""What every reader of expression gives: samples × genes, and on which scale."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from knockon.arrays import Matrix
from knockon.errors import FormatError
from knockon.sources.cellstate.scale import Scale, scale_of


@dataclass(frozen=True)
class Expression:
    """Levels of genes in samples.

    samples: names, each once. genes: as the file names them; a gene may stand twice (`genes.align` says what becomes
    of it). values: float32 (samples, genes), NaN where the file has a hole. annotations: what the file says of each
    sample besides, by name, one text a sample.
    """

    samples: tuple[str, ...]
    genes: tuple[str, ...]
    values: Matrix
    scale: Scale
    annotations: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def holes(self) -> int:
        """Number of missing values."""
        return int(np.isnan(self.values).sum())


def expression(
    path: Path,
    samples: Sequence[str],
    genes: Sequence[str],
    values: Matrix,
    stated: str | None,
    annotations: dict[str, tuple[str, ...]] | None = None,
) -> Expression:
    """Check what a reader found, and say its scale. Raises FormatError that names the file."""
    if not len(samples) or not len(genes):
        raise FormatError(f"{path}: holds {len(samples)} samples and {len(genes)} genes")
    for what, names in (("sample", samples), ("gene", genes)):
        if empty := [place for place, name in enumerate(names, start=1) if not name]:
            raise FormatError(f"{path}: {what} number {empty[0]} has no name")
    if len(set(samples)) != len(samples):
        twice = next(name for place, name in enumerate(samples) if name in samples[:place])
        raise FormatError(f"{path}: the sample {twice!r} stands twice: give each its own name")
    values = np.ascontiguousarray(values, dtype=np.float32)
    return Expression(tuple(samples), tuple(genes), values, scale_of(values, stated, str(path)), annotations or {})


def require_samples(found: Expression, where: str, least: int = 2) -> None:
    """Raise FormatError where there are too few samples to compare any."""
    if len(found.samples) < least:
        raise FormatError(
            f"{where}: {len(found.samples)} sample, at least {least} are needed: what differs between samples can't be "
            "learnt from one"
        )
