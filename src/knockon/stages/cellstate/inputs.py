"""The compendium of a raw folder, whichever source filled it: PRECISE, or ARCHS4's form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Matrix, Values
from knockon.sources.cellstate.archs4 import Archs4, characteristics
from knockon.sources.cellstate.expression import require_samples
from knockon.sources.cellstate.genes import GeneTable, align
from knockon.sources.cellstate.knockouts import matched_knockouts
from knockon.sources.cellstate.precise import read_gene_info, read_gene_lengths, read_precise
from knockon.sources.cellstate.regulons import REGULON_SCHEMA, read_precise_trn
from knockon.sources.cellstate.scale import Scale, to_log2
from knockon.sources.simulate.cellstate import COMPENDIUM, NETWORK

_KNOCKED_OUT = " knock-out"


@dataclass(frozen=True)
class Compendium:
    """samples: sample, study, deleted (genes, parted by blanks), strain, condition, evolved. genes: gene, symbol,
    operon (empty where unknown). blocks: log2(level + 1) in the order of the samples. scale: of the file. left_out:
    samples of single cells. regulons: REGULON_SCHEMA; regulators by gene where they are genes. lengths: float64
    (genes,), what reads were divided by besides their sample's; NaN where unknown.
    """

    samples: pa.Table
    genes: pa.Table
    blocks: Iterable[Matrix]
    scale: str
    left_out: int
    regulons: pa.Table
    lengths: Values


def read_compendium(raw: Path, source: str) -> Compendium:
    """The compendium of the source that params.yaml names."""
    return _precise(raw / "precise") if source == "public" else _archs4(raw)


def _precise(folder: Path) -> Compendium:
    table, operons = read_gene_info(folder / "gene_info.csv")
    found = read_precise(folder / "log_tpm.csv", folder / "metadata.csv")
    require_samples(found, str(folder / "log_tpm.csv"))
    aligned = align(found, table, str(folder / "log_tpm.csv")).expression
    # Genes that the compendium has no values of are left out: nothing could be learnt of them.
    known = np.flatnonzero(np.isfinite(aligned.values).any(axis=0))
    ids = [table.ids[place] for place in known]
    names = {"gene": ids, "symbol": [table.symbols[gene] for gene in ids], "operon": [operons[gene] for gene in ids]}
    told = {name: found.annotations[name] for name in ("study", "deleted", "strain", "condition", "evolved")}
    samples = pa.table({"sample": found.samples, **told})
    network = read_precise_trn(folder / "TRN.csv").table
    log = to_log2(aligned.values[:, known], found.scale)
    known_lengths = read_gene_lengths(folder / "gene_info.csv")
    lengths = np.array([known_lengths[gene] for gene in ids])
    return Compendium(samples, pa.table(names), [log], found.scale.name, 0, by_gene(network, table), lengths)


def _archs4(folder: Path) -> Compendium:
    file = Archs4(folder / COMPENDIUM)
    about = [characteristics(text) for text in file.field("characteristics_ch1")]
    genotypes = [each.get("genotype", "") for each in about]
    samples = {
        "sample": [file.samples[row] for row in file.kept],
        "study": [file.studies[row] for row in file.kept],
        "deleted": [text.removesuffix(_KNOCKED_OUT) if text.endswith(_KNOCKED_OUT) else "" for text in genotypes],
        "strain": [each.get("cell type", "") for each in about],
        "condition": [each.get("condition", "") for each in about],
        "evolved": [""] * len(about),
    }
    genes = GeneTable(file.genes)
    network = read_precise_trn(folder / NETWORK).table
    names = pa.table({"gene": file.genes, "symbol": file.genes, "operon": [""] * len(file.genes)})
    left_out = len(file.samples) - len(file.kept)
    edges, lengths = by_gene(network, genes), np.ones(len(file.genes))
    return Compendium(pa.table(samples), names, _logs(file), "counts", left_out, edges, lengths)


def _logs(file: Archs4) -> Iterator[Matrix]:
    scale = Scale("counts", "stated")
    yield from (to_log2(block.values, scale) for block in file.blocks())


def by_gene(network: pa.Table, genes: GeneTable) -> pa.Table:
    """REGULON_SCHEMA with regulators and targets as the table names genes; a regulator that is no gene keeps its name.

    Edges to targets that the table does not know are left out.
    """
    targets = genes.resolve(network["target"].to_pylist()).place
    kept = np.flatnonzero(targets >= 0)
    names = network["regulator"].to_pylist()
    places = genes.resolve(names).place.tolist()
    regulators = [genes.ids[place] if place >= 0 else name for name, place in zip(names, places, strict=True)]
    rows = pa.array(kept)
    columns = [pa.array(regulators).take(rows), pa.array([genes.ids[place] for place in targets[kept]])]
    return pa.Table.from_arrays(
        [*columns, network["sign"].take(rows), network["evidence"].take(rows)], schema=REGULON_SCHEMA
    )


def knockouts_of(samples: pa.Table) -> tuple[pa.Table, int]:
    """KNOCKOUT_SCHEMA, and the number of knock-outs without a wild type; evolved strains are neither."""
    rows = [row for row in samples.to_pylist() if not row["evolved"]]
    return matched_knockouts(
        [row["sample"] for row in rows],
        [row["study"] for row in rows],
        [row["deleted"].split() for row in rows],
        [row["strain"] for row in rows],
        [row["condition"] for row in rows],
    )
