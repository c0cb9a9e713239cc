"""Measured knock-outs of other compendia, as changes with what is known of the knocked-out genes."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knockon.arrays import Values
from knockon.errors import FormatError
from knockon.models.cells.kin import Features, kinship, rarities
from knockon.sources.cellstate.deseq2 import read_deseq2
from knockon.sources.tables import read_named
from knockon.sources.text import to_float
from knockon.sources.yeast.complexes import read_cyc2008
from knockon.sources.yeast.gaf import read_gaf
from knockon.sources.yeast.go_slim import read_go_slim
from knockon.sources.yeast.string_physical import read_string_physical

KEMMEREN, KINASES = "expression/kemmeren_tf", "expression/steady_state_transcriptomics_kinase_KO.tab"
# Annotations that come from expression are left out: they might come from these very knock-outs.
_FROM_EXPRESSION = ("IEP", "HEP")
_PHYSICAL = 300
_MORPHIC = re.compile(r"_JAX_(RNAseq\d+)_.*?(CBO|PrS|ENDO)_day_(\d+)(?:_(nor|hyp))?_([A-Z0-9]+)_DEseq2_raw\.tsv$")
_ADJUSTED = 0.05


@dataclass(frozen=True)
class ResponseSet:
    """names, genes: of the knock-outs, and of the columns. groups: held out together. changes: float64 (knock-outs,
    genes). counted: the same, 0 where a change is not told from noise. levels: float64 (genes,), or None where none
    were published. kernel: float64 (knock-outs, knock-outs). changed: |change| from which on a gene counts.
    """

    names: tuple[str, ...]
    genes: tuple[str, ...]
    groups: tuple[str, ...]
    changes: Values
    counted: Values
    levels: Values | None
    kernel: Values
    changed: float


def read_set(name: str, folder: Path, changed: float) -> ResponseSet:
    """One of kemmeren, kinases and morphic, from the folder that cellstate_cohorts filled."""
    if name == "morphic":
        return _morphic(folder / "morphic", changed)
    names, genes, changes = (_kemmeren if name == "kemmeren" else _kinases)(folder)
    kernel = kinship(names, [annotations(folder), physical(folder, names)])
    return ResponseSet(tuple(names), tuple(genes), tuple(names), changes, changes, None, kernel, changed)


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


def annotations(folder: Path) -> Features:
    """Yeast genes by what they are annotated with: terms of the Gene Ontology, slim terms, complexes."""
    terms: dict[str, list[str]] = {}
    gaf = read_gaf(folder / "go/gene_association.sgd.gz").table.to_pylist()
    for row in gaf:
        if row["evidence"] not in _FROM_EXPRESSION and not row["negated"]:
            terms.setdefault(row["gene"], []).append(row["go_id"])
    for row in read_go_slim(folder / "go/go_slim_mapping_20180921.tab").table.to_pylist():
        terms.setdefault(row["gene"], []).append(f"slim {row['term']}")
    for row in read_cyc2008(folder / "networks/CYC2008_complex.tab").table.to_pylist():
        terms.setdefault(row["member"], []).append(f"complex {row['name']}")
    return rarities(terms)


def physical(folder: Path, names: list[str]) -> Features:
    """Partners of proteins in STRING's physical links, and the protein itself."""
    table = read_string_physical(folder / "networks/4932.protein.physical.links.full.v12.0.txt.gz").table
    wanted = set(names)
    found: dict[str, dict[str, float]] = {name: {name: 1.0} for name in names}
    columns = (table[name].to_pylist() for name in ("protein_a", "protein_b", "combined_score"))
    for first, second, score in zip(*columns, strict=True):
        if score > _PHYSICAL:
            for one, other in ((first, second), (second, first)):
                if one in wanted:
                    found[one][other] = score / 1000
    return found


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
    return ResponseSet(names, tuple(genes), releases, changes, counted, levels, kinship(names, [cells]), changed)
