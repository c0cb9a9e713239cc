"""A planted project of strain design, in the two files of the published isoprenol cycles (Carruthers et al. 2025).

A screen of single knock-downs, then cycles of sets: the first at random among the best single ones, later ones half by
what a designer knows of the truth, half at random. Genes of one operon share most of their effect; a cycle shifts all
of its strains; one build in `failed` shows what its control does.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Mask, Values
from knockon.atomic import write_parquet, write_text
from knockon.errors import KnockonError
from knockon.sources.simulate.laboratory import LaboratorySimulation, Truth, plant

SCREEN = "pputida_isoprenol_crispri_dbtl0.csv"
CYCLES = "pputida_isoprenol_crispri_dbtl3-6.csv"

_FIRST = 3
_REPLICATES, _PLATE = 3, 48
_CONTROL, _EFFECT = 250.0, 60.0
_COLUMNS = (
    "", "Line Name", "Line Description", "Units", "isoprenol", "rep", "line_name_norep", "nt_string", "cycle",
    "is_control", "sorted_gene_list", "number_of_grna", "gRNA_1", "gRNA_2", "gRNA_3", "gRNA_4", "control_plate",
)  # fmt: skip


@dataclass(frozen=True)
class CyclesSimulation:
    """targets: genes of the screen. genes: of them that go on. strains: of one cycle. cycles: after the screen.

    variation: of replicates, a share of the value. shift: of a cycle, in deviations of a gene's effect. failed: share
    of builds that show what the control does.
    """

    targets: int = 40
    genes: int = 16
    strains: int = 40
    cycles: int = 4
    variation: float = 0.05
    shift: float = 0.3
    failed: float = 0.05
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes that give no cycles. Raises KnockonError."""
        if not 8 <= self.genes <= self.targets <= 900 or not 10 <= self.strains <= 400 or not 1 <= self.cycles <= 6:
            raise KnockonError(
                "simulated cycles: genes lie in 8 … targets, targets up to 900, strains in 10 … 400, cycles in 1 … 6"
            )
        if min(self.variation, self.shift, self.failed, self.seed) < 0 or self.failed >= 1:
            raise KnockonError("simulated cycles: variation, shift, failed and seed must not be negative")


def write_cycles(folder: Path, settings: CyclesSimulation) -> None:
    """Write both files and `truth/cycles.parquet` (titre of each set without noise) into `folder`, which exists."""
    random = np.random.default_rng([settings.seed, 13])
    truth, tags = _truth(settings, random)
    screened = np.eye(settings.targets, dtype=np.bool_)
    titres = _titres(truth, screened)
    _write_screen(folder / SCREEN, tags, titres, settings, random)
    going_on = np.sort(np.argsort(-(titres + random.normal(0, _EFFECT / 2, len(titres))))[: settings.genes])
    rows: list[str] = []
    planted: list[tuple[str, int, float]] = []
    for cycle in range(_FIRST, _FIRST + settings.cycles):
        sets = _designed(truth, going_on, settings, random, informed=cycle > _FIRST)
        titres = _titres(truth, sets)
        shift = random.normal(0, settings.shift * _EFFECT)
        worked = random.random(len(sets)) >= settings.failed
        built = np.where(worked, titres, _CONTROL * 0.65) + shift
        rows += _cycle_rows(tags, sets, built, cycle, _CONTROL * 0.65 + shift, settings, random)
        names = ["+".join(tags[own] for own in np.flatnonzero(each)) for each in sets]
        planted += [(name, cycle, float(titre)) for name, titre in zip(names, titres, strict=True)]
    header = ",".join([*_COLUMNS, *tags, "pass_to_art"])
    lines = [f"{number},{row}" for number, row in enumerate(rows)]
    write_text(folder / CYCLES, "\n".join([header, *lines]) + "\n")
    names_, cycles, values = zip(*planted, strict=True)
    table = {"strain": list(names_), "cycle": np.array(cycles), "titre": np.array(values)}
    write_parquet(folder / "truth" / "cycles.parquet", pa.table(table))


def _truth(settings: CyclesSimulation, random: np.random.Generator) -> tuple[Truth, list[str]]:
    """Effects in units of `_EFFECT`, and locus tags: neighbours of an operon have numbers that follow one another."""
    planted = plant(LaboratorySimulation(settings.targets, pairs=0.4, effect=0.5, harm=0.05), settings.seed)
    operon = np.cumsum(random.random(settings.targets) < 0.5)
    shared = random.normal(0, 1, settings.targets)[operon - operon[0]]
    numbers = np.cumsum(np.where(np.diff(operon, prepend=-1) > 0, random.integers(10, 90, settings.targets), 1))
    singles = 0.8 * shared + 0.6 * planted.singles
    return Truth(singles, planted.pairs, planted.growth_singles, planted.growth_pairs, 0.0), [
        f"PP_{number:04d}" for number in numbers
    ]


