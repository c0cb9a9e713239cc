"""DCell's three example files for one process: the topology of its terms, training and test double deletions."""

from pathlib import Path

import numpy as np

from knockon.sources.simulate.epistasis import rectangle
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.ontology import Ontology, annotations
from knockon.sources.simulate.screens import NOISE
from knockon.sources.simulate.strains import DELETION
from knockon.sources.simulate.text import write_lines
from knockon.sources.simulate.world import World


def write_dcell(folder: Path, world: World, ontology: Ontology) -> str:
    """Write the trio for the largest process and return its file stem, for example `GO_9100003`."""
    process = int(np.bincount(world.planted.process).argmax())
    root = ontology.process_term[process]
    stem = root.replace(":", "_")
    own = _own_genes(world, ontology, ontology.below(root))
    covered = sorted(set().union(*own.values()))
    write_lines(folder / f"{stem}_topology", _topology_lines(world.genes, ontology, root, own))
    write_lines(folder / "costanzo_2016_genes", world.genes.systematic[covered].tolist())
    lines = _pair_lines(world, covered)
    training = 3 * len(lines) // 4
    write_lines(folder / f"{stem}_training_data_2016_0", lines[:training])
    write_lines(folder / f"{stem}_testing_data_2016_0", lines[training:])
    return stem


def _own_genes(world: World, ontology: Ontology, terms: list[str]) -> dict[str, set[int]]:
    """Genes annotated to each of the terms directly."""
    own: dict[str, set[int]] = {term: set() for term in terms}
    for gene, term, _ in annotations(world, ontology):
        if term in own:
            own[term].add(gene)
    return own


def _topology_lines(genes: Genes, ontology: Ontology, root: str, own: dict[str, set[int]]) -> list[str]:
    """Per term: its name and number of genes with its descendants', its own genes, its children with genes."""
    lines = []
    for term in own:
        below = ontology.below(term)
        total = set().union(*(own[name] for name in below))
        if total:
            direct = {child for child, parent, _ in ontology.edges if parent == term}
            children = [
                child for child in below if child in direct and any(own[name] for name in ontology.below(child))
            ]
            lines.append(f"ROOT: {term} {len(total)}")
            lines.append("GENES: " + "".join(f"{genes.systematic[gene]} " for gene in sorted(own[term])))
            lines.append("TERMS: " + "".join(f"{child} " for child in children))
    return lines


def _pair_lines(world: World, covered: list[int]) -> list[str]:
    """Lines `2 GENE GENE ε` of random pairs of covered genes that have a deletion strain."""
    random = world.settings.generator("dcell")
    chosen = np.flatnonzero((world.alleles.kind == DELETION) & np.isin(world.alleles.gene, covered))
    true = rectangle(world.planted, world.alleles, chosen, chosen, 1).true(0, len(chosen))
    first, second = np.triu_indices(len(chosen), 1)
    kept = random.permutation(len(first))[: world.settings.dcell_pairs]
    first, second = first[kept], second[kept]
    measured = (
        np.round(true[first, second] + world.settings.noise * NOISE * random.standard_normal(len(first)), 4) + 0.0
    )
    names = world.genes.systematic[world.alleles.gene[chosen]]
    return [
        f"2 {one} {other} {value}"
        for one, other, value in zip(names[first], names[second], measured.tolist(), strict=True)
    ]
