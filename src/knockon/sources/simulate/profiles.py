"""Phenotypes of many values of deletion strains: cell morphology, transcriptomes, amino acids.

Each module moves a few components in proportion to its members' loss, 1 - a²; in transcriptomes it does so through
the regulator that answers to it, and a deleted regulator moves all of its targets. Slow growth moves everything, as
in the published data (O'Duibhir et al. 2014, Molecular Systems Biology 10, 732).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Values
from knockon.atomic import write_parquet
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.regulation import regulate
from knockon.sources.simulate.strains import DELETION, Alleles
from knockon.sources.simulate.text import Decimals, Text, as_text, join_rows
from knockon.sources.simulate.world import World

AMINO_ACIDS = (
    *("alanine", "aspartate", "glutamate", "phenylalanine", "glycine", "histidine", "isoleucine", "lysine", "leucine"),
    *("methionine", "asparagine", "proline", "glutamine", "arginine", "serine", "threonine", "valine", "tryptophan"),
    "tyrosine",
)
# Names in CalMorph's form: actin, cell wall or DNA, a number, the stage of the nucleus; 281, as in the mutant table.
PARAMETERS = tuple(
    f"{what}{number}_{stage}" for what in "ACD" for number in range(101, 133) for stage in ("A", "A1B", "C")
)[:281]
_WARM = 1  # index of 30 °C
_ROWS = 250
_NOT_MEASURED = -1.0
_WILD_TYPES = 126
_SCORES = Decimals(-40, 40, 3)
_SIZES = Decimals(-1, 60, 3)


@dataclass(frozen=True)
class _Response:
    """What each strain's losses do to each component, without noise. Shape of `values` (strains, components)."""

    alleles: Integers
    values: Values


def write_profiles(folder: Path, world: World) -> None:
    """Write `morphology/`, `expression/` and `metabolome/`, and the planted effects into `truth/`."""
    if world.settings.morphology_strains:
        _write_morphology(folder, world)
    if world.settings.metabolome_strains:
        _write_metabolome(folder, world)
    if world.settings.expression_strains:
        _write_expression(folder / "expression", world)


def _deletions(world: World, name: str, count: int, first: Integers) -> Integers:
    """Deletion alleles at random, those of the genes `first` before all others; sorted."""
    candidates = world.settings.generator(name, "strains").permutation(np.flatnonzero(world.alleles.kind == DELETION))
    late = ~np.isin(world.alleles.gene[candidates], first)
    return np.sort(candidates[np.argsort(late, kind="stable")][:count])


