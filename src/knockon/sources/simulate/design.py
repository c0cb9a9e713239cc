"""A planted wanted phenotype of the simulated yeast's deletion strains, in the published forms of strain design.

What a deletion does to the phenotype is the sum over its gene's modules of the module's loss times the module's effect,
which its process shares in part, and a part of the gene's own: neighbours in complexes and pathways tell of each other,
and something is left that nothing tells. The screen adds what slow growth does to a colony, which the wanted phenotype
has nothing to do with, and the scatter of colonies and screens.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.atomic import write_parquet
from knockon.errors import KnockonError
from knockon.sources.design.betaxanthin import COLONIES, HOURS, SCREENS
from knockon.sources.design.spreadsheet_names import symbol_of
from knockon.sources.simulate.profiles import module_loss
from knockon.sources.simulate.strains import DELETION
from knockon.sources.simulate.text import write_lines
from knockon.sources.simulate.world import World

BETAXANTHIN = Path("design/betaxanthin_GA1_2_4_6.csv")
SGD_PHENOTYPES = Path("design/sgd_null_chemical_phenotypes_nomull.dl")
"""Where the files stand below data/raw/design, simulated or public."""

CHEMICALS = ("glycogen", "trehalose", "zinc(2+)", "tyrosine")

_MEASURES = ("area", "mean_intensity", "corrected_area", "corrected_mean_intensity")
_WARM = 1  # index of 30 °C
_OWN, _PROCESS = 0.35, 0.5
_SLOW = 1.2
_REPORTED = 0.05


@dataclass(frozen=True)
class DesignSimulation:
    """The planted screens. noise: standard deviation of a colony, beside effects of standard deviation 1. confounding:
    what a colony's size adds, by standard deviation of size.
    """

    noise: float = 1.0
    confounding: float = 0.4
    seed: int = 3

    def __post_init__(self) -> None:
        """Refuse what no screen can have. Raises KnockonError."""
        if min(self.noise, self.seed) < 0:
            raise KnockonError("simulated designs: noise and seed must not be negative")


@dataclass(frozen=True)
class PlantedPhenotype:
    """gene: numbers of the deleted genes, sorted. effect, size: float64 (strains,), true, of standard deviation 1."""

    gene: Integers
    effect: Values
    size: Values


def plant_phenotype(world: World, settings: DesignSimulation, name: str = "betaxanthin") -> PlantedPhenotype:
    """Draw what each deletion does to a phenotype, with no chance in the measurement."""
    random = np.random.default_rng([settings.seed, *name.encode()])
    chosen = np.flatnonzero(world.alleles.kind == DELETION)
    chosen = chosen[np.argsort(world.alleles.gene[chosen], kind="stable")]
    planted = world.planted
    process = random.normal(0, _PROCESS, planted.module_process.max() + 1)
    module = process[planted.module_process] + random.normal(0, 1, planted.modules)
    loss = module_loss(planted, world.alleles, chosen)
    effect = np.zeros(len(chosen))
    # Module by module, so that the order of the sum is the same on every machine.
    for number in range(planted.modules):
        effect += loss[:, number] * module[number]
    effect = _scaled(effect) + _OWN * random.normal(0, 1, len(chosen))
    size = _scaled(np.clip(world.alleles.fitness[_WARM, chosen], 0, _SLOW) + random.normal(0, 0.03, len(chosen)))
    return PlantedPhenotype(world.alleles.gene[chosen], _scaled(effect), size)


def _scaled(values: Values) -> Values:
    spread = values.std()
    return np.asarray(np.round((values - values.mean()) / (spread if spread > 0 else 1.0), 6))


def write_phenotypes(folder: Path, world: World, settings: DesignSimulation) -> None:
    """Write the betaxanthin screen, SGD's facts and `truth/betaxanthin.parquet` into `folder`, which exists."""
    truth = plant_phenotype(world, settings)
    _write_screen(folder / BETAXANTHIN, world, settings, truth)
    _write_facts(folder / SGD_PHENOTYPES, world, settings)
    genes = world.genes.systematic[truth.gene].tolist()
    table = pa.table({"gene": genes, "effect": truth.effect, "size": truth.size})
    write_parquet(folder / "truth" / "betaxanthin.parquet", table)


