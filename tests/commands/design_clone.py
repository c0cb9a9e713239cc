"""A clone with a small planted yeast: what `knockon design` reads of one, and no more."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.dataset.wanted import WANTED_SCHEMA
from knockon.models.designs.feature_files import write_features
from knockon.models.designs.protocol import GeneFeatures, Measured
from knockon.models.designs.registry import build
from knockon.serving.design.known import strains_over
from knockon.stages.design import paths
from knockon.stages.yeast import paths as yeast
from tests.serving.design.planted import EFFECTS, FITNESS, GENES, UNMEASURED, genome_table, store

ROOT = Path(__file__).resolve().parents[2]
MEASURED = GENES[:32]
"""Genes whose deletion the screen measured."""
PHENOTYPES = {"betaxanthin": "betaxanthin", "tyrosine": "metabolome", "reported glycogen": "literature"}


def told_features() -> GeneFeatures:
    """Features that tell the planted effects, with noise."""
    random = np.random.default_rng(8)
    values = random.normal(0, 1, (len(GENES), 5))
    values[:, 0] = EFFECTS + 0.4 * values[:, 0]
    values[:, 4] = FITNESS
    names = ("network/0", "network/1", "metabolome/tyrosine", "locus/place", "fitness/t30")
    return GeneFeatures(GENES, names, values.astype(np.float32))


def screened(name: str, genes: tuple[str, ...], values: np.ndarray, group: str) -> pa.Table:
    rows = len(genes)
    columns = {
        "phenotype": [name] * rows, "group": [group] * rows, "gene": genes, "value": values, "error": [0.1] * rows,
        "strains": [1] * rows,
    }  # fmt: skip
    return pa.table(columns, schema=WANTED_SCHEMA)


def make_clone(folder: Path) -> Path:
    """Files and fitted models of a clone."""
    features = told_features()
    noise = np.random.default_rng(6).normal(0, 0.1, len(MEASURED))
    tables = [screened(name, MEASURED, EFFECTS[: len(MEASURED)] + noise, group) for name, group in PHENOTYPES.items()]
    grown = tuple(gene for gene in GENES if gene != UNMEASURED)
    tables.append(screened("growth", grown, FITNESS[[GENES.index(gene) for gene in grown]], "growth"))
    for path in (yeast.TABLES, yeast.NETWORKS, paths.FEATURES.parent):
        (folder / path).mkdir(parents=True)
    pq.write_table(genome_table(), folder / yeast.TABLES / "genes.parquet")
    groups = {"gene": [GENES[2], GENES[3]]}
    pq.write_table(pa.table({**groups, "pathway": ["tyrosine"] * 2}), folder / yeast.TABLES / "pathways.parquet")
    pq.write_table(pa.table({**groups, "complex": ["X"] * 2}), folder / yeast.NETWORKS / "complexes.parquet")
    store(folder / yeast.STORE)
    write_features(folder / paths.FEATURES, features, {})
    pq.write_table(pa.concat_tables(tables), folder / paths.PHENOTYPES)
    for table in tables:
        name = table["phenotype"][0].as_py()
        strains = strains_over(GENES, [(gene,) for gene in table["gene"].to_pylist()])
        model = build("ridge", {})
        model.fit(Measured(strains, table["value"].to_numpy(), table["error"].to_numpy()), features, 1)
        target = folder / paths.MODELS / "ridge" / name
        target.mkdir(parents=True)
        model.save(target)
    (folder / "dvc.yaml").touch()
    shutil.copy(ROOT / "params.yaml", folder / "params.yaml")
    return folder
