"""A person's files of expression for `knockon cells`, of any kind, over the genes of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.errors import FormatError, KnockonError, nearest
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable, align, without_version
from knockon.sources.cellstate.matrices import Orientation, read_gct, read_matrix
from knockon.sources.cellstate.scale import SCALES, to_log2

ORIENTATIONS = ("genes_in_rows", "samples_in_rows")
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".gz")
_READS = (".h5", ".rda")
_SUFFIXES = (*_TABLES, ".gct", ".h5ad", ".h5", ".rda")
# log2(log2(10⁶ + 1) + 1) = 4.4: no logarithm of a logarithm lies higher, and every transcriptome's logarithms do.
_LARGEST_TWICE, _TRANSCRIPTOME = 4.5, 100
# How genes spread in a file, beside the model's: laboratories differ by less, logarithms of logarithms by more.
# And how far apart they lie, log2: per ten thousand and per million reads are 6.6.
_ALIKE, _SHIFT = (0.5, 2.0), 3.0


@dataclass(frozen=True)
class HowToRead:
    """What a person states of a file: scale and orientation, None where they shall be told from it.

    layer: of an h5ad, in place of X.
    """

    scale: str | None = None
    orientation: str | None = None
    layer: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no scale or orientation, before a file is opened."""
        for name, value, known in (("scale", self.scale, SCALES), ("orientation", self.orientation, ORIENTATIONS)):
            if value is not None and value not in known:
                raise KnockonError(f"--{name} is {value!r}; choose one of {', '.join(known)}")


def check_file(path: Path) -> None:
    """Raise FormatError for a file that is not there, or of a kind that nothing reads."""
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    if path.suffix not in _SUFFIXES:
        raise FormatError(f"{path}: expression is read from {', '.join(_SUFFIXES)}")


def read_expression(path: Path, how: HowToRead, genes: GeneTable | None = None) -> Expression:
    """Read a file by its suffix; `.h5` is of ARCHS4's form, `.rda` a data frame of reads."""
    check_file(path)
    orientation = cast("Orientation | None", how.orientation)
    if how.layer is not None and path.suffix != ".h5ad":
        raise KnockonError(f"--layer {how.layer}: {path} is no .h5ad, and has no layers")
    if path.suffix in _READS and how.scale not in (None, "counts"):
        raise KnockonError(f"--scale {how.scale}: {path} is read as reads, as all {path.suffix} are")
    if path.suffix == ".gct":
        return read_gct(path, how.scale)
    if path.suffix == ".h5ad":
        from knockon.sources.cellstate.h5ad import read_h5ad

        return read_h5ad(path, how.scale, how.layer)
    if path.suffix == ".rda":
        from knockon.sources.cellstate.rdata import read_rda_counts

        return read_rda_counts(path)
    if path.suffix == ".h5":
        return _read_archs4(path)
    if genes is not None and orientation is None:
        return _oriented(path, how.scale, genes)
    return read_matrix(path, None, how.scale, orientation, genes)


def _oriented(path: Path, scale: str | None, genes: GeneTable) -> Expression:
    """A table whose names of rows or of columns are genes of the table. Raises FormatError that says how few are."""
    found = read_matrix(path, None, scale, "genes_in_rows")
    by_row, by_column = (int((genes.resolve(names).place >= 0).sum()) for names in (found.genes, found.samples))
    if by_column > by_row:
        return read_matrix(path, None, scale, "samples_in_rows")
    return found


def _read_archs4(path: Path) -> Expression:
    from knockon.sources.cellstate.archs4 import Archs4
    from knockon.sources.cellstate.expression import expression

    file = Archs4(path)
    values = np.concatenate([block.values for block in file.blocks()])
    names = [file.samples[row] for row in file.kept]
    studies = tuple(file.studies[row] for row in file.kept)
    return expression(path, names, file.genes, values, "counts", {"series_id": studies})


def levels(found: Expression, genes: GeneTable, where: str) -> Matrix:
    """log2(level + 1) over the genes of a table, float32 (samples, genes), NaN where the file lacks a gene."""
    return to_log2(align(found, genes, where).expression.values, found.scale)


def refuse_twice_logged(found: Expression, where: str) -> None:
    """Raise FormatError for what was taken for logarithms, and looks like logarithms of logarithms."""
    recognised = found.scale.name == "log2" and found.scale.known != "stated"
    if recognised and len(found.genes) >= _TRANSCRIPTOME and (most := float(np.nanmax(found.values))) < _LARGEST_TWICE:
        raise FormatError(
            f"{where}: no value lies above {most:.2f}: are these logarithms of logarithms? Give levels, or state "
            "--scale log2 if it is log2(level + 1) all the same"
        )


def refuse_other_levels(values: Matrix, mean: Values, stated: bool, where: str) -> str:
    """What to say of levels that spread or lie unlike a model's, "" where they are alike.

    values: log2 (samples, genes), NaN where missing; mean: of the model's compendium (genes,). Raises FormatError where
    the scale was not stated: a logarithm too many, or reads per another number, looks like that.
    """
    shared = np.isfinite(values).any(axis=0)
    own, model = np.nanmean(values[:, shared], axis=0, dtype=np.float64), mean[shared]
    if shared.sum() < _TRANSCRIPTOME or not model.std():
        return ""
    times, shift = float(own.std() / model.std()), float(np.median(own - model))
    if _ALIKE[0] <= times <= _ALIKE[1] and abs(shift) <= _SHIFT:
        return ""
    said = (
        f"{where}: levels spread over genes {times:.2f} times as far as in the model's compendium, and lie "
        f"{shift:+.1f} (log2) from them"
    )
    if stated:
        return said
    raise FormatError(
        f"{said}: a logarithm too many or too few, or another unit? Give levels as those, or state --scale"
    )


def gene_table(found: Expression, symbols: Mapping[str, str] | None = None) -> GeneTable:
    """A file's genes, each once, in its order; rows of one gene are told apart by `align`."""
    return GeneTable(list(dict.fromkeys(map(without_version, found.genes))), symbols)


def places_of(names: Sequence[str], genes: GeneTable) -> list[int]:
    """Columns of named genes. Raises KnockonError for one that is not known, with the nearest."""
    found = genes.resolve(names).place.tolist()
    for name, place in zip(names, found, strict=True):
        if place < 0:
            alike = nearest(name, (*genes.ids, *genes.symbols.values()))
            raise KnockonError(f"--gene {name}: not among the {len(genes)} genes of the model{alike}")
    if len(set(found)) < len(found):
        raise KnockonError("--gene: a gene is named twice")
    return found
