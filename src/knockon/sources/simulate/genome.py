"""The genome: chromosomes in which every ORF is ATG ... stop in frame, and SGD's feature table.

Codon usage follows a planted gene trait: each sense codon is drawn from a "preferred" or a "background" table, the
preferred one with a probability that rises with the gene's importance. Codon frequencies therefore predict fitness
to some degree, as they do in yeast.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knockon.sources.simulate.genes import ROMAN, Genes
from knockon.sources.simulate.planted import ranks
from knockon.sources.simulate.text import gzip_file, write_lines
from knockon.sources.simulate.world import World

_BASES = np.frombuffer(b"ACGT", dtype=np.uint8)
_COMPLEMENT = np.zeros(256, dtype=np.uint8)
_COMPLEMENT[_BASES] = np.frombuffer(b"TGCA", dtype=np.uint8)
_STOPS = ("TAA", "TAG", "TGA")
_CODONS = np.frombuffer(
    "".join(a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in _STOPS).encode(), np.uint8
).reshape(61, 3)
_LINE = 60


def write_genome(folder: Path, world: World) -> None:
    """Write `genome/SGD_features.tab` and the gzipped FASTA."""
    write_lines(folder / "SGD_features.tab", _feature_lines(world.genes))
    sequence, starts = _genome(world, codon_trait(world))
    with gzip_file(folder / "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz") as file:
        for name, start, length in zip(ROMAN, starts, world.genes.lengths, strict=True):
            file.write(f">{name} dna:chromosome chromosome:R64-1-1:{name}:1:{length}:1 REF\n".encode())
            file.write(_wrapped(sequence[start : start + length]))


def codon_trait(world: World) -> NDArray[np.float64]:
    """Probability of preferred codons, in (0, 1); correlated with the gene's importance. Shape (genes,)."""
    own = world.settings.generator("codon trait").standard_normal(len(world.planted.importance))
    return np.round(ranks(0.8 * world.planted.importance + 0.6 * own), 6)


def _genome(world: World, trait: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All chromosomes end to end as ASCII bases, and where each begins."""
    random, genes = world.settings.generator("genome"), world.genes
    starts = np.concatenate([[0], np.cumsum(genes.lengths)[:-1]])
    # Yeast is 38 % GC.
    sequence = _BASES[np.searchsorted([0.31, 0.50, 0.69], random.random(int(genes.lengths.sum())), side="right")]
    _place_introns(sequence, genes, starts)
    bases = _coding_bases(random, genes, trait)
    gene = np.repeat(np.arange(len(genes)), 3 * genes.codons)
    first = np.cumsum(3 * genes.codons) - 3 * genes.codons
    offset = np.arange(len(bases)) - first[gene]
    offset += np.where(offset >= genes.exon[gene], genes.intron[gene], 0)
    _place(sequence, genes, starts, gene, offset, bases)
    return sequence, starts


def _place(
    sequence: NDArray[np.uint8],
    genes: Genes,
    starts: NDArray[np.int64],
    gene: NDArray[np.int64],
    offset: NDArray[np.int64],
    bases: NDArray[np.uint8],
) -> None:
    """Put bases at `offset` from the gene's 5' end; those of the Crick strand are complemented and run downwards."""
    reverse = genes.reverse[gene]
    forward_place, reverse_place = genes.start[gene] - 1 + offset, genes.end[gene] - 1 - offset
    place = starts[genes.chromosome[gene]] + np.where(reverse, reverse_place, forward_place)
    sequence[place] = np.where(reverse, _COMPLEMENT[bases], bases)


def _place_introns(sequence: NDArray[np.uint8], genes: Genes, starts: NDArray[np.int64]) -> None:
    """Introns begin with GT and end with AG."""
    spliced = np.flatnonzero(genes.intron)
    for shift, base in ((0, "G"), (1, "T"), (-2, "A"), (-1, "G")):
        offset = genes.exon[spliced] + (shift if shift >= 0 else genes.intron[spliced] + shift)
        _place(sequence, genes, starts, spliced, offset, np.full(len(spliced), ord(base), dtype=np.uint8))


def _coding_bases(random: np.random.Generator, genes: Genes, trait: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Coding sequences of all genes end to end: ATG, sense codons by the gene's trait, a stop codon."""
    background, preferred = (np.cumsum(random.dirichlet(np.full(61, shape))) for shape in (4.0, 1.0))
    total = int(genes.codons.sum())
    draws, uses = random.random(total), random.random(total) < np.repeat(0.1 + 0.6 * trait, genes.codons)
    choice = np.where(uses, np.searchsorted(preferred, draws), np.searchsorted(background, draws))
    codons = _CODONS[np.minimum(choice, 60)]
    last = np.cumsum(genes.codons) - 1
    codons[last - genes.codons + 1] = np.frombuffer(b"ATG", dtype=np.uint8)
    stops = np.frombuffer("".join(_STOPS).encode(), dtype=np.uint8).reshape(3, 3)
    codons[last] = stops[random.integers(0, 3, len(genes))]
    return codons.reshape(-1)


def _wrapped(bases: NDArray[np.uint8]) -> bytes:
    """Break a sequence into lines of sixty."""
    whole = len(bases) // _LINE * _LINE
    lines = np.full((whole // _LINE, _LINE + 1), ord("\n"), dtype=np.uint8)
    lines[:, :_LINE] = bases[:whole].reshape(-1, _LINE)
    rest = bases[whole:].tobytes()
    return lines.tobytes() + (rest + b"\n" if rest else b"")


def _feature_lines(genes: Genes) -> list[str]:
    """SGD's sixteen columns: an ORF row, then its CDS and intron rows; on the Crick strand start > stop."""
    lines: list[str] = []
    date = "2011-02-03\t1996-07-31"
    for i in range(len(genes)):
        number, strand = str(genes.chromosome[i] + 1), "C" if genes.reverse[i] else "W"
        name = genes.systematic[i]
        place = _place_text(genes, i, 0, int(3 * genes.codons[i] + genes.intron[i]))
        lines.append(
            f"{genes.sgd_id[i]}\tORF\t{genes.qualifier[i]}\t{name}\t{genes.standard[i]}\t{'|'.join(genes.aliases[i])}\t"
            f"chromosome {number}\t\t{number}\t{place}\t{strand}\t\t{date}\tSimulated open reading frame"
        )
        for kind, begin, end in _segments(genes, i):
            place = _place_text(genes, i, begin, end)
            identifier = f"S{100_000_000 + len(lines):09d}"
            lines.append(f"{identifier}\t{kind}\t\t\t\t\t{name}\t\t{number}\t{place}\t{strand}\t\t{date}\t")
    return lines


def _segments(genes: Genes, i: int) -> list[tuple[str, int, int]]:
    """Kinds and half-open offsets from the 5' end of a gene's parts."""
    end = int(3 * genes.codons[i] + genes.intron[i])
    if not genes.intron[i]:
        return [("CDS", 0, end)]
    exon, resume = int(genes.exon[i]), int(genes.exon[i] + genes.intron[i])
    return [("CDS", 0, exon), ("CDS", resume, end), ("intron", exon, resume)]


def _place_text(genes: Genes, i: int, begin: int, end: int) -> str:
    """Start and stop columns of a part."""
    if genes.reverse[i]:
        return f"{genes.end[i] - begin}\t{genes.end[i] - end + 1}"
    return f"{genes.start[i] + begin}\t{genes.start[i] + end - 1}"
