"""`smf/`: fitness standards at both temperatures, the strain table, the essential genes."""

from pathlib import Path

import numpy as np

from knockon.sources.simulate.strains import TEMPERATURES, TS
from knockon.sources.simulate.text import Decimals, as_text, join_rows, write_lines
from knockon.sources.simulate.world import World


def write_strains(folder: Path, world: World) -> None:
    """Write `smf/`: fitness standards at both temperatures, the strain table, the essential genes."""
    folder.mkdir(parents=True, exist_ok=True)
    genes, alleles = world.genes, world.alleles
    random = world.settings.generator("fitness files")
    deviation = np.clip(np.exp(random.normal(-3.2, 0.75, len(alleles))), 0.002, 0.33)
    number, value = Decimals(0.0, 2.0, 4), alleles.measured
    rows = [(strain, index) for name in (alleles.query, alleles.array) for index, strain in enumerate(name) if strain]
    rows.sort()
    strain, index = as_text(row[0] for row in rows), np.array([row[1] for row in rows])
    for temperature, values in zip(TEMPERATURES, value, strict=True):
        # A quarter of the temperature-sensitive strains were not screened at 30 °C.
        kept = np.ones(len(index), dtype=bool) if temperature == 26 else random.random(len(index)) > 0.2
        kept |= alleles.kind[index] != TS
        chosen = index[kept]
        spread = np.where(np.isnan(values[chosen]), np.nan, deviation[chosen])
        text = join_rows([strain[kept], number.text(values[chosen]), number.text(spread)])
        (folder / f"smf_t{temperature}_150803.txt").write_bytes(text)
    gene = alleles.gene[index]
    columns = [strain, as_text(genes.systematic)[gene], as_text(genes.common)[gene], as_text(alleles.name)[index]]
    header = b"Strain\tOrf\tCommon\tAllele\n"
    (folder / "strain_orf_common_allele_160425.txt").write_bytes(header + join_rows(columns))
    _write_essential(folder / "essential_ORFs.txt", world)


def _write_essential(path: Path, world: World) -> None:
    """The Saccharomyces Genome Deletion Project's table: padded columns, Windows line ends, a dated foot."""
    random = world.settings.generator("essential")
    header = f"rec_num\tORF_name\tdeletion_alias\t{'gene_names':<53}\tUPTAG_sequence_20mer\tDNTAG_sequence_20mer"
    rule = f"=====\t=========\t==============\t{'=' * 53}\t{'=' * 20}\t{'=' * 20}"
    lines = [header, rule]
    for gene in np.flatnonzero(world.planted.essential):
        tags = ["".join(np.array(list("ACGT"))[random.integers(0, 4, 20)]) for _ in range(2)]
        names = ", ".join(world.genes.aliases[gene])[:53]
        lines.append(f"{20000 + gene}\t{world.genes.systematic[gene]:<9}\t{'':<10}\t{names:<53}\t{tags[0]}\t{tags[1]}")
    write_lines(path, [*lines, "", "updated 0507", ""], end="\r\n")