def module_loss(planted: Planted, alleles: Alleles, chosen: Integers) -> Values:
    """Loss 1 - a² of each module in each strain at 30 °C. Shape (strains, modules)."""
    position = np.full(len(alleles), -1)
    position[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(position[alleles.part_allele] >= 0)
    loss = np.zeros((len(chosen), planted.modules))
    activity = alleles.part_activity[_WARM, kept]
    loss[position[alleles.part_allele[kept]], alleles.part_module[kept]] = 1 - activity * activity
    return loss


def _respond(world: World, name: str, count: int, components: int) -> tuple[_Response, Values]:
    """Strains, their response to module effects and slow growth, and the effects, shape (modules, components)."""
    random = world.settings.generator(name, "effects")
    chosen = _deletions(world, name, count, np.empty(0, dtype=np.int64))
    touched = random.random((world.planted.modules, components)) < 0.15
    effects = np.round(touched * random.normal(0, 2.5, touched.shape), 6)
    growth = np.round(random.normal(0, 1.0, components), 6)
    values = np.clip(1 - world.alleles.fitness[_WARM, chosen], 0, 1)[:, None] * growth[None, :]
    loss = module_loss(world.planted, world.alleles, chosen)
    # Module by module, so that the order of the sum is the same on every machine.
    for module in np.flatnonzero(loss.any(axis=0)):
        strains = np.flatnonzero(loss[:, module])
        values[strains] += loss[strains, module][:, None] * effects[module][None, :]
    return _Response(chosen, values), effects


def _write_morphology(folder: Path, world: World) -> None:
    """The mutant table and the wild-type replicates; -1 stands for what was not measured."""
    response, effects = _respond(world, "morphology", world.settings.morphology_strains, len(PARAMETERS))
    _write_effects(folder / "truth/morphology_effects.parquet", effects, PARAMETERS)
    random = world.settings.generator("morphology", "noise")
    usual = np.clip(np.exp(random.normal(1.0, 1.0, len(PARAMETERS))), 0.2, 30)
    strains = as_text(world.genes.systematic[world.alleles.gene[response.alleles]])
    wild = _Response(np.arange(_WILD_TYPES), np.zeros((_WILD_TYPES, len(PARAMETERS))))
    names = as_text([f"HIS3-{number:03d}" for number in range(1, _WILD_TYPES + 1)])
    for name, label, rows, table in (
        ("mt4718data.tsv", "ORF", strains, response),
        ("scmd_wildtype_analysis.tab", "name", names, wild),
    ):
        noise = world.settings.noise * 0.05 * random.standard_normal(table.values.shape)
        values = np.clip(usual * np.clip(1 + 0.1 * table.values + noise, 0.05, 3), 0.001, 60)
        values[random.random(values.shape) < 0.015] = _NOT_MEASURED
        _write_table(folder / "morphology" / name, "\t".join([label, *PARAMETERS]), [rows], values, _SIZES)


def _write_metabolome(folder: Path, world: World) -> None:
    """Z-scores of nineteen amino acids, comma-separated with Windows line ends, as Mülleder et al. 2016 gave them."""
    response, effects = _respond(world, "metabolome", world.settings.metabolome_strains, 19)
    _write_effects(folder / "truth/metabolome_effects.parquet", effects, AMINO_ACIDS)
    random = world.settings.generator("metabolome", "noise")
    gene = world.alleles.gene[response.alleles]
    values = np.clip(response.values + world.settings.noise * random.standard_normal(response.values.shape), -40, 40)
    path = folder / "metabolome/Mulleder_2016_metabolomics_zscores.csv"
    names = [as_text(world.genes.systematic[gene]), as_text(world.genes.standard[gene])]
    _write_table(path, ",".join(["ORF", "gene", *AMINO_ACIDS]), names, values, _SCORES, b",", b"\r\n")


def _write_expression(folder: Path, world: World) -> None:
    """A row a transcript, a column a deletion strain, z-scores; deleted regulators are screened first."""
    regulation = regulate(world.settings, world.planted)
    chosen = _deletions(world, "expression", world.settings.expression_strains, regulation.regulators)
    random = world.settings.generator("expression", "noise")
    activity = np.zeros((len(regulation.regulators), len(chosen)))
    np.add.at(activity, regulation.answers, 0.3 * module_loss(world.planted, world.alleles, chosen).T)
    activity[regulation.regulators[:, None] == world.alleles.gene[chosen][None, :]] = 1.0
    growth = np.round(random.normal(0, 1.5, len(world.genes)), 6)
    values = growth[:, None] * np.clip(1 - world.alleles.fitness[_WARM, chosen], 0, 1)[None, :]
    for regulator in range(len(activity)):
        targets = np.flatnonzero(regulation.targets[:, regulator])
        values[targets] += regulation.strength[targets, regulator][:, None] * activity[regulator][None, :]
    header = "\t".join(["target", *world.genes.systematic[world.alleles.gene[chosen]].tolist()])
    path, names = folder / "deletion_transcriptomes.tab", as_text(world.genes.systematic)
    values += world.settings.noise * 0.5 * random.standard_normal(values.shape)
    _write_table(path, header, [names], np.clip(values, -40, 40), _SCORES)


def _write_table(
    path: Path,
    header: str,
    names: list[Text],
    values: Values,
    number: Decimals,
    separator: bytes = b"\t",
    end: bytes = b"\n",
) -> None:
    """Write a matrix in blocks of rows, each row after its names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header.encode() + end)
        for first in range(0, len(values), _ROWS):
            rows = slice(first, first + _ROWS)
            text = [name[rows] for name in names] + [number.text(column) for column in values[rows].T]
            file.write(join_rows(text, separator, end))


def _write_effects(path: Path, effects: Values, components: tuple[str, ...]) -> None:
    """The planted module effects that are not zero."""
    module, component = np.nonzero(effects)
    table = {
        "module": module,
        "component": pa.array(components).take(pa.array(component)),
        "effect": effects[module, component],
    }
    write_parquet(path, pa.table(table))
