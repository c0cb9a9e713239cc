"""The planted parameters as Parquet, so that a test can ask what was recovered."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.atomic import write_parquet
from knockon.sources.simulate.genome import codon_trait
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.regulation import regulate
from knockon.sources.simulate.world import World


def write_truth(folder: Path, world: World) -> None:
    """Write genes, memberships, modules, module links, process weights, alleles and regulation; sorted tables."""
    tables = {
        "genes": _genes(world),
        "memberships": _memberships(world),
        "modules": _modules(world.planted),
        "parallel_modules": _parallel(world.planted),
        "processes": _processes(world.planted),
        "alleles": _alleles(world),
        "regulation": _regulation(world),
    }
    for name, columns in tables.items():
        write_parquet(folder / f"{name}.parquet", pa.table(columns))


_Columns = dict[str, object]


def _genes(world: World) -> _Columns:
    return {
        "gene": world.genes.systematic.tolist(),
        "standard_name": world.genes.standard.tolist(),
        "essential": world.planted.essential,
        "process": world.planted.process,
        "importance": world.planted.importance,
        "codon_trait": codon_trait(world),
        "burden": world.planted.burden,
        "hub": world.planted.hub,
    }


def _memberships(world: World) -> _Columns:
    return {
        "gene": world.genes.systematic[world.planted.member_gene].tolist(),
        "module": world.planted.member_module,
        "share": world.planted.member_share,
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


def _alleles(world: World) -> _Columns:
    return {
        "gene": world.genes.systematic[world.alleles.gene].tolist(),
        "kind": np.array(["deletion", "damp", "ts"])[world.alleles.kind].tolist(),
        "allele": world.alleles.name.tolist(),
        "query_strain": world.alleles.query.tolist(),
        "array_strain": world.alleles.array.tolist(),
        "fitness_26": world.alleles.fitness[0],
        "fitness_30": world.alleles.fitness[1],
    }


def _regulation(world: World) -> _Columns:
    regulation = regulate(world.settings, world.planted)
    target, regulator = np.nonzero(regulation.targets)
    return {
        "regulator": world.genes.systematic[regulation.regulators[regulator]].tolist(),
        "target": world.genes.systematic[target].tolist(),
        "strength": regulation.strength[target, regulator],
    }
