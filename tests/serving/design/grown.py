"""Planted doubles and triples with a fitness: what errors of told fitness are learnt from."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from knockon.dataset.aggregate import aggregate
from knockon.dataset.store import RecordStore, write_store
from tests.dataset.made_up import deleted, record, table
from tests.serving.design.planted import GENES

SINGLES = np.round(np.random.default_rng(3).uniform(0.7, 1.05, len(GENES)), 3)
QUERIES = tuple((place, place + 1) for place in range(0, 12, 2))
SHIFTS = (0.0, 0.05, -0.3, 0.1, -0.05, 0.02)
"""What the two deletions of a query do together, in all its triples."""
PAIR_NOISE, TRIPLE_NOISE = 0.03, 0.05


def grown_store(folder: Path, triples: bool = True) -> RecordStore:
    """Single mutants with large errors, all pairs, of which those of queries have no ε, and every query's triples."""
    rows = [*_pairs(), *(_triples() if triples else ())]
    rows += [_row((gene,), "fitness", SINGLES[place], standard_error=0.1) for place, gene in enumerate(GENES)]
    write_store(folder, [aggregate(table(*({**row, "id": f"{place:016x}"} for place, row in enumerate(rows))))])
    return RecordStore(folder)


def _pairs() -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(7)
    for one, two in combinations(range(len(GENES)), 2):
        epsilon, genes = random.normal(0, PAIR_NOISE), (GENES[one], GENES[two])
        if (one, two) not in QUERIES:
            yield _row(genes, "interaction", epsilon)
        yield _row(genes, "fitness", SINGLES[one] * SINGLES[two] + epsilon)


def _triples() -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(8)
    for (one, two), shift in zip(QUERIES, SHIFTS, strict=True):
        for other in sorted({*range(len(GENES))} - {one, two}):
            value = SINGLES[[one, two, other]].prod() + shift + random.normal(0, TRIPLE_NOISE)
            yield _row((GENES[one], GENES[two], GENES[other]), "fitness", value, temperature=26.0)


def _row(genes: tuple[str, ...], phenotype: str, value: float, **changes: Any) -> dict[str, Any]:
    reference = 1.0 if phenotype == "fitness" else 0.0
    plain = {"phenotype": phenotype, "temperature": 30.0, "standard_error": 0.02, "reference": reference}
    return record(deleted(*genes), value=float(value), **{**plain, **changes})
