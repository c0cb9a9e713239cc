"""What reference collections say of the simulated genes: features, proteins, associations, metabolism, growth, strains.

Members of a module are associated in STRING v9.1's channels; modules that buffer are chains of reactions, see
metabolism.py.
"""

from pathlib import Path

import numpy as np

from knockon.sources.simulate.metabolism import write_metabolism
from knockon.sources.simulate.networks import members_of
from knockon.sources.simulate.strains import DELETION
from knockon.sources.simulate.text import write_lines
from knockon.sources.simulate.world import World

STRING91 = ("neighborhood", "fusion", "cooccurence", "database")
_UPSTREAM = 80
_WARM = 1  # index of 30 °C


def write_references(folder: Path, world: World) -> None:
    """Write the files of `genome/`, `networks/`, `gem/` and `smf/` that describe genes and were not measured here."""
    _write_features(folder / "genome/saccharomyces_cerevisiae.gene.gff", world)
    _write_upstream(folder / "genome/saccharomyces_cerevisiae.upstream.fa", world)
    _write_proteins(folder / "genome/uniprotkb_proteome.fasta", world)
    _write_associations(folder / "networks", world)
    write_metabolism(folder / "gem/yeast-GEM.yml", world)
    _write_growth(folder / "smf/kemmeren_SingleGrowthExp.csv", world)
    _write_excluded(folder / "smf/bad_strains_160303.csv", world)


def _write_features(path: Path, world: World) -> None:
    """A line a gene, as in SGD's GFF3."""
    genes = world.genes
    lines = []
    for gene, name in enumerate(genes.systematic):
        strand = "-" if genes.reverse[gene] else "+"
        attributes = [f"ID={name}", f"Name={name}"]
        if genes.standard[gene]:
            attributes += [f"gene={genes.standard[gene]}", f"Alias={genes.standard[gene]}"]
        attributes += ["Note=Simulated%20open%20reading%20frame", f"dbxref=SGD:{genes.sgd_id[gene]}"]
        attributes += [f"orf_classification={genes.qualifier[gene]}", "Ontology_term=GO:0003674,GO:0008150"]
        place = f"{genes.start[gene]}\t{genes.end[gene]}"
        lines.append(f"chr{_ROMAN[genes.chromosome[gene]]}\tSGD\tgene\t{place}\t.\t{strand}\t.\t{';'.join(attributes)}")
    write_lines(path, lines)


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")


def _letters(world: World, part: str, alphabet: str, length: int) -> list[str]:
    """A random word of `length` letters for each gene."""
    random = world.settings.generator(part)
    chosen = np.array(list(alphabet))[random.integers(0, len(alphabet), (len(world.genes), length))]
    return ["".join(row) for row in chosen]


def _write_upstream(path: Path, world: World) -> None:
    words = _letters(world, "upstream", "ACGT", _UPSTREAM)
    write_lines(path, (f">p{name}\n{word}" for name, word in zip(world.genes.systematic, words, strict=True)))


def _write_proteins(path: Path, world: World) -> None:
    """Swiss-Prot entries whose sequences begin as a protein does; their bases are not those of the genome."""
    words = _letters(world, "proteins", "ACDEFGHIKLMNPQRSTVWY", 60)
    lines = []
    for gene, name in enumerate(world.genes.common):
        header = (
            f">sp|P{gene:05d}|{name}_YEAST Simulated protein {name} OS=Saccharomyces cerevisiae GN={name} PE=1 SV=1"
        )
        lines.append(f"{header}\nM{words[gene]}")
    write_lines(path, lines)


def _write_associations(folder: Path, world: World) -> None:
    """A channel a file, as DANGO ships STRING v9.1: numbers that count the lines of a list of genes, and a score."""
    write_lines(folder / "string91_genes.txt", world.genes.systematic.tolist())
    modules = [genes for serial in (True, False) for _, genes in members_of(world.planted, serial=serial)]
    pairs = [np.sort(genes[np.stack(np.triu_indices(len(genes), 1), 1)], axis=1) for genes in modules]
    distinct = np.unique(np.concatenate(pairs), axis=0)
    for channel in STRING91:
        random = world.settings.generator("string91", channel)
        chosen = distinct[random.random(len(distinct)) < 0.5]
        scores = np.round(0.15 + 0.84 * random.random(len(chosen)), 3)
        lines = [f"{a + 1}\t{b + 1}\t{score:.6f}" for (a, b), score in zip(chosen, scores, strict=True)]
        write_lines(folder / f"string91_{channel}.txt", lines)


def _write_growth(path: Path, world: World) -> None:
    """log2 of the doubling time relative to wild type of every third deletion strain: slow growth takes longer."""
    random = world.settings.generator("growth")
    chosen = np.flatnonzero(world.alleles.kind == DELETION)[::3]
    fitness = np.clip(world.alleles.fitness[_WARM, chosen], 0.1, 2)
    values = np.round(-np.log2(fitness) + 0.02 * world.settings.noise * random.standard_normal(len(chosen)), 6)
    names = world.genes.common[world.alleles.gene[chosen]]
    lines = [f"{name},{value:.6f}" for name, value in zip(names, values, strict=True)]
    write_lines(path, ["commonName,log2relT", *lines])


def _write_excluded(path: Path, world: World) -> None:
    """Every twentieth array strain is left out by the scoring."""
    strains = [strain for strain in world.alleles.array.tolist() if strain]
    write_lines(path, strains[::20])
