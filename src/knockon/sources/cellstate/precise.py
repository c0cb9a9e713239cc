"""PRECISE: the transcriptome of E. coli under 154 conditions; Sastry et al. 2019, Nat. Commun. 10:5536."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.errors import FormatError
from knockon.sources.cellstate.expression import Expression
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.cellstate.matrices import read_matrix
from knockon.sources.tables import solid
from knockon.sources.text import read_delimited, to_float

_DELETED = re.compile(r"\bdel_([A-Za-z]+)")
# What must be equal for a mutant to be compared with a wild type. Antibiotics are left out: they select the mutants.
_CONDITION = (
    "Base Media", "Carbon Source (g/L)", "Nitrogen Source (g/L)", "Electron Acceptor", "Supplement",
    "Temperature (C)", "pH", "Culture Type",
)  # fmt: skip


def read_precise(values: Path, metadata: Path) -> Expression:
    """Read `log_tpm.csv`, log2(TPM + 1) by its publication, with `metadata.csv`.

    Annotations: study; deleted, the genes a sample lacks, parted by blanks; strain, without them; condition, all that
    must be equal for a comparison; evolved, empty where the strain was not evolved in the laboratory. Raises
    FormatError where a sample has no metadata.
    """
    found = read_matrix(values, ",", "log2", "genes_in_rows")
    table = read_delimited(metadata, None, ",", quoted=True).table
    needed = ("Sample ID", "Project ID", "Strain Description", "Evolved Sample", *_CONDITION)
    if missing := [name for name in needed if name not in table.column_names]:
        raise FormatError(f"{metadata}: has no column {missing[0]!r}; is it PRECISE's metadata?")
    rows = {row["Sample ID"]: row for row in table.to_pylist()}
    if absent := [sample for sample in found.samples if sample not in rows]:
        raise FormatError(f"{metadata}: says nothing of {len(absent)} samples of {values.name}, {absent[0]} first")
    chosen = [rows[sample] for sample in found.samples]
    strains = [row["Strain Description"].strip() for row in chosen]
    annotations = {
        "study": tuple(row["Project ID"] for row in chosen),
        "deleted": tuple(" ".join(_DELETED.findall(strain)) for strain in strains),
        "strain": tuple(_without_deletions(strain) for strain in strains),
        "condition": tuple(", ".join(row[name] for name in _CONDITION if row[name]) for row in chosen),
        "evolved": tuple("" if row["Evolved Sample"] == "No" else row["Evolved Sample"] for row in chosen),
    }
    return replace(found, annotations=annotations)


def _without_deletions(strain: str) -> str:
    """A strain's description without the genes that it lacks; K-12 is left out, which not every study writes."""
    return " ".join(_DELETED.sub("", strain).replace("K-12", "").split())


def _gene_info(path: Path) -> pa.Table:
    names = ["locus", "start", "stop", "strand", "gene_name", "length", "operon", "cog"]
    return read_delimited(path, names, ",", expected_header=["", *names[1:]], quoted=True).table


def read_gene_lengths(path: Path) -> dict[str, float]:
    """Length of each gene in base pairs by locus tag, from its first base to its last; NaN where one is not given.

    PRECISE's TPM are by this length: the column `length` of the file is one less.
    """
    table = _gene_info(path)
    start, stop = (to_float(table[name])[0].to_numpy(zero_copy_only=False) for name in ("start", "stop"))
    return dict(zip(solid(table["locus"]).to_pylist(), (np.abs(stop - start) + 1).tolist(), strict=True))


def read_gene_info(path: Path) -> tuple[GeneTable, dict[str, str]]:
    """Read `gene_info.csv`: E. coli's genes by locus tag with their names, and the operon of each."""
    table = _gene_info(path)
    loci, genes, operons = (solid(table[name]).to_pylist() for name in ("locus", "gene_name", "operon"))
    return GeneTable(loci, dict(zip(loci, genes, strict=True))), dict(zip(loci, operons, strict=True))