def _titres(truth: Truth, sets: Mask) -> Values:
    """mg/L; never below a tenth of the control's."""
    return np.maximum(_CONTROL + _EFFECT * truth.values(sets), _CONTROL / 10)


def _designed(
    truth: Truth, genes: Integers, settings: CyclesSimulation, random: np.random.Generator, informed: bool
) -> Mask:
    """Distinct sets of 1 to 4 genes that go on, bool (strains, targets)."""
    sizes = random.choice([1, 2, 3, 4], 20 * settings.strains, p=[0.05, 0.35, 0.4, 0.2])
    order = np.argsort(random.random((len(sizes), len(genes))), axis=1)
    sets = np.zeros((len(sizes), len(truth.singles)), dtype=np.bool_)
    for place in range(4):
        chosen = sizes > place
        sets[np.flatnonzero(chosen), genes[order[chosen, place]]] = True
    sets = sets[np.sort(np.unique(sets, axis=0, return_index=True)[1])]
    guessed = truth.values(sets) + random.normal(0, 1.0, len(sets))
    best = np.argsort(-guessed, kind="stable")[: settings.strains // 2] if informed else np.arange(0)
    rest = np.setdiff1d(np.arange(len(sets)), best)[: settings.strains - len(best)]
    return sets[np.sort(np.concatenate([best, rest]))]


def _replicates(titre: float, settings: CyclesSimulation, random: np.random.Generator, count: int) -> Values:
    return np.maximum(titre * (1 + settings.variation * random.normal(size=count)), 0.01)


def _write_screen(
    path: Path, tags: list[str], titres: Values, settings: CyclesSimulation, random: np.random.Generator
) -> None:
    """A target a line, from the highest value down, as published."""
    rows = []
    strains = [("NT", "Control", 0.65 * _CONTROL, 18)]
    strains += [
        (f"IY{1000 + row}", tag, titre, _REPLICATES) for row, (tag, titre) in enumerate(zip(tags, titres, strict=True))
    ]
    for strain, target, titre, count in strains:
        values = _replicates(titre, settings, random, count)
        variation = 100 * values.std(ddof=1) / values.mean()
        rows += [(value, f"{strain},{value:.5f},{target},{variation!r}") for value in values.tolist()]
    ordered = [text for _, text in sorted(rows, key=lambda row: -row[0])]
    write_text(path, "\n".join(["Strain,Isoprenol,Target,CV[%]", *ordered]) + "\n")


def _cycle_rows(
    tags: list[str], sets: Mask, built: Values, cycle: int, control: float, settings: CyclesSimulation,
    random: np.random.Generator,
) -> list[str]:  # fmt: skip
    """Lines of one cycle without their number: strains in the order of plates, each plate with its controls."""
    per_plate = (_PLATE - _REPLICATES) // _REPLICATES
    rows = []
    for plate, start in enumerate(range(0, len(sets), per_plate), start=1):
        well = 0
        for row in range(start, min(start + per_plate, len(sets))):
            genes = [tags[own] for own in np.flatnonzero(sets[row])]
            for replicate, value in enumerate(_replicates(built[row], settings, random, _REPLICATES), start=1):
                well += 1
                rows.append(_line(genes, tags, value, replicate, cycle, plate, well))
        for replicate, value in enumerate(_replicates(control, settings, random, _REPLICATES), start=1):
            well += 1
            rows.append(_line([], tags, value, replicate, cycle, plate, well))
    return rows


def _line(genes: list[str], tags: list[str], value: float, replicate: int, cycle: int, plate: int, well: int) -> str:
    name = "_".join(genes) if genes else f"Control_P{plate}"
    number = replicate if genes else (plate - 1) * _REPLICATES + replicate
    listed = "[" + " ".join(f"'{gene}'" for gene in genes) + "]"
    guides = [*genes, *[""] * (4 - len(genes))]
    fields = [
        f"{name}-R{replicate}", f"DBTL{cycle}_P{plate}_{well:03d}", "mg/L", f"{value:.4f}", str(number),
        "_".join(genes) or "Control", "", str(cycle), str(not genes), listed, str(len(genes)), *guides,
        "" if genes else f"{plate}.0", *("1" if tag in genes else "0" for tag in tags), "True",
    ]  # fmt: skip
    return ",".join(fields)
