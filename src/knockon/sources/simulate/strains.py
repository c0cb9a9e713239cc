"""Alleles and strains of the SGA collections, their true and measured fitness at 26 °C and 30 °C.

Non-essential genes are deleted (query `sn`, array `dma`), essential ones carry temperature-sensitive alleles
(`tsq`, `tsa`) and DAmP alleles (`damp`). Quantiles of the fitness are those of the SGA standards of 2015-08-03.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Values
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.planted import HILL, Planted, ranks
from knockon.sources.simulate.settings import SimulationSettings

TEMPERATURES = (26, 30)
DELETION, DAMP, TS = 0, 1, 2
_PROBABILITIES = np.array([0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1])
# Fitness relative to wild type at those probabilities, read off smf_t26_150803.txt and smf_t30_150803.txt.
_DELETION_FITNESS = [0.18, 0.26, 0.38, 0.62, 0.79, 0.951, 0.999, 1.019, 1.0335, 1.042, 1.0555, 1.077, 1.112]
_DAMP_FITNESS = [0.297, 0.303, 0.373, 0.549, 0.673, 0.892, 0.978, 1.005, 1.024, 1.033, 1.05, 1.066, 1.068]
_TS_FITNESS_26 = [0.10, 0.125, 0.22, 0.395, 0.528, 0.70, 0.839, 0.926, 0.975, 1.004, 1.055, 1.10, 1.13]
_TS_FITNESS_30 = [0.114, 0.117, 0.198, 0.335, 0.414, 0.55, 0.712, 0.854, 0.948, 1.008, 1.114, 1.242, 1.30]
_MISSING_FITNESS = {DELETION: 0.08, DAMP: 0.167, TS: 0.23}


@dataclass(frozen=True)
class Alleles:
    """One entry an allele: what a strain's genotype is. `part_*` is the long table allele-in-module."""

    gene: Integers
    kind: Integers  # DELETION, DAMP or TS
    name: NDArray[np.str_]
    fitness: Values  # (2, alleles) true single-mutant fitness at 26 °C and 30 °C
    query: NDArray[np.str_]  # strain name, "" where no query strain was made
    array: NDArray[np.str_]
    part_allele: Integers
    part_module: Integers
    part_activity: Values  # (2, parts) remaining activity of the allele in the module
    measured: Values = field(default_factory=lambda: np.empty(0))  # (2, alleles), NaN where there is no value

    def __len__(self) -> int:
        """Number of alleles."""
        return len(self.gene)


def make_alleles(settings: SimulationSettings, genes: Genes, planted: Planted) -> Alleles:
    """Draw the alleles, give them strain names as `YAL002W_sn273`, and their true fitness and activities."""
    random = settings.generator("alleles")
    gene, kind = _kinds(random, planted.essential)
    severity = planted.importance[gene] + np.where(kind == DELETION, 0.5, 1.2) * random.standard_normal(len(gene))
    fitness = _wanted_fitness(random, kind, severity)
    parts = _parts(gene, planted)
    activity = _activities(planted, fitness, parts)
    query, array = _strain_names(random, genes, gene, kind)
    name = _allele_names(genes, gene, kind)
    missing = random.random(len(gene)) < np.vectorize(_MISSING_FITNESS.get)(kind)
    noise = random.normal(0.0, 0.008, (2, len(gene)))
    noise[1] = np.where(kind == TS, noise[1], noise[0])
    measured = np.where(missing, np.nan, np.round(np.clip(fitness + noise, 0.05, 1.35), 4))
    allele, member = parts
    return Alleles(gene, kind, name, fitness, query, array, allele, planted.member_module[member], activity, measured)


