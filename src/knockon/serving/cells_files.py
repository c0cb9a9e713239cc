"""A person's files for `knockon cells`: expression of any kind, groups of samples, and networks of regulators."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa

from knockon.arrays import Matrix
from knockon.errors import FormatError, KnockonError, nearest
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable, align
from knockon.sources.cellstate.matrices import Orientation, read_gct, read_matrix
from knockon.sources.cellstate.regulons import merged_edges, read_dorothea
from knockon.sources.cellstate.scale import SCALES, to_log2
from knockon.sources.tables import read_named, trimmed

ORIENTATIONS = ("genes_in_rows", "samples_in_rows")
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".gz")
_SUFFIXES = (*_TABLES, ".gct", ".h5ad", ".h5", ".rda")
_SIGNS = {"": 0, "0": 0, "?": 0, "+": 1, "1": 1, "-": -1, "-1": -1, "−": -1}


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


def gene_table(found: Expression) -> GeneTable:
    """A file's genes, each once, in its order; rows of one gene are told apart by `align`."""
    return GeneTable(list(dict.fromkeys(found.genes)))


def _named(path: Path) -> pa.Table:
    """A table whose header names its columns, parted by whatever the header is."""
    with path.open(encoding="utf-8", errors="replace") as file:
        header = file.readline()
    return read_named(path, max("\t,;", key=header.count), quoted=True).table


def read_groups(given: str | None, found: Expression) -> list[str]:
    """The group of each sample: a column of the file's annotations, or a table of sample and group.

    Without any each sample is its own. Raises KnockonError where samples have no group, or there is no such column.
    """
    if given is None:
        return list(found.samples)
    if given in found.annotations:
        return list(found.annotations[given])
    path = Path(given)
    if not path.is_file():
        known = ", ".join(found.annotations) or "none"
        raise KnockonError(f"--groups {given}: neither a file nor a column of the samples; the columns are: {known}")
    table = _named(path)
    columns = [name for name in table.column_names if name != "line"]
    if len(columns) < 2:
        raise FormatError(f"{path}: needs two columns, of samples and their groups")
    groups = dict(zip(trimmed(table, columns[0]).to_pylist(), trimmed(table, columns[1]).to_pylist(), strict=True))
    if missing := [name for name in found.samples if not groups.get(name)]:
        raise KnockonError(f"{path}: {len(missing)} samples have no group, {missing[0]} first")
    return [groups[name] for name in found.samples]


def read_network(path: Path, genes: GeneTable) -> pa.Table:
    """Edges named as the genes are: a table of regulator, target and sign (maybe without), or DoRothEA's `.rda`.

    Raises FormatError where its names are none of the genes'.
    """
    if path.suffix == ".rda":
        edges = read_dorothea(path, "C")
    else:
        table = _named(path)
        names = {name.lower(): name for name in table.column_names}
        if missing := [name for name in ("regulator", "target") if name not in names]:
            raise FormatError(f"{path}: has no column {missing[0]}; a network has regulator, target and sign")
        signs = trimmed(table, names["sign"]).to_pylist() if "sign" in names else ["1"] * table.num_rows
        if wrong := [sign for sign in signs if sign not in _SIGNS]:
            raise FormatError(f"{path}: {wrong[0]!r} is no sign; write 1, -1 or 0")
        numbers = np.array([_SIGNS[sign] for sign in signs], dtype=np.int8)
        columns = [trimmed(table, names[name]) for name in ("regulator", "target")]
        edges = merged_edges(columns[0], columns[1], numbers, pa.repeat("", table.num_rows))
    places = [genes.resolve(edges[name].to_pylist()).place for name in ("regulator", "target")]
    kept = np.flatnonzero(places[1] >= 0)
    if not len(kept):
        raise FormatError(f"{path}: none of its {edges.num_rows} targets is one of the {len(genes)} genes")
    own = edges["regulator"].to_pylist()
    regulators = pa.array([genes.ids[places[0][row]] if places[0][row] >= 0 else own[row] for row in kept])
    targets = pa.array([genes.ids[place] for place in places[1][kept]])
    rows = pa.array(kept)
    signs_kept = edges["sign"].take(rows).to_numpy().astype(np.int8)
    return merged_edges(regulators, targets, signs_kept, edges["evidence"].take(rows).combine_chunks())


def places_of(names: Sequence[str], genes: GeneTable) -> list[int]:
    """Columns of named genes. Raises KnockonError for one that is not known, with the nearest."""
    found = genes.resolve(names).place.tolist()
    for name, place in zip(names, found, strict=True):
        if place < 0:
            raise KnockonError(
                f"--gene {name}: not among the {len(genes)} genes of the model{nearest(name, genes.ids)}"
            )
    if len(set(found)) < len(found):
        raise KnockonError("--gene: a gene is named twice")
    return found
