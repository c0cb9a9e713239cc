"""What knocked-out genes of yeast have in common, a kernel a kind; none of it comes from expression."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.models.cells.kin import Features, kinship, nearness, rarities
from knockon.sources.yeast.complexes import read_cyc2008
from knockon.sources.yeast.emap import read_emap_matrix
from knockon.sources.yeast.gaf import read_gaf
from knockon.sources.yeast.go_slim import read_go_slim
from knockon.sources.yeast.smf import read_smf
from knockon.sources.yeast.string_physical import read_string_physical

FILES = ("go_annotations", "go_slim", "string_physical", "cyc2008", "costanzo2016_smf_t30", "collins2007_emap")
"""Of the registry."""

# Annotations that come from expression are left out: they might come from these very knock-outs.
_FROM_EXPRESSION = ("IEP", "HEP")
_PHYSICAL = 300
_ALIKE = 0.2
"""Of fitness: strains that are as sick change alike, whatever was deleted (Kemmeren et al. 2014)."""


def yeast_kernels(folder: Path, names: Sequence[str]) -> dict[str, Values]:
    """Kernels between deleted genes by kind, float64 (names, names), from the folder that cellstate_cohorts filled."""
    complexes = complexes_of(folder)
    members = {gene: dict.fromkeys(groups, 1.0) for gene, groups in complexes.items()}
    return {
        "annotations": kinship(names, [annotations(folder, complexes)]),
        "physical": kinship(names, [physical(folder, names)]),
        "complexes": kinship(names, [members]),
        "interactions": kinship(names, [interactions(folder, names)]),
        "fitness": nearness(fitness(folder, names), _ALIKE),
    }


def complexes_of(folder: Path) -> dict[str, list[str]]:
    """Gene → complexes that it is a member of."""
    found: dict[str, list[str]] = {}
    for row in read_cyc2008(folder / "networks/CYC2008_complex.tab").table.to_pylist():
        found.setdefault(row["member"], []).append(f"complex {row['name']}")
    return found


def annotations(folder: Path, complexes: dict[str, list[str]]) -> Features:
    """Genes by what they are annotated with: terms of the Gene Ontology, slim terms, complexes."""
    terms = {gene: list(groups) for gene, groups in complexes.items()}
    for row in read_gaf(folder / "go/gene_association.sgd.gz").table.to_pylist():
        if row["evidence"] not in _FROM_EXPRESSION and not row["negated"]:
            terms.setdefault(row["gene"], []).append(row["go_id"])
    for row in read_go_slim(folder / "go/go_slim_mapping_20180921.tab").table.to_pylist():
        terms.setdefault(row["gene"], []).append(f"slim {row['term']}")
    return rarities(terms)


def physical(folder: Path, names: Sequence[str]) -> Features:
    """Partners of proteins in STRING's physical links, and the protein itself."""
    table = read_string_physical(folder / "networks/4932.protein.physical.links.full.v12.0.txt.gz").table
    found: dict[str, dict[str, float]] = {name: {name: 1.0} for name in names}
    columns = (table[name].to_pylist() for name in ("protein_a", "protein_b", "combined_score"))
    for first, second, score in zip(*columns, strict=True):
        if score > _PHYSICAL:
            for one, other in ((first, second), (second, first)):
                if one in found:
                    found[one][other] = score / 1000
    return found


def interactions(folder: Path, names: Sequence[str]) -> Features:
    """S-scores of deletions with others (Collins et al. 2007): deletions with like profiles act alike."""
    table = read_emap_matrix(folder / "digenic/collins2007_emap_cF3.txt").table
    both = pc.and_(pc.equal(table["kind_a"], "deletion"), pc.equal(table["kind_b"], "deletion"))
    table = table.filter(both).select(["gene_a", "gene_b", "value"])
    found: dict[str, dict[str, float]] = {}
    for one, other in (("gene_a", "gene_b"), ("gene_b", "gene_a")):
        for row in table.filter(pc.is_in(table[one], value_set=pa.array(names))).to_pylist():
            found.setdefault(row[one], {})[row[other]] = row["value"]
    return found


def fitness(folder: Path, names: Sequence[str]) -> Values:
    """Fitness of deletions at 30 °C (Costanzo et al. 2016), wild type = 1, float64 (names,); NaN where unknown."""
    table = read_smf(folder / "smf/smf_t30_150803.txt").table
    table = table.filter(pc.equal(table["kind_a"], "deletion"))
    means = table.group_by("gene_a").aggregate([("value", "mean")]).to_pydict()
    known = dict(zip(means["gene_a"], means["value_mean"], strict=True))
    return np.array([known.get(name, np.nan) for name in names])
