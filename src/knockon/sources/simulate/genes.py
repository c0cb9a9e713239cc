"""Genes on the sixteen chromosomes: systematic and standard names, aliases, coordinates, introns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knockon.sources.simulate.settings import SimulationSettings

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
# Lengths of the real chromosomes (R64-1-1), base pairs: they share out the genes.
CHROMOSOME_LENGTHS = np.array(
    (
        *(230218, 813184, 316620, 1531933, 576874, 270161, 1090940, 562643),
        *(439888, 745751, 666816, 1078177, 924431, 784333, 1091291, 948066),
    )
)
_CONSONANTS = "BCDFGHKLMNPRSTVZ"
_LETTERS = "ABCDEFGHIKLMNOPRSTUVYZ"


@dataclass(frozen=True)
class Genes:
    """One entry a gene, ordered along the chromosomes. Coordinates are 1-based and inclusive, start < end."""

    systematic: NDArray[np.str_]
    standard: NDArray[np.str_]  # "" where the gene has no standard name
    aliases: list[list[str]]
    sgd_id: NDArray[np.str_]
    qualifier: NDArray[np.str_]
    chromosome: NDArray[np.int64]  # 0-based
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reverse: NDArray[np.bool_]
    codons: NDArray[np.int64]  # with start and stop
    exon: NDArray[np.int64]  # bases before the intron, 0 where there is none
    intron: NDArray[np.int64]  # bases of the intron
    lengths: NDArray[np.int64]  # of the sixteen chromosomes

    def __len__(self) -> int:
        """Number of genes."""
        return len(self.systematic)

    @cached_property
    def common(self) -> NDArray[np.str_]:
        """Standard name, or the systematic one where there is none."""
        return np.where(self.standard == "", self.systematic, self.standard)


def lay_out_genes(settings: SimulationSettings) -> Genes:
    """Place the genes and name them as SGD does: Y, chromosome letter, arm, number from the centromere, strand."""
    random = settings.generator("genes")
    count = settings.genes
    chromosome = np.sort(_chromosomes(count))
    codons = np.clip(np.rint(np.exp(random.normal(5.9, 0.55, count))), 60, 2500).astype(np.int64)
    has_intron = random.random(count) < 0.05
    intron = np.where(has_intron, random.integers(80, 400, count), 0)
    exon = np.where(has_intron, random.integers(10, 100, count), 0)
    spacing = int(np.clip(12_000_000 / count - 1300, 400, 3000))
    gap = random.integers(spacing // 2, spacing * 3 // 2, count)
    span = 3 * codons + intron
    offset, lengths = _positions(chromosome, gap, span, tail=spacing)
    reverse = random.random(count) < 0.5
    standard = _standard_names(random, count)
    return Genes(
        systematic=_systematic_names(chromosome, reverse),
        standard=standard,
        aliases=_aliases(random, standard),
        sgd_id=np.array([f"S{number:09d}" for number in range(1, count + 1)]),
        qualifier=random.choice(np.array(["Verified", "Uncharacterized", "Dubious"]), count, p=[0.88, 0.10, 0.02]),
        chromosome=chromosome,
        start=offset + 1,
        end=offset + span,
        reverse=reverse,
        codons=codons,
        exon=exon,
        intron=intron,
        lengths=lengths,
    )


def _chromosomes(count: int) -> NDArray[np.int64]:
    """Share the genes out by the lengths of the real chromosomes; at least two on each."""
    edges = np.cumsum(CHROMOSOME_LENGTHS) / CHROMOSOME_LENGTHS.sum()
    inner = np.searchsorted(edges, (np.arange(count - 32) + 0.5) / (count - 32))
    return np.concatenate([np.repeat(np.arange(16), 2), inner])


def _positions(
    chromosome: NDArray[np.int64], gap: NDArray[np.int64], span: NDArray[np.int64], tail: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of bases before each gene on its chromosome, and the chromosomes' lengths."""
    ends = np.cumsum(gap + span)
    last = np.searchsorted(chromosome, np.arange(16), side="right") - 1
    before = np.concatenate([[0], ends[last][:-1]])
    return ends - span - before[chromosome], ends[last] - before + tail


def _systematic_names(chromosome: NDArray[np.int64], reverse: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Left arms are counted down to the centromere (in the middle), right arms up from it."""
    names: list[str] = []
    for index in range(16):
        strands = ["C" if flag else "W" for flag in reverse[chromosome == index]]
        half = len(strands) // 2
        for place, strand in enumerate(strands):
            arm, number = ("L", half - place) if place < half else ("R", place - half + 1)
            names.append(f"Y{chr(ord('A') + index)}{arm}{number:03d}{strand}")
    return np.array(names)


def _standard_names(random: np.random.Generator, count: int) -> NDArray[np.str_]:
    """Three letters and a number, unique; one gene in six has none."""
    families = len(_CONSONANTS) * len(_LETTERS) * len(_CONSONANTS)
    numbers = random.permutation(families * 9)[:count]
    family, digit = numbers // 9, numbers % 9 + 1
    first, rest = family // (len(_LETTERS) * len(_CONSONANTS)), family % (len(_LETTERS) * len(_CONSONANTS))
    named = random.random(count) > 1 / 6
    return np.array(
        [
            f"{_CONSONANTS[a]}{_LETTERS[b // len(_CONSONANTS)]}{_CONSONANTS[b % len(_CONSONANTS)]}{d}" if has else ""
            for a, b, d, has in zip(first, rest, digit, named, strict=True)
        ]
    )


def _aliases(random: np.random.Generator, standard: NDArray[np.str_]) -> list[list[str]]:
    """Zero to two aliases a gene; as at SGD a few are shared by two genes, and a few are another gene's name."""
    count = len(standard)
    numbers = random.poisson(0.6, count).clip(0, 2)
    aliases = [[f"ALI{gene}{'AB'[k]}" for k in range(number)] for gene, number in enumerate(numbers)]
    shared = random.choice(count, max(4, count // 100), replace=False)
    for gene, other in zip(shared[0::2], shared[1::2], strict=False):
        aliases[gene].append(f"SHA{gene}")
        aliases[other].append(f"SHA{gene}")
    for gene, other in zip(random.choice(count, 3, replace=False), np.flatnonzero(standard != "")[:3], strict=True):
        if gene != other:
            aliases[gene].append(str(standard[other]))
    return aliases
