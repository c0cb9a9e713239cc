"""Genes as strain design asks for them: their names, where they lie, and which a cell can't live without."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.errors import FormatError, KnockonError
from knockon.serving.gene_book import GeneBook

_COLUMNS = ("id", "standard_name", "qualifier", "chromosome", "start", "stop", "essential")
_NO_CHROMOSOMES = ("Mito", "2-micron")
_BASES_PER_KB = 1000.0
LINKED = 50.0
"""kb on one chromosome below which two deletions are called linked: a cross parts them in a sixth of its spores or so
(yeast's map has about 0.35 cM a kb)."""


@dataclass(frozen=True)
class Locus:
    """Where a gene lies; start and stop in bases from the chromosome's left end, 1-based, start < stop."""

    chromosome: str
    start: int
    stop: int

    def __str__(self) -> str:
        return f"chr{self.chromosome}:{self.start:,}–{self.stop:,}"


@dataclass(frozen=True)
class Genome:
    """The genes of a yeast.

    spelled: every name that the book resolves, in upper case. essential: those whose deletion kills. dubious: open
    reading frames that are thought to be no genes. elsewhere: genes of mitochondria and plasmids.
    """

    book: GeneBook
    spelled: frozenset[str]
    loci: dict[str, Locus]
    essential: frozenset[str]
    dubious: frozenset[str]
    elsewhere: frozenset[str]

    def distance(self, one: str, two: str) -> float | None:
        """Between the starts of two genes, kb; None on two chromosomes, or where a place is unknown."""
        first, second = self.loci.get(one), self.loci.get(two)
        if first is None or second is None or first.chromosome != second.chromosome:
            return None
        return abs(first.start - second.start) / _BASES_PER_KB

    def closest(self, genes: tuple[str, ...]) -> tuple[str, str, float] | None:
        """The two genes of a strain that lie nearest on one chromosome, and their distance in kb; None for none."""
        pairs = [(one, two, self.distance(one, two)) for place, one in enumerate(genes) for two in genes[place + 1 :]]
        known = [(one, two, distance) for one, two, distance in pairs if distance is not None]
        return min(known, key=lambda pair: (pair[2], pair[:2]), default=None)

    def places(self, genes: tuple[str, ...]) -> tuple[Integers, Values]:
        """Chromosome (a number, −1 where unknown) and start in kb of each gene, int64 and float64 (genes,)."""
        order = {name: number for number, name in enumerate(sorted({locus.chromosome for locus in self.loci.values()}))}
        known = [self.loci.get(gene) for gene in genes]
        numbers = [-1 if locus is None else order[locus.chromosome] for locus in known]
        starts = [0.0 if locus is None else locus.start / _BASES_PER_KB for locus in known]
        return np.array(numbers, dtype=np.int64), np.array(starts, dtype=np.float64)

    def names(self, genes: tuple[str, ...]) -> str:
        """A strain as people write it: `ARO4Δ TYR1Δ`; `wild type` without a knock-out."""
        return " ".join(f"{self.book.standard.get(gene, gene)}Δ" for gene in genes) or "wild type"


def read_genome(path: Path) -> Genome:
    """The table of genes of the yeast study. Raises KnockonError where there is none, FormatError where damaged."""
    import pyarrow.parquet as pq

    try:
        # A path would be read through pyarrow.dataset, which takes as long to import as the rest.
        with path.open("rb") as source:
            table = pq.ParquetFile(source).read(list(_COLUMNS))
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no table of genes; run `dvc repro yeast_query` or `dvc pull`") from error
    except (pa.ArrowException, OSError, KeyError) as error:
        raise FormatError(f"{path}: is damaged ({error}); run `dvc checkout`, or make it again") from error
    return genome_of(table)


def genome_of(table: pa.Table) -> Genome:
    """The same from a table with the columns id, standard_name, qualifier, chromosome, start, stop, essential."""
    loci, essential, dubious, elsewhere = {}, set(), set(), set()
    for row in table.select(list(_COLUMNS)).to_pylist():
        if row["chromosome"] and row["start"] is not None and row["stop"] is not None:
            start, stop = sorted((row["start"], row["stop"]))
            loci[row["id"]] = Locus(row["chromosome"], start, stop)
        if row["essential"]:
            essential.add(row["id"])
        if row["qualifier"] == "Dubious":
            dubious.add(row["id"])
        if row["chromosome"] in _NO_CHROMOSOMES:
            elsewhere.add(row["id"])
    book = GeneBook(table)
    spelled = frozenset(name.upper() for pair in book.standard.items() for name in pair)
    return Genome(book, spelled, loci, frozenset(essential), frozenset(dubious), frozenset(elsewhere))
