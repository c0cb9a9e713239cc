"""The planted parameters as Parquet, so that a test can ask what was recovered."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.atomic import write_parquet
from knockon.sources.simulate.genes import Genes
from knockon.sources.simulate.genome import codon_trait
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.regulation import regulate
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import Alleles


def write_truth(folder: Path, settings: SimulationSettings, genes: Genes, planted: Planted, alleles: Alleles) -> None:
    """Write genes, memberships, modules, module links, process weights, alleles and regulation; sorted tables."""
    tables = {
        "genes": _genes(settings, genes, planted),
        "memberships": _memberships(genes, planted),
        "modules": _modules(planted),
        "parallel_modules": _parallel(planted),
        "processes": _processes(planted),
        "alleles": _alleles(genes, alleles),
        "regulation": _regulation(settings, genes, planted),
    }
    for name, columns in tables.items():
        write_parquet(folder / f"{name}.parquet", pa.table(columns))


_Columns = dict[str, object]


def _genes(settings: SimulationSettings, genes: Genes, planted: Planted) -> _Columns:
    return {
        "gene": genes.systematic.tolist(),
        "standard_name": genes.standard.tolist(),
        "essential": planted.essential,
        "process": planted.process,
        "importance": planted.importance,
        "codon_trait": codon_trait(settings, planted),
        "burden": planted.burden,
        "hub": planted.hub,
    }


def _memberships(genes: Genes, planted: Planted) -> _Columns:
    return {
        "gene": genes.systematic[planted.member_gene].tolist(),
        "module": planted.member_module,
        "share": planted.member_share,
    }


def _modules(planted: Planted) -> _Columns:
    return {
        "module": np.arange(planted.modules),
        "process": planted.module_process,
        "kind": np.where(planted.module_serial, "serial", "buffered").tolist(),
        "half_activity": planted.module_half,
        "floor": planted.module_floor,
    }


def _parallel(planted: Planted) -> _Columns:
    return {
        "module": planted.parallel[:, 0],
        "other": planted.parallel[:, 1],
        "strength": planted.parallel_strength,
    }


def _processes(planted: Planted) -> _Columns:
    first, second = np.nonzero(planted.process_weights)
    return {"process": first, "other": second, "weight": planted.process_weights[first, second]}


def _alleles(genes: Genes, alleles: Alleles) -> _Columns:
    return {
        "gene": genes.systematic[alleles.gene].tolist(),
        "kind": np.array(["deletion", "damp", "ts"])[alleles.kind].tolist(),
        "allele": alleles.name.tolist(),
        "query_strain": alleles.query.tolist(),
        "array_strain": alleles.array.tolist(),
        "fitness_26": alleles.fitness[0],
        "fitness_30": alleles.fitness[1],
    }


def _regulation(settings: SimulationSettings, genes: Genes, planted: Planted) -> _Columns:
    regulation = regulate(settings, planted)
    target, regulator = np.nonzero(regulation.targets)
    return {
        "regulator": genes.systematic[regulation.regulators[regulator]].tolist(),
        "target": genes.systematic[target].tolist(),
        "strength": regulation.strength[target, regulator],
    }
