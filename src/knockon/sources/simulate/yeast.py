"""A coherent simulated yeast in the published formats, with its truth beside it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml

from knockon.atomic import atomic_directory, write_parquet
from knockon.sources.simulate.dcell import write_dcell
from knockon.sources.simulate.genes import Genes, lay_out_genes
from knockon.sources.simulate.genome import codon_trait, write_genome
from knockon.sources.simulate.manifest import manifest
from knockon.sources.simulate.networks import regulators, write_networks
from knockon.sources.simulate.ontology import build_ontology, write_ontology
from knockon.sources.simulate.planted import Planted, plant
from knockon.sources.simulate.screens import make_screens, write_screens
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import Alleles, make_alleles, write_strains
from knockon.sources.simulate.text import write_lines


def simulate_yeast(folder: Path, settings: SimulationSettings) -> None:
    """Write a simulated yeast into `folder`, which is replaced as a whole once everything is written.

    The files have the relative paths and formats of the public ones; `manifest.yaml` names them, and `truth/` holds
    the planted parameters and the true value of every measurement as Parquet. Raises KnockonError where the settings
    ask for more pairs than the genes' strains give, or where the folder can't be written.
    """
    genes, planted = lay_out_genes(settings), plant(settings)
    alleles = make_alleles(settings, genes, planted)
    screens = make_screens(settings, planted, alleles)
    ontology = build_ontology(planted)
    with atomic_directory(folder) as target:
        write_genome(target / "genome", settings, genes, planted)
        write_ontology(target, settings, genes, planted, ontology)
        write_networks(target / "networks", settings, genes, planted)
        write_strains(target / "smf", settings, genes, planted, alleles)
        write_screens(target / "digenic", target / "truth", settings, genes, screens)
        stem = write_dcell(target / "dcell", settings, genes, planted, alleles, ontology)
        _write_truth(target / "truth", settings, genes, planted, alleles)
        write_lines(target / "manifest.yaml", [yaml.safe_dump(manifest(stem), sort_keys=False, allow_unicode=True)], "")


def _write_truth(folder: Path, settings: SimulationSettings, genes: Genes, planted: Planted, alleles: Alleles) -> None:
    """Write genes, memberships, modules, module links, process weights, alleles and regulation; sorted tables."""
    tables = {
        "genes": _gene_table(settings, genes, planted),
        "memberships": pa.table(
            {
                "gene": genes.systematic[planted.member_gene].tolist(),
                "module": planted.member_module,
                "share": planted.member_share,
            }
        ),
        "modules": pa.table(
            {
                "module": np.arange(planted.modules),
                "process": planted.module_process,
                "kind": np.where(planted.module_serial, "serial", "buffered").tolist(),
                "half_activity": planted.module_half,
                "floor": planted.module_floor,
            }
        ),
        "parallel_modules": pa.table(
            {
                "module": planted.parallel[:, 0],
                "other": planted.parallel[:, 1],
                "strength": planted.parallel_strength,
            }
        ),
        "processes": _process_table(planted),
        "alleles": _allele_table(genes, alleles),
        "regulation": _regulation_table(settings, genes, planted),
    }
    for name, table in tables.items():
        write_parquet(folder / f"{name}.parquet", table)


def _gene_table(settings: SimulationSettings, genes: Genes, planted: Planted) -> pa.Table:
    return pa.table(
        {
            "gene": genes.systematic.tolist(),
            "standard_name": genes.standard.tolist(),
            "essential": planted.essential,
            "process": planted.process,
            "importance": planted.importance,
            "codon_trait": codon_trait(settings, planted),
            "burden": planted.burden,
            "hub": planted.hub,
        }
    )


def _process_table(planted: Planted) -> pa.Table:
    first, second = np.nonzero(planted.process_weights)
    return pa.table({"process": first, "other": second, "weight": planted.process_weights[first, second]})


def _allele_table(genes: Genes, alleles: Alleles) -> pa.Table:
    return pa.table(
        {
            "gene": genes.systematic[alleles.gene].tolist(),
            "kind": np.array(["deletion", "damp", "ts"])[alleles.kind].tolist(),
            "allele": alleles.name.tolist(),
            "query_strain": alleles.query.tolist(),
            "array_strain": alleles.array.tolist(),
            "fitness_26": alleles.fitness[0],
            "fitness_30": alleles.fitness[1],
        }
    )


def _regulation_table(settings: SimulationSettings, genes: Genes, planted: Planted) -> pa.Table:
    chosen, targets = regulators(settings, planted)
    target, regulator = np.nonzero(targets)
    return pa.table(
        {
            "regulator": genes.systematic[chosen[regulator]].tolist(),
            "target": genes.systematic[target].tolist(),
        }
    )
