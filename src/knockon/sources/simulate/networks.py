"""Networks around the planted modules: physical links, regulation, pathways and complexes."""

from pathlib import Path

import numpy as np

from knockon.arrays import Integers
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.regulation import regulate
from knockon.sources.simulate.text import as_text, gzip_file, join_rows, write_lines
from knockon.sources.simulate.world import World

_STRING_HEADER = (
    "protein1 protein2 homology experiments experiments_transferred database database_transferred "
    "textmining textmining_transferred combined_score\n"
)
_PRIOR = 0.041  # STRING's prior probability of an interaction


def write_networks(folder: Path, world: World) -> None:
    """Write `networks/`: STRING physical links, YEASTRACT matrix, SGD pathways, CYC2008 complexes."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_string(folder / "4932.protein.physical.links.full.v12.0.txt.gz", world)
    _write_regulation(folder / "YEASTRACT_20190713_BOTH.tsv", world)
    _write_pathways(folder / "biochemical_pathways.tab", world)
    _write_complexes(folder / "CYC2008_complex.tab", world)


def members_of(planted: Planted, serial: bool) -> list[tuple[int, Integers]]:
    """Modules of one kind with at least two genes, and their genes."""
    chosen = np.flatnonzero(planted.module_serial == serial).tolist()
    modules = [(module, planted.member_gene[planted.member_module == module]) for module in chosen]
    return [(module, members) for module, members in modules if len(members) > 1]


def _write_string(path: Path, world: World) -> None:
    """Members of a complex are linked with high scores; as many links again, with low scores, are noise."""
    random = world.settings.generator("string")
    true = [np.stack(np.triu_indices(len(genes_in), 1), 1) for _, genes_in in members_of(world.planted, serial=True)]
    linked = [np.sort(m[pairs], axis=1) for (_, m), pairs in zip(members_of(world.planted, True), true, strict=True)]
    real = np.concatenate(linked)
    real = real[random.random(len(real)) < 0.9]
    noise = np.sort(random.integers(0, len(world.genes), (3 * len(real), 2)), axis=1)
    pairs, first = np.unique(np.concatenate([real, noise[noise[:, 0] != noise[:, 1]]]), axis=0, return_index=True)
    strong = (first < len(real))[:, None]
    scores = _string_scores(random, strong)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    names, numbers = as_text("4932." + name for name in world.genes.systematic), as_text(map(str, range(1001)))
    columns = [names[both[order, 0]], names[both[order, 1]], *(numbers[s] for s in np.tile(scores, (2, 1))[order].T)]
    with gzip_file(path) as file:
        file.write(_STRING_HEADER.encode() + join_rows(columns, separator=b" "))


def _string_scores(random: np.random.Generator, strong: np.ndarray) -> Integers:
    """Seven channels and the combined score (1 - Π (1 - s), corrected for the prior), 0 to 1000. Shape (links, 8)."""
    count = len(strong)
    #           homology experiments transferred database transferred text transferred
    present = random.random((count, 7)) < np.where(
        strong, [0, 0.95, 0.6, 0.5, 0.02, 0.3, 0.3], [0, 0.7, 0.3, 0, 0, 0.1, 0.1]
    )
    high = random.beta(5, 2, (count, 7)) * 0.95
    low = random.beta(1.5, 6, (count, 7)) * 0.6
    scores = np.rint(1000 * np.where(present, np.where(strong, high, low), 0)).astype(np.int64)
    scores[:, 1] = np.maximum(scores[:, 1], np.where(scores.sum(axis=1) == 0, 160, 0))
    missed = np.prod(1 - np.maximum(scores / 1000 - _PRIOR, 0) / (1 - _PRIOR), axis=1)
    combined = np.rint(1000 * (1 - missed * (1 - _PRIOR))).astype(np.int64)
    return np.column_stack([scores, combined.clip(150, 999)])


def _write_regulation(path: Path, world: World) -> None:
    """Target x regulator matrix of 0 and 1."""
    regulation = regulate(world.settings, world.planted)
    digits = as_text(["0", "1"])[regulation.targets.astype(np.int64)]
    header = "\t".join(["SystematicName", *world.genes.systematic[regulation.regulators].tolist()]) + "\n"
    path.write_bytes(header.encode() + join_rows([as_text(world.genes.systematic), *digits.T]))


def _write_pathways(path: Path, world: World) -> None:
    """Buffered modules are metabolic pathways: pathway, reaction, EC number, gene, references."""
    random = world.settings.generator("pathways")
    lines = []
    for module, members in members_of(world.planted, serial=False):
        for step, gene in enumerate(members):
            number = f"{1 + module % 6}.{1 + step % 9}.{1 + module % 20}.{1 + step}" if random.random() < 0.9 else ""
            reaction = f"simulated reaction {module}-{step}" if random.random() < 0.8 else ""
            lines.append(f"simulated pathway {module}\t{reaction}\t{number}\t{world.genes.common[gene]}\t")
    write_lines(path, lines)


def _write_complexes(path: Path, world: World) -> None:
    """Serial modules are complexes; only the first row of a complex has all eight columns, as in CYC2008."""
    lines = ["ORF\tName\tComplex\tPubMed_id\tMethod\tGO_id\tGO_term\tJaccard_Index"]
    for module, members in members_of(world.planted, serial=True):
        for row, gene in enumerate(members):
            rest = f'\t0\t"simulated"\tGO:94{module:05d}\tsimulated complex {module}\t1' if row == 0 else ""
            lines.append(
                f"{world.genes.systematic[gene]}\t{world.genes.common[gene]}\tsimulated complex {module}{rest}"
            )
    write_lines(path, lines)