def _kinds(random: np.random.Generator, essential: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Alleles of each gene, sorted by gene and kind: deletions where the gene is not essential."""
    count = len(essential)
    ts = np.where(essential, 1 + random.poisson(0.6, count), random.random(count) < 0.04).astype(np.int64)
    damp = (random.random(count) < np.where(essential, 0.6, 0.12)).astype(np.int64)
    numbers = np.stack([(~essential).astype(np.int64), damp, ts], axis=1).ravel()
    code = np.repeat(np.arange(3 * count), numbers)
    return code // 3, code % 3


def _wanted_fitness(random: np.random.Generator, kind: Integers, severity: Values) -> Values:
    """True single-mutant fitness by severity rank within the kind. Shape (2, alleles)."""
    wanted = np.empty((2, len(kind)))
    for which, tables in (
        (DELETION, (_DELETION_FITNESS, _DELETION_FITNESS)),
        (DAMP, (_DAMP_FITNESS, _DAMP_FITNESS)),
        (TS, (_TS_FITNESS_26, _TS_FITNESS_30)),
    ):
        rows = np.flatnonzero(kind == which)
        later = severity[rows] + (0.9 * random.standard_normal(len(rows)) if which == TS else 0.0)
        wanted[0, rows] = np.interp(1 - ranks(severity[rows]), _PROBABILITIES, tables[0])
        wanted[1, rows] = np.interp(1 - ranks(later), _PROBABILITIES, tables[1])
    return np.round(wanted, 6)


def _parts(gene: Integers, planted: Planted) -> tuple[Integers, Integers]:
    """Join alleles to their genes' memberships: rows (allele, index into `planted.member_*`)."""
    first = np.searchsorted(planted.member_gene, gene)
    number = np.searchsorted(planted.member_gene, gene, side="right") - first
    allele = np.repeat(np.arange(len(gene)), number)
    member = np.arange(len(allele)) - np.repeat(np.cumsum(number) - number, number) + first[allele]
    return allele, member


def _activities(planted: Planted, wanted: Values, parts: tuple[Integers, Integers]) -> Values:
    """Invert each module's function so that the module carries its share of the loss. Shape (2, parts).

    What the modules do not carry is the gene's own factor, so that its single-mutant fitness is the wanted one.
    """
    allele, member = parts
    module = planted.member_module[member]
    carried = np.minimum(wanted[:, allele], 1.0) ** planted.member_share[member]
    carried = np.minimum(carried, 1 - planted.member_hidden[member])
    floor, half = planted.module_floor[module], planted.module_half[module] ** HILL
    serial = np.clip((carried - floor) / (1 - floor), 0.0, 1.0)
    buffered = (carried * half / (1 + half - carried)) ** (1 / HILL)
    activity = np.where(planted.module_serial[module], serial, buffered)
    return np.asarray(np.round(activity, 6), dtype=np.float64)


def _strain_names(
    random: np.random.Generator, genes: Genes, gene: Integers, kind: Integers
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Strain names of the query and the array collections, "" where a strain was never made.

    Query and array strain of one temperature-sensitive allele carry the same number; there is no DAmP array.
    """
    query, array = np.full(len(gene), "", dtype="<U24"), np.full(len(gene), "", dtype="<U24")
    for which, suffixes, made in (
        (DELETION, ("sn", "dma"), 0.93),
        (DAMP, ("damp", ""), 0.5),
        (TS, ("tsq", "tsa"), 0.93),
    ):
        rows = np.flatnonzero(kind == which)
        numbers = random.permutation(len(rows)) + 1
        for strains, suffix in zip((query, array), suffixes, strict=True):
            kept = random.random(len(rows)) < made
            if suffix:
                names = [f"{genes.systematic[g]}_{suffix}{n}" for g, n in zip(gene[rows], numbers, strict=True)]
                strains[rows] = np.where(kept, np.array(names, dtype="<U24"), "")
            if which == DELETION:
                numbers = random.permutation(len(rows)) + 1
    return query, array


def _allele_names(genes: Genes, gene: Integers, kind: Integers) -> NDArray[np.str_]:
    """Lower case: `vps8` for a deletion, `vps8_damp`, and `vps8-1`, `vps8-5001` for temperature-sensitive alleles."""
    common = [str(name).lower() for name in genes.common[gene]]
    order = np.arange(len(gene)) - np.searchsorted(3 * gene + kind, 3 * gene + kind)
    endings = np.where(
        kind == DAMP, "_damp", np.where(kind == TS, np.array(["-1", "-2", "-5001", "-5002"])[order % 4], "")
    )
    endings = np.where((kind == TS) & (order >= 4), np.char.add(endings, order.astype(str)), endings)
    return np.char.add(np.array(common), endings)
