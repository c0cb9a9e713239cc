"""A person's table of strains for a campaign or in place of a screen: read, and what was mended or disagrees said."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.errors import FormatError
from knockon.hashing import digest
from knockon.serving.design.genome import Genome
from knockon.sources.design.own_phenotype import OwnPhenotype, header_of, read_own_phenotype
from knockon.sources.tables import solid
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.table.cells import column_name, read_cells


@dataclass(frozen=True)
class StrainTable:
    """read: the rows that can be used. notes: a sentence each. digest: of what was read, wherever the file lies."""

    read: OwnPhenotype
    notes: tuple[str, ...]
    digest: str

    def __len__(self) -> int:
        return len(self.read.strains)


def names_of(genome: Genome, published: pa.Table | None) -> GeneNames:
    """Gene names as people write them. published: SGD's table of features, with aliases; else the genome's own."""
    if published is not None:
        return GeneNames(published)
    systematic = list(genome.book.standard)
    # A gene without a standard name has its systematic one there.
    standard = [None if name == gene else name for gene, name in genome.book.standard.items()]
    columns = {
        "systematic_name": pa.array(systematic, pa.string()),
        "standard_name": pa.array(standard, pa.string()),
        "aliases": pa.array([[]] * len(systematic), pa.list_(pa.string())),
        "sgd_id": pa.nulls(len(systematic), pa.string()),
    }
    return GeneNames(pa.table(columns))


def read_strain_table(
    path: Path, genome: Genome, names: GeneNames, fewest: int, covariates: Sequence[str] | None = ()
) -> StrainTable:
    """Read a table; rows that can't be used are rejected with line and reason, and the others are read.

    fewest: rows that must be left. covariates: names of columns; None for those that look like a colony's size. Raises
    FormatError where a column is missing, fewer rows are left, or all have the same value where several must be left.
    """
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    read = read_own_phenotype(path, names, sorted(genome.spelled), covariates=covariates)
    if len(read.strains) < fewest:
        first = read.rejects.slice(0, 1).to_pylist()
        why = f"; line {first[0]['line']}: {first[0]['reason']}" if first else ""
        raise FormatError(
            f"{path}: {len(read.strains)} strains can be used, and {fewest} are the fewest that teach{why}"
        )
    if fewest > 1 and float(np.ptp(read.values)) == 0:
        raise FormatError(
            f"{path}: every value is {read.values[0]:g}: what makes strains differ can't be learnt from it"
        )
    notes = list(read.notes)
    if essential := sorted(genome.essential & {gene for genes in read.strains for gene in genes}):
        listed = ", ".join(genome.book.standard[gene] for gene in essential)
        notes.append(f"{listed}: essential; what was measured is used, no design deletes it")
    return StrainTable(read, tuple(f"{path.name}: {note}" for note in notes), _digest(read))


def refuse_other_phenotype(path: Path, phenotype: str) -> None:
    """Raise FormatError for a list of designs that was proposed for another phenotype: its values are of that."""
    header = header_of(path)
    if not {"phenotype", "value", "knockouts"} <= set(header.names):
        return
    column = column_name(header.place("phenotype"))
    blocks = [solid(block.table[column]) for _, block in read_cells(path, ["phenotype", "value", "knockouts"])]
    written = {text.strip() for block in blocks for text in block.to_pylist()} - {"", phenotype}
    if written:
        raise FormatError(
            f"{path}: holds designs for {min(written)}, not for {phenotype}: give the table of this campaign"
        )


def _digest(read: OwnPhenotype) -> str:
    """Of strains, values, errors and covariates, in the order of the strains."""
    order = sorted(range(len(read.strains)), key=lambda row: (read.strains[row], float(read.values[row])))
    text = "\n".join(" ".join(read.strains[row]) for row in order)
    return digest(read.values[order], read.errors[order], read.covariates[order], names=text)
