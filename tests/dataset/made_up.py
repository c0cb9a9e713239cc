"""Made-up records in the form of real ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.dataset.records import PERTURBATION, RECORD_SCHEMA
from knockon.hashing import combine, hex_keys

Strain = Sequence[tuple[str, str, str]]


def deleted(*genes: str) -> Strain:
    """A strain of deletions, sorted as the graph gives it."""
    return [(gene, "deletion", "") for gene in sorted(genes)]


def record(perturbed: Strain, number: int = 0, **changes: Any) -> dict[str, Any]:
    """One record; `number` makes its id, anything else can be changed by name."""
    plain = {
        "id": f"{number:016x}",
        "dataset": "screen",
        "publication": "10.1126/science.aaf1420",
        "perturbations": [{"gene": gene, "kind": kind, "allele": allele} for gene, kind, allele in perturbed],
        "query_gene": perturbed[0][0] if len(perturbed) > 1 else "",
        "media": "SC",
        "temperature": 26.0,
        "phenotype": "interaction" if len(perturbed) > 1 else "fitness",
        "value": 0.5,
        "standard_error": 0.1,
        "n": 4,
        "p_value": None,
        "reference": 0.0 if len(perturbed) > 1 else 1.0,
        "reconstructed": False,
    }
    return plain | changes


def table(*records: dict[str, Any]) -> pa.Table:
    """Records as a table, with the schema's types but not its demands (so that faults can be made)."""
    return pa.Table.from_pylist(list(records), schema=RECORD_SCHEMA)


def _strains(rng: np.random.Generator, rows: int, genes: int) -> np.ndarray:
    """Three distinct genes a row, int64 (rows, 3)."""
    half = (genes - 1) // 2
    first = rng.integers(0, genes, rows)
    near, far = rng.integers(1, half + 1, rows), rng.integers(half + 1, genes, rows)
    return np.stack([first, (first + near) % genes, (first + far) % genes], axis=1)


def _perturbations(chosen: np.ndarray, sizes: np.ndarray, names: np.ndarray) -> pa.ListArray:
    """Every seventh gene as a temperature-sensitive allele, the others as deletions."""
    used = np.arange(3)[None, :] < sizes[:, None]
    ascending = np.sort(np.where(used, chosen, len(names)), axis=1)[:, :3]
    genes = ascending[ascending < len(names)]
    sensitive = genes % 7 == 0
    parts = [
        pa.array(names[genes]),
        pa.array(np.where(sensitive, "ts", "deletion")),
        pa.array(np.where(sensitive, names[genes] + "-1", "").astype(str)),
    ]
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    structs = pa.StructArray.from_arrays(parts, fields=list(PERTURBATION))
    return pa.ListArray.from_arrays(offsets, structs, type=pa.list_(PERTURBATION))


def screen(rows: int, genes: int, seed: int) -> pa.Table:
    """Random records: singles, pairs in both directions, triples; repeats; two temperatures and datasets."""
    rng = np.random.default_rng(seed)
    names = np.array([f"Y{chr(65 + i % 16)}L{i:04d}W" for i in range(genes)])
    sizes = rng.choice([1, 2, 2, 2, 3], rows)
    chosen = _strains(rng, rows, genes)
    order = np.argsort(names)
    fitness = (sizes == 1) | (rng.random(rows) < 0.2)
    query = names[order][chosen[np.arange(rows), rng.integers(0, 2, rows) * (sizes > 1)]]
    columns = {
        "id": hex_keys(combine([np.arange(rows, dtype=np.uint64), np.full(rows, seed, dtype=np.uint64)])),
        "dataset": np.where(rng.random(rows) < 0.5, "screen_26", "screen_30"),
        "publication": np.full(rows, "10.1126/science.aaf1420"),
        "perturbations": _perturbations(chosen, sizes, names[order]),
        "query_gene": np.where(sizes > 1, query, ""),
        "media": np.full(rows, "SC"),
        "temperature": np.where(rng.random(rows) < 0.5, 26.0, 30.0),
        "phenotype": np.where(fitness, "fitness", "interaction"),
        "value": np.where(fitness, 1.0, 0.0) + rng.normal(0, 0.1, rows),
        "standard_error": _sometimes(rng, 0.9, rng.gamma(2, 0.02, rows)),
        "n": rng.integers(1, 9, rows).astype(np.int32),
        "p_value": _sometimes(rng, 0.5, rng.random(rows)),
        "reference": np.where(fitness, 1.0, 0.0),
        "reconstructed": np.zeros(rows, dtype=bool),
    }
    return pa.Table.from_arrays([pa.array(columns[name]) for name in RECORD_SCHEMA.names], schema=RECORD_SCHEMA)


def _sometimes(rng: np.random.Generator, share: float, values: np.ndarray) -> pa.Array:
    """The values, with all but a share of them missing."""
    return pa.array(np.where(rng.random(len(values)) < share, values, np.nan), from_pandas=True)