def _write_screen(path: Path, world: World, settings: DesignSimulation, truth: PlantedPhenotype) -> None:
    """Means, deviations and counts by gene, with the blank position and the wild type among them."""
    random = np.random.default_rng([settings.seed, 2])
    strains, shape = len(truth.gene), (len(truth.gene), SCREENS * COLONIES)
    missing = random.random(shape) < 0.08
    columns: dict[str, Values] = {}
    for hours in HOURS:
        size = truth.size[:, None] + 0.6 * settings.noise * random.normal(0, 1, shape)
        colour = truth.effect[:, None] + settings.confounding * size + settings.noise * random.normal(0, 1, shape)
        values = (250 + 50 * size, 0.5 + 0.03 * colour, size, colour)
        for measure, cells in zip(_MEASURES, values, strict=True):
            kept = np.where(missing, np.nan, np.round(cells, 6))
            columns |= _statistics(f"{measure}.{hours}", kept)
    names = [_as_a_spreadsheet(name) for name in world.genes.common[truth.gene].tolist()]
    rows = [_row(name, {each: column[place] for each, column in columns.items()}) for place, name in enumerate(names)]
    other = {each: float(np.round(np.nanmean(column), 6)) for each, column in columns.items()}
    rows = [_row("0", other), *rows[: strains // 2], _row("WT", other), *rows[strains // 2 :]]
    numbered = (f"{place},{place},{row}" for place, row in enumerate(rows))
    write_lines(path, [",".join(["", "Unnamed: 0", "gene", *columns]), *numbered])


def _statistics(name: str, cells: Values) -> dict[str, Values]:
    counts = np.isfinite(cells).sum(axis=1)
    total = np.nansum(cells, axis=1)
    mean = total / np.maximum(counts, 1)
    squares = np.nansum((cells - mean[:, None]) ** 2, axis=1) / np.maximum(counts - 1, 1)
    found = {"mean": np.where(counts > 0, mean, np.nan), "std": np.where(counts > 1, np.sqrt(squares), np.nan)}
    return {f"{name}_mean": found["mean"], f"{name}_std": found["std"], f"{name}_count": counts.astype(np.float64)}


def _row(name: str, cells: dict[str, float]) -> str:
    texts = ("" if np.isnan(value) else f"{value:.6f}".rstrip("0").rstrip(".") for value in cells.values())
    return ",".join([f'"{name}"' if "," in name else name, *texts])


def _as_a_spreadsheet(name: str) -> str:
    """A symbol as a spreadsheet writes it: MAR5 as 5-Mar."""
    month, day = name[:3], name[3:]
    dated = f"{day}-{month.capitalize()}"
    return dated if day.isdecimal() and symbol_of(dated) == name else name


def _write_facts(path: Path, world: World, settings: DesignSimulation) -> None:
    """The strongest deletions of a few chemicals, of which the literature reported some."""
    lines = []
    for number, chemical in enumerate(CHEMICALS):
        truth = plant_phenotype(world, settings, chemical)
        random = np.random.default_rng([settings.seed, 3, number])
        order = np.argsort(-truth.effect, kind="stable")
        count = max(2, round(_REPORTED * len(order)))
        for effect, chosen in (("increased", order[:count]), ("decreased", order[-count:])):
            reported = np.sort(chosen[random.random(len(chosen)) < 0.7])
            names = world.genes.systematic[truth.gene[reported]].tolist()
            lines += [
                f"gene_nullphenotypechemical('{name}','{effect}_chemical compound accumulation','{chemical}')."
                for name in names
            ]
    write_lines(path, sorted(lines))
