"""Small made-up sources, in the readers' schemas."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from knockon.graph.adapters.context import Context
from knockon.graph.adapters.experiments import Experiments, MeasurementSource
from knockon.graph.adapters.naming import Naming
from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.rejects import Rejects
from knockon.sources.yeast.measurements import MEASUREMENT_SCHEMA
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.sgd_features import GENE_SCHEMA

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
FILES = BioCypherFiles(CONFIGS / "schema_config.yaml", CONFIGS / "head_ontology.ttl", CONFIGS / "biocypher_config.yaml")

_GENES = [
    ("YAL001C", "TFC3", ["FUN24", "TSV115"]),
    ("YBL002W", "HTB2", ["SHARED"]),
    ("YCL003W", "AAA1", ["SHARED"]),
    ("YDR004W", None, []),
]


def genes() -> pa.Table:
    """Four genes; the alias SHARED belongs to two of them."""
    rows = [
        {
            "systematic_name": name,
            "standard_name": standard,
            "aliases": aliases,
            "sgd_id": f"S00000000{number}",
            "feature_type": "ORF",
            "qualifier": "Verified",
            "chromosome": "I",
            "start": 100 * number,
            "end": 100 * number + 8,
            "strand": 1,
            "description": "made up",
        }
        for number, (name, standard, aliases) in enumerate(_GENES, 1)
    ]
    return pa.Table.from_pylist(rows, schema=GENE_SCHEMA)


def naming() -> Naming:
    """Names of the four genes, and an empty collection of rejects."""
    return Naming(GeneNames(genes()), Rejects())


def measurements(*rows: dict[str, Any]) -> pa.Table:
    """Rows of MEASUREMENT_SCHEMA; what a row leaves out is filled with a deletion of YAL001C of fitness 1."""
    filled = []
    for number, row in enumerate(rows, 1):
        base = {"line": number, "gene_a": "YAL001C", "kind_a": "deletion", "phenotype": "fitness", "value": 1.0}
        base |= {"strain_a": f"{row.get('gene_a', 'YAL001C')}_sn1", "allele_a": ""}
        if "gene_b" in row:
            base |= {"kind_b": "deletion", "strain_b": f"{row['gene_b']}_dma1", "allele_b": ""}
        if "gene_c" in row:
            base |= {"kind_c": "deletion", "strain_c": f"{row['gene_a']}+{row['gene_c']}_tm1", "allele_c": ""}
        filled.append(base | row)
    return pa.Table.from_pylist(filled, schema=MEASUREMENT_SCHEMA)


def source(*blocks: pa.Table, **changes: Any) -> MeasurementSource:
    """A source of measurements in YPD at 30 °C."""
    values: dict[str, Any] = {
        "name": "screen",
        "file": "screen.txt",
        "format": "sga_pairs",
        "dataset": "made_up",
        "publication": "10.1/made-up",
        "media": "YPD",
        "temperature": 30.0,
        "blocks": blocks,
    }
    return MeasurementSource(**(values | changes))


def pairs(count: int, phenotype: str = "interaction") -> pa.Table:
    """Many measurements of pairs with distinct values."""
    names = [name for name, _, _ in _GENES]
    rows = [
        {"gene_a": names[i % 4], "gene_b": names[(i + 1 + i // 4 % 3) % 4], "phenotype": phenotype, "value": i / count}
        for i in range(count)
    ]
    return measurements(*rows)


def experiments(scratch: Path, *sources_: MeasurementSource) -> Experiments:
    """The sources' measurements, taken in."""
    scratch.mkdir(parents=True, exist_ok=True)
    collected = Experiments(scratch, naming(), Context())
    for one in sources_:
        collected.add(one)
    return collected
