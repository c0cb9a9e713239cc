"""Measured knock-outs of other compendia, as changes with what is known of the knocked-out genes."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knockon.arrays import Values
from knockon.errors import FormatError
from knockon.models.cells.kin import kinship
from knockon.sources.cellstate.deseq2 import read_deseq2
from knockon.sources.tables import read_named
from knockon.sources.text import to_float
from knockon.stages.cellstate.yeast_kin import yeast_kernels

KEMMEREN, KINASES = "expression/kemmeren_tf", "expression/steady_state_transcriptomics_kinase_KO.tab"
_MORPHIC = re.compile(r"_JAX_(RNAseq\d+)_.*?(CBO|PrS|ENDO)_day_(\d+)(?:_(nor|hyp))?_([A-Z0-9]+)_DEseq2_raw\.tsv$")
_ADJUSTED = 0.05


@dataclass(frozen=True)
class ResponseSet:
    """names, genes: of the knock-outs, and of the columns. groups: held out together. changes: float64 (knock-outs,
    genes). counted: the same, 0 where a change is not told from noise. levels: float64 (genes,), or None where none
    were published. kernels: by kind of kinship, float64 (knock-outs, knock-outs). changed: |change| from which on a
    gene counts.
    """

    names: tuple[str, ...]
    genes: tuple[str, ...]
    groups: tuple[str, ...]
    changes: Values
    counted: Values
    levels: Values | None
    kernels: dict[str, Values]
    changed: float


def read_set(name: str, folder: Path, changed: float) -> ResponseSet:
    """One of kemmeren, kinases and morphic, from the folder that cellstate_cohorts filled."""
    if name == "morphic":
        return _morphic(folder / "morphic", changed)
    names, genes, changes = (_kemmeren if name == "kemmeren" else _kinases)(folder)
    kernels = yeast_kernels(folder, names)
    return ResponseSet(tuple(names), tuple(genes), tuple(names), changes, changes, None, kernels, changed)


def _kemmeren(folder: Path) -> tuple[list[str], list[str], Values]:
    """179 deletions of regulators × 573 genes, log2 ratios. A last column, `WT`, was invented: zeros."""
    base = folder / KEMMEREN
    names, genes = ((base / f"hk_{part}.csv").read_text().split() for part in ("sample_list_all", "gene_list"))
    values = np.loadtxt(base / "hk_expression_all.csv", delimiter=",").T
    if values.shape != (len(names), len(genes)):
        raise FormatError(f"{base}: {values.shape} values for {len(names)} samples and {len(genes)} genes")
    kept = [row for row, name in enumerate(names) if name != "WT"]
    return [names[row] for row in kept], genes, values[kept]


def _kinases(folder: Path) -> tuple[list[str], list[str], Values]:
    """45 deletions of kinases and phosphatases × 3,011 genes, in units that its publication scaled."""
    table = read_named(folder / KINASES).table
    names = table.column_names[2:]
    columns = [to_float(table[name])[0].to_numpy(zero_copy_only=False) for name in names]
    return names, table["target"].to_pylist(), np.nan_to_num(np.array(columns, dtype=np.float64))


def _morphic(folder: Path, changed: float) -> ResponseSet:
    """Human knock-outs by DESeq2 over the genes of all files; those of one release are held out together.

    Kin is of one kind of cell, since no annotation of human genes is at hand: its features are the cell, and the cell
    with its day.
    """
    files = sorted(path for path in folder.glob("*_raw.tsv") if _MORPHIC.search(path.name))
    if len(files) < 3:
        raise FormatError(f"{folder}: {len(files)} tables of DESeq2; at least 3 are needed")
    tables = [read_deseq2(path).table for path in files]
    places = [{gene: row for row, gene in enumerate(table["gene"].to_pylist())} for table in tables]
    genes = sorted(set(places[0]).intersection(*places[1:]))
    rows = [np.array([place[gene] for gene in genes]) for place in places]

    def taken(name: str, missing: float) -> Values:
        columns = (table[name].fill_null(missing).to_numpy() for table in tables)
        return np.array([column[row] for column, row in zip(columns, rows, strict=True)], dtype=np.float64)

    changes, chance = taken("log2_fold_change", 0.0), taken("adjusted_p", 1.0)
    told = [_MORPHIC.search(path.name) for path in files]
    parts = [each.groups() for each in told if each is not None]
    names = tuple(f"{gene} {cell} day {day} {kind or ''}".strip() for _, cell, day, kind, gene in parts)
    cells = {name: {cell: 1.0, f"{cell} {day}": 1.0} for name, (_, cell, day, _, _) in zip(names, parts, strict=True)}
    counted = np.where(chance < _ADJUSTED, changes, 0.0)
    levels = np.log2(taken("base_mean", 0.0) + 1).mean(axis=0)
    releases = tuple(part[0] for part in parts)
    kernels = {"cell": kinship(names, [cells])}
    return ResponseSet(names, tuple(genes), releases, changes, counted, levels, kernels, changed)
